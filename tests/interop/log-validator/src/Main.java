import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/**
 * What Kafka's own log makes of the records of Produce requests: one line of JSON for each, to stdout.
 * Arguments: a directory for logs, a seed, how many.
 */
public final class Main {
    private static final int BATCHES_PER_LOG = 16;
    private static final int LEADER_EPOCH = 7;

    public static void main(String[] args) throws Exception {
        Path dir = Path.of(args[0]);
        Cases cases = new Cases(Long.parseLong(args[1]));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        UnifiedLog log = null;
        Map<String, Object> rules = Map.of();
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            if (i % BATCHES_PER_LOG == 0) {
                rules = cases.rules();
                log = open(dir.resolve("validate-" + i), rules);
            }
            int version = cases.version();
            byte[] bytes = cases.records();
            out.println("{\"rules\":" + json(rules) + ",\"version\":" + version + ",\"hex\":\"" + HexFormat.of().formatHex(bytes) + "\","
                + verdict(log, (short) version, bytes) + "}");
        }
        out.flush();
    }

    private static UnifiedLog open(Path dir, Map<String, Object> rules) throws IOException {
        Files.createDirectories(dir);
        Map<String, Object> config = new HashMap<>(rules);
        // One segment for all of them.
        config.put("segment.bytes", 1 << 30);
        config.put("segment.ms", Long.MAX_VALUE);
        Clock time = new Clock(Cases.NOW);
        return UnifiedLog.create(new File(dir + "-0"), new LogConfig(config), 0, 0, new AtOnce(), new BrokerTopicStats(), time,
            900_000, new ProducerStateManagerConfig(86_400_000, false), 600_000, new LogDirFailureChannel(10), true, Optional.of(Uuid.randomUuid()));
    }

    private static String json(Map<String, Object> rules) {
        return new LinkedHashMap<>(rules).entrySet().stream()
            .map(rule -> "\"" + rule.getKey() + "\":" + (rule.getValue() instanceof String text ? "\"" + text + "\"" : rule.getValue()))
            .collect(Collectors.joining(",", "{", "}"));
    }

    private static String verdict(UnifiedLog log, short version, byte[] bytes) throws IOException {
        int before = log.activeSegment().size();
        try {
            MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
            ProduceRequest.validateRecords(version, records);
            log.appendAsLeader(records, LEADER_EPOCH);
        } catch (RecordValidationException refused) {
            String errors = refused.recordErrors().stream().map(error -> String.valueOf(error.batchIndex)).collect(Collectors.joining(",", "[", "]"));
            return "\"error\":\"" + Errors.forException(refused.invalidException()) + "\",\"records\":" + errors;
        } catch (RuntimeException | Error refused) {
            return "\"error\":\"" + Errors.forException(refused) + "\"";
        }
        ByteBuffer appended = ByteBuffer.allocate(log.activeSegment().size() - before);
        log.activeSegment().log().readInto(appended, before);
        DefaultRecordBatch batch = (DefaultRecordBatch) MemoryRecords.readableRecords(appended).batches().iterator().next();
        Long digest = digest(batch);
        short attributes = appended.getShort(21);
        return "\"appended\":{\"bytes\":" + appended.limit() + ",\"crc\":" + batch.checksum() + ",\"attributes\":" + attributes + ",\"max_timestamp\":"
            + batch.maxTimestamp() + ",\"count\":" + batch.countOrNull() + ",\"last_offset_delta\":" + (batch.lastOffset() - batch.baseOffset())
            + ",\"digest\":" + digest + "}";
    }

    /** Stands for all that the records say; null where Kafka appended what it cannot read itself. */
    private static Long digest(DefaultRecordBatch batch) {
        CRC32 digest = new CRC32();
        try {
            for (Record record : batch) {
                StringBuilder text = new StringBuilder();
                text.append(record.offset() - batch.baseOffset()).append('|').append(record.timestamp())
                    .append('|').append(hex(record.hasKey() ? record.key() : null)).append('|').append(hex(record.hasValue() ? record.value() : null));
                for (Header header : record.headers()) {
                    text.append('|').append(header.key()).append('=').append(header.value() == null ? "-" : HexFormat.of().formatHex(header.value()));
                }
                digest.update(text.append(';').toString().getBytes(StandardCharsets.UTF_8));
            }
        } catch (RuntimeException | Error unreadable) {
            return null;
        }
        return digest.getValue();
    }

    private static String hex(ByteBuffer content) {
        if (content == null) {
            return "-";
        }
        byte[] bytes = new byte[content.remaining()];
        content.duplicate().get(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
