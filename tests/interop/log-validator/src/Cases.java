import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.Crc32C;

/** Rules of topics, and what clients send: mostly in order, often wrong in one place. */
final class Cases {
    static final long NOW = 1_795_225_391_000L;
    private static final int ATTRIBUTES = 21;

    private final Random random;
    private long producers = 1000;

    Cases(long seed) {
        random = new Random(seed);
    }

    private int below(int limit) {
        return random.nextInt(limit);
    }

    private boolean oneIn(int chances) {
        return below(chances) == 0;
    }

    @SafeVarargs
    private final <T> T of(T... choices) {
        return choices[below(choices.length)];
    }

    Map<String, Object> rules() {
        Map<String, Object> rules = new LinkedHashMap<>();
        rules.put("message.timestamp.type", oneIn(3) ? "LogAppendTime" : "CreateTime");
        rules.put("message.timestamp.before.max.ms", oneIn(3) ? 10_000L : Long.MAX_VALUE);
        rules.put("message.timestamp.after.max.ms", of(3_600_000L, 3_600_000L, 1000L, Long.MAX_VALUE));
        rules.put("compression.type", of("producer", "producer", "producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"));
        rules.put("cleanup.policy", oneIn(4) ? "compact" : "delete");
        rules.put("max.message.bytes", oneIn(6) ? 150 : 1_048_588);
        return rules;
    }

    int version() {
        return oneIn(6) ? 3 + below(4) : 7 + below(7);
    }

    byte[] records() {
        byte[] bytes = batch();
        if (oneIn(2)) {
            return bytes;
        }
        return wrong(bytes);
    }

    private long timestamp() {
        return switch (below(24)) {
            case 0 -> RecordBatch.NO_TIMESTAMP;
            case 1 -> NOW - 20_000;
            case 2 -> NOW + 2000;
            case 3 -> NOW + 4_000_000;
            case 4 -> of(0L, Long.MAX_VALUE, NOW - 10_000, NOW - 10_001, NOW + 1000, NOW + 1001);
            default -> NOW - below(3000);
        };
    }

    private byte[] content() {
        return oneIn(8) ? null : ("v" + below(50)).repeat(below(oneIn(10) ? 60 : 4)).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] batch() {
        byte magic = oneIn(25) ? (byte) below(2) : RecordBatch.MAGIC_VALUE_V2;
        boolean modern = magic == RecordBatch.MAGIC_VALUE_V2;
        if (modern && oneIn(30)) {
            return bytes(MemoryRecords.withEndTransactionMarker(0, NOW, 0, producers++, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0)));
        }
        boolean producer = modern && oneIn(3);
        String codec = modern ? of("none", "none", "none", "gzip", "snappy", "lz4", "zstd") : of("none", "gzip");
        TimestampType type = magic > 0 && oneIn(14) ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
        long base = oneIn(25) ? 3 : 0;
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(new ByteBufferOutputStream(512), magic, Compression.of(CompressionType.forName(codec)).build(),
            type, base, timestamp(), producer ? producers++ : RecordBatch.NO_PRODUCER_ID, producer ? (short) below(3) : RecordBatch.NO_PRODUCER_EPOCH,
            producer ? of(0, 5, Integer.MAX_VALUE) : RecordBatch.NO_SEQUENCE, producer && oneIn(2), false, -1, Integer.MAX_VALUE);
        boolean keyed = oneIn(2);
        boolean gaps = modern && oneIn(25);
        long offset = base;
        for (int left = 1 + below(5); left > 0; left--) {
            Header[] headers = modern && oneIn(4) ? new Header[] {new RecordHeader("h" + below(3), content())} : new Header[0];
            byte[] key = keyed || !oneIn(4) ? ("k" + below(9)).getBytes(StandardCharsets.UTF_8) : null;
            builder.appendWithOffset(offset, timestamp(), key, content(), headers);
            offset += gaps ? 1 + below(3) : 1;
        }
        return bytes(builder.build());
    }

    private static byte[] bytes(MemoryRecords records) {
        byte[] bytes = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(bytes);
        return bytes;
    }

    /** Damages what is right; half of the damages under a checksum that fits. */
    private byte[] wrong(byte[] bytes) {
        ByteBuffer batch = ByteBuffer.wrap(bytes);
        boolean modern = bytes[16] == 2;
        switch (below(20)) {
            case 0: return Arrays.copyOf(bytes, below(bytes.length));
            case 1: return join(bytes, batch());
            case 2: {
                byte[] next = batch();
                return join(bytes, Arrays.copyOf(next, 1 + below(next.length - 1)));
            }
            case 3: {
                byte[] garbage = new byte[12 + below(30)];
                random.nextBytes(garbage);
                return join(bytes, garbage);
            }
            case 4: batch.put(16, of((byte) 0, (byte) 1, (byte) 3, (byte) -1)); return bytes;
            case 5: batch.putInt(8, of(0, -1, 13, 14, 40, 48, 49, Integer.MAX_VALUE, batch.getInt(8) - 1, batch.getInt(8) + 1)); return bytes;
            case 6: bytes[below(bytes.length)] ^= (byte) (1 << below(8)); return bytes;
            case 7: batch.putInt(17, random.nextInt()); return bytes;
            default: break;
        }
        if (!modern) {
            return bytes;
        }
        switch (below(11)) {
            case 0: batch.putInt(57, of(0, -1, batch.getInt(57) + 1, batch.getInt(57) - 1, Integer.MAX_VALUE)); break;
            case 1: batch.putInt(23, of(-1, batch.getInt(23) + 1, batch.getInt(23) - 1, Integer.MAX_VALUE, Integer.MIN_VALUE)); break;
            case 2: {
                int delta = of(-1, 1);
                batch.putInt(23, batch.getInt(23) + delta);
                batch.putInt(57, batch.getInt(57) + delta);
                break;
            }
            case 3: batch.putLong(35, of(timestamp(), -1L, 0L, batch.getLong(35) + 10)); break;
            case 4: batch.putLong(27, timestamp()); break;
            case 5: batch.putShort(ATTRIBUTES, (short) (batch.getShort(ATTRIBUTES) ^ 1 << below(10))); break;
            case 6: batch.putShort(ATTRIBUTES, (short) (batch.getShort(ATTRIBUTES) & ~7 | below(8))); break;
            case 7: batch.putInt(53, of(-1, -2, 7)); break;
            case 8: batch.putLong(43, of(-1L, -2L, producers++)); break;
            default:
                if (bytes.length > 61) {
                    bytes[61 + below(bytes.length - 61)] ^= (byte) (1 << below(8));
                }
        }
        batch.putInt(17, (int) Crc32C.compute(bytes, ATTRIBUTES, bytes.length - ATTRIBUTES));
        return bytes;
    }

    private static byte[] join(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
