import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * The records of testdata's vectors, as far as this release knows them. The vectors are of a later one: they have a type
 * and a field or two more, which kafkit shows and this release's tool cannot.
 */
final class Vectors {
    /** How the messages of a family become JSON, and JSON them, by type and version. */
    private record Converter(Reader reader, BiFunction<ApiMessage, Short, JsonNode> writer) { }

    private interface Reader {
        ApiMessage read(JsonNode json, short type, short version);
    }

    private static final Map<String, Converter> CONVERTERS = Map.of(
        "group", new Converter(
            org.apache.kafka.coordinator.group.generated.CoordinatorRecordJsonConverters::readRecordValueFromJson,
            org.apache.kafka.coordinator.group.generated.CoordinatorRecordJsonConverters::writeRecordValueAsJson),
        "transaction", new Converter(
            org.apache.kafka.coordinator.transaction.generated.CoordinatorRecordJsonConverters::readRecordValueFromJson,
            org.apache.kafka.coordinator.transaction.generated.CoordinatorRecordJsonConverters::writeRecordValueAsJson),
        "share", new Converter(
            org.apache.kafka.coordinator.share.generated.CoordinatorRecordJsonConverters::readRecordValueFromJson,
            org.apache.kafka.coordinator.share.generated.CoordinatorRecordJsonConverters::writeRecordValueAsJson),
        "metadata", new Converter(
            org.apache.kafka.common.metadata.MetadataJsonConverters::readJson,
            org.apache.kafka.common.metadata.MetadataJsonConverters::writeJson),
        "remote-log", new Converter(
            org.apache.kafka.server.log.remote.metadata.storage.generated.MetadataJsonConverters::readJson,
            org.apache.kafka.server.log.remote.metadata.storage.generated.MetadataJsonConverters::writeJson));

    /** Keys and values by family, and whether they are damaged. */
    final Map<String, List<byte[][]>> sound = new TreeMap<>();
    final Map<String, List<byte[][]>> damaged = new TreeMap<>();
    int leftOut;

    Vectors(Path packed) throws IOException {
        List<JsonNode> all = new ArrayList<>();
        ObjectMapper mapper = new ObjectMapper();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
            new ZstdInputStream(Files.newInputStream(packed)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode vector = mapper.readTree(line);
                if (CONVERTERS.containsKey(vector.get("family").asText())) {
                    all.add(vector);
                }
            }
        }
        // What is damaged was made of sound records of its type, so nobody can tell any more what was in them.
        Set<String> newer = new HashSet<>();
        for (JsonNode vector : all) {
            if (!isDamaged(vector) && !isKnown(vector)) {
                newer.add(type(vector));
            }
        }
        for (JsonNode vector : all) {
            if (isDamaged(vector) ? newer.contains(type(vector)) : !isKnown(vector)) {
                leftOut++;
                continue;
            }
            (isDamaged(vector) ? damaged : sound).computeIfAbsent(vector.get("family").asText(), any -> new ArrayList<>())
                .add(new byte[][] {hex(vector.get("keyHex")), hex(vector.get("valueHex"))});
        }
        if (!sound.keySet().equals(CONVERTERS.keySet())) {
            throw new IllegalStateException("families of records: " + sound.keySet());
        }
    }

    private static boolean isDamaged(JsonNode vector) {
        return vector.has("accepted");
    }

    private static String type(JsonNode vector) {
        return vector.get("family").asText() + " " + vector.get("type").asInt();
    }

    /** Whether this release reads the fields' JSON and writes the same: it drops what it does not know. */
    private static boolean isKnown(JsonNode vector) {
        JsonNode json = vector.get("valueJson");
        if (json.isNull()) {
            return true;
        }
        short version = (short) vector.get("version").asInt();
        Converter converter = CONVERTERS.get(vector.get("family").asText());
        try {
            ApiMessage message = converter.reader.read(json, (short) vector.get("type").asInt(), version);
            // As text, since a number that was read is of the narrowest class.
            return converter.writer.apply(message, version).toString().equals(json.toString());
        } catch (UnsupportedVersionException newer) {
            return false;
        }
    }

    private static byte[] hex(JsonNode text) {
        return text == null || text.isNull() ? null : HexFormat.of().parseHex(text.asText());
    }
}
