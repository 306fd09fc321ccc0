import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.tools.DumpLogSegments;

/** Runs both tools and compares. Kafka's runs in this JVM: starting one for each run would take an hour. */
final class Peers {
    /** What a run printed. */
    static final class Output {
        byte[] out;
        String err;
        /** How Kafka's tool ended, where it threw. */
        Throwable thrown;
        int exit;
    }

    /** Thrown where Kafka's tool would end the JVM. */
    static final class Ended extends RuntimeException {
        Ended(int code, String message) {
            super("exit code " + code + ": " + message);
        }
    }

    private final String kafkit;
    private final Path kafkitOut = Path.of("kafkit.stdout");
    private final Path kafkitErr = Path.of("kafkit.stderr");
    private final PrintStream console = System.out;
    private final Map<String, Integer> compared = new TreeMap<>();
    private final Map<String, Integer> thrown = new TreeMap<>();
    final List<String> failures = new ArrayList<>();
    private long bytes;

    Peers(String kafkit) {
        this.kafkit = kafkit;
        Exit.setExitProcedure((code, message) -> {
            throw new Ended(code, message);
        });
    }

    void say(String line) {
        console.println(line);
    }

    void fail(String what) {
        failures.add(what);
        if (failures.size() <= 20) {
            say("FAILED " + what);
        }
    }

    /** What Kafka's tool prints. */
    Output kafka(List<String> arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        Output output = new Output();
        try {
            System.setOut(new PrintStream(outBytes, false, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(errBytes, false, StandardCharsets.UTF_8));
            DumpLogSegments.main(arguments.toArray(new String[0]));
        } catch (Throwable end) {
            output.thrown = end;
        } finally {
            System.out.flush();
            System.err.flush();
            System.setOut(out);
            System.setErr(err);
        }
        output.out = outBytes.toByteArray();
        output.err = errBytes.toString(StandardCharsets.UTF_8);
        return output;
    }

    private Process start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(kafkit, "dump-log"));
        command.addAll(arguments);
        return new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(kafkitOut.toFile())
            .redirectError(kafkitErr.toFile())
            .start();
    }

    private Output end(Process process) throws IOException, InterruptedException {
        Output output = new Output();
        output.exit = process.waitFor();
        output.out = Files.readAllBytes(kafkitOut);
        output.err = Files.readString(kafkitErr, StandardCharsets.UTF_8);
        return output;
    }

    /** What kafkit prints. */
    Output kafkit(List<String> arguments) throws IOException, InterruptedException {
        return end(start(arguments));
    }

    /** Both print the same, of files that are sound: a run in which Kafka's tool throws is a failure of the suite. */
    void same(String kind, String files, String flags) throws IOException, InterruptedException {
        same(kind, files, flags, false);
    }

    /** The same, but Kafka's tool may throw: its output must be the beginning of kafkit's then. */
    void same(String kind, String files, String flags, boolean mayThrow) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--files", files));
        if (!flags.isEmpty()) {
            arguments.addAll(Arrays.asList(flags.split(" ")));
        }
        List<String> ours = new ArrayList<>(List.of("--format", "kafka"));
        ours.addAll(arguments);
        Process process = start(ours);
        Output kafka = kafka(arguments);
        Output kafkit = end(process);
        byte[] want = kafka.out;
        byte[] got = kafkit.out;
        if (flags.contains("DefaultDecoder")) {
            want = withoutAddresses(want);
            got = withoutAddresses(got);
        }
        int first = files.indexOf(',');
        String title = (first < 0 ? files : files.substring(0, first) + " and those beside it") + " " + flags;
        compared.merge(kind, 1, Integer::sum);
        bytes += want.length;
        if (kafka.thrown != null) {
            thrown.merge(kind, 1, Integer::sum);
            if (!mayThrow) {
                fail(title + ": Kafka's tool throws " + kafka.thrown);
            } else if (got.length < want.length || Arrays.mismatch(Arrays.copyOf(got, want.length), want) >= 0) {
                fail(title + difference(want, got));
            }
        } else if (!Arrays.equals(want, got)) {
            fail(title + difference(want, got) + "\n    on standard error " + kafkit.err.substring(0, Math.min(300, kafkit.err.length())));
        } else if (kafkit.exit != 0) {
            fail(title + ": exit code " + kafkit.exit + ": " + kafkit.err.substring(0, Math.min(300, kafkit.err.length())));
        }
    }

    private static String difference(byte[] want, byte[] got) {
        int at = Arrays.mismatch(want, got);
        return ": they differ at byte " + at + " of " + want.length + " and " + got.length
            + "\n    Kafka  " + around(want, at) + "\n    kafkit " + around(got, at);
    }

    private static String around(byte[] text, int at) {
        int from = Math.max(0, at - 120);
        int to = Math.min(text.length, at + 120);
        return from >= to ? "" : new String(text, from, to - from, StandardCharsets.UTF_8).replace("\n", "\\n");
    }

    /** The addresses of Java's objects are others in each run. */
    private static byte[] withoutAddresses(byte[] text) {
        String latin = new String(text, StandardCharsets.ISO_8859_1);
        return latin.replaceAll("\\[B@[0-9a-f]+", "[B@").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Says how much was compared. */
    void report() {
        Map<String, Integer> all = new LinkedHashMap<>(compared);
        int total = 0;
        for (Map.Entry<String, Integer> kind : all.entrySet()) {
            int threw = thrown.getOrDefault(kind.getKey(), 0);
            say(String.format("%6d runs: %s%s", kind.getValue(), kind.getKey(), threw == 0 ? "" : ", " + threw + " in which Kafka's tool throws"));
            total += kind.getValue();
        }
        say(String.format("%6d runs in all, %d bytes printed by Kafka's tool", total, bytes));
    }

}
