import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What kafkit extracts are segments that Kafka's tool reads like any other, and finds no fault in. */
final class Extracts {
    private static final String[] FLAGS = {"--print-data-log", "--index-sanity-check", "--deep-iteration"};

    private final Peers peers;
    private final Dice dice;

    Extracts(Peers peers, Dice dice) {
        this.peers = peers;
        this.dice = dice;
    }

    void run(List<String> partitions) throws IOException, InterruptedException {
        new File("extracts").mkdirs();
        // What is taken of a log that was cleaned has its gaps.
        Files.copy(Path.of("logs/cleaner-offset-checkpoint"), Path.of("extracts/cleaner-offset-checkpoint"));
        int extracted = 0;
        for (String partition : partitions) {
            String to = "extracts/" + new File(partition).getName();
            List<String> arguments = new ArrayList<>(List.of(partition, "--extract", to));
            if (dice.oneIn(2)) {
                // Half of it, so that batches are written anew.
                int from = dice.below(40);
                arguments.addAll(List.of("--offset", from + ".." + (from + 1 + dice.below(100))));
            }
            Peers.Output output = peers.kafkit(arguments);
            if (output.exit != 0) {
                peers.fail(String.join(" ", arguments) + ": " + output.err);
                continue;
            }
            File[] files = new File(to).listFiles((dir, name) -> name.endsWith(".log") || name.endsWith("index"));
            if (files == null || files.length == 0) {
                continue;
            }
            extracted++;
            Arrays.sort(files);
            String all = String.join(",", Arrays.stream(files).map(File::getPath).toList());
            for (String flags : FLAGS) {
                peers.same("extracts", all, flags);
            }
            Peers.Output verdict = peers.kafkit(List.of("--verify", to));
            if (verdict.exit != 0) {
                peers.fail("--verify " + to + ":\n" + new String(verdict.out, StandardCharsets.UTF_8));
            }
        }
        peers.say(extracted + " partitions extracted");
        if (extracted == 0) {
            peers.fail("nothing was extracted");
        }
    }
}
