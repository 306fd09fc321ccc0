import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs command line tools one after the other, as most of what one takes is the start of its JVM. A line of standard input
 * is a tool with its arguments and what it is given, a line of standard output how it ended and what it printed (JSON).
 */
public class Tools {
    /** Thrown where a tool would end the JVM. */
    private static final class Ended extends Error {}

    /** Has the tools' own classes anew for each run: some count in static fields, which are fresh in a JVM of their own. */
    private static final class Fresh extends URLClassLoader {
        Fresh(URL[] urls) {
            super(urls, Tools.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean own = name.startsWith("org.apache.kafka.tools.") || name.startsWith("kafka.admin.");
            if (!own || name.startsWith("org.apache.kafka.tools.api.")) return super.loadClass(name, resolve);
            synchronized (getClassLoadingLock(name)) {
                Class<?> found = findLoadedClass(name);
                return found != null ? found : findClass(name);
            }
        }
    }

    private static int run(String name, String[] arguments, URL[] urls) throws Exception {
        List<Runnable> hooks = new ArrayList<>();
        Integer[] code = {null};
        Exit.Procedure end = (wanted, message) -> {
            // A tool may catch what is thrown and end once more; the first is what counts.
            if (code[0] == null) code[0] = wanted;
            throw new Ended();
        };
        Exit.setExitProcedure(end);
        Exit.setHaltProcedure(end);
        Exit.setShutdownHookAdder((what, hook) -> hooks.add(hook));
        try (Fresh fresh = new Fresh(urls)) {
            Thread.currentThread().setContextClassLoader(fresh);
            try {
                fresh.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) arguments);
            } catch (InvocationTargetException thrown) {
                if (code[0] == null) {
                    thrown.getCause().printStackTrace();
                    code[0] = 1;
                }
            }
            for (Runnable hook : hooks) hook.run();
        }
        return code[0] == null ? 0 : code[0];
    }

    private static URL url(String path) {
        try {
            return Path.of(path).toUri().toURL();
        } catch (MalformedURLException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }

    public static void main(String[] none) throws Exception {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        ObjectMapper json = new ObjectMapper();
        URL[] urls = Arrays.stream(System.getProperty("java.class.path").split(":")).map(Tools::url).toArray(URL[]::new);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = questions.readLine()) != null; ) {
            JsonNode asked = json.readTree(line);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            System.setIn(new ByteArrayInputStream(asked.get("given").textValue().getBytes(StandardCharsets.UTF_8)));
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            int code = run(asked.get("tool").textValue(), json.convertValue(asked.get("arguments"), String[].class), urls);
            System.out.flush();
            System.err.flush();
            Map<String, Object> answer = Map.of("code", code, "out", out.toString(StandardCharsets.UTF_8), "err", err.toString(StandardCharsets.UTF_8));
            answers.println(json.writeValueAsString(answer));
        }
    }
}
