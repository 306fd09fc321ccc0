import java.nio.file.Path;
import java.util.List;

/** All of the suite: {@code Main KAFKIT TESTDATA SEED}, in an empty directory. */
public final class Main {
    private static final int RAW_SEGMENTS = 300;
    private static final int LOGS = 40;

    private Main() { }

    public static void main(String[] arguments) throws Exception {
        long seed = Long.parseLong(arguments[2]);
        Peers peers = new Peers(arguments[0]);
        Path testdata = Path.of(arguments[1]);
        peers.say("seed " + seed);
        // Each part from the seed itself, so that one can change without the others.
        long start = System.nanoTime();
        new RawSegments(peers, new Dice(seed)).run(RAW_SEGMENTS);
        peers.say(String.format("raw segments: %d s", (System.nanoTime() - start) / 1_000_000_000));
        new InternalRecords(peers, new Dice(seed + 1)).run(testdata);
        peers.say(String.format("internal records: %d s", (System.nanoTime() - start) / 1_000_000_000));
        List<String> partitions = new Logs(peers, new Dice(seed + 2)).run(LOGS);
        peers.say(String.format("logs: %d s", (System.nanoTime() - start) / 1_000_000_000));
        new Extracts(peers, new Dice(seed + 3)).run(partitions);
        peers.say(String.format("extracts: %d s", (System.nanoTime() - start) / 1_000_000_000));
        peers.report();
        if (!peers.failures.isEmpty()) {
            peers.say(peers.failures.size() + " failures, with seed " + seed);
        }
        // Kafka's classes leave threads behind. Its Exit is not taken: it would be caught.
        Runtime.getRuntime().halt(peers.failures.isEmpty() ? 0 : 1);
    }
}
