import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** Single batches, of every kind that Kafka's builder writes. */
final class Batches {
    /** What keys and values are, so that a decoder class can take them. */
    enum Content { ANY, INTEGERS, LONGS }

    static final long NOW = 1_795_225_391_000L;

    private final Dice dice;

    Batches(Dice dice) {
        this.dice = dice;
    }

    static Compression codec(String name) {
        return Compression.of(CompressionType.forName(name)).build();
    }

    Compression codec(byte magic) {
        return magic < 2 ? codec(dice.of("none", "none", "gzip", "snappy", "lz4")) : codec(dice.of("none", "none", "gzip", "snappy", "lz4", "zstd"));
    }

    long timestamp() {
        switch (dice.below(8)) {
            case 0: return RecordBatch.NO_TIMESTAMP;
            case 1: return Math.abs(dice.int64() >> 1);
            case 2: return Long.MAX_VALUE - dice.below(2);
            default: return NOW + dice.below(100_000);
        }
    }

    private byte[] content(Content content) {
        if (content == Content.ANY) {
            return dice.content();
        }
        if (dice.oneIn(5)) {
            return null;
        }
        ByteBuffer number = content == Content.INTEGERS
            ? ByteBuffer.allocate(4).putInt(dice.int32()) : ByteBuffer.allocate(8).putLong(dice.int64());
        return number.array();
    }

    /** Batches of one kind or another from this offset on. */
    MemoryRecords any(byte magic, long offset, Content content) {
        if (magic < 2) {
            return records(magic, offset, content);
        }
        switch (dice.below(12)) {
            case 0: return marker(offset);
            case 1: return kraft(offset);
            case 2: return empty(offset);
            default: return records(magic, offset, content);
        }
    }

    private MemoryRecords records(byte magic, long offset, Content content) {
        boolean modern = magic == RecordBatch.MAGIC_VALUE_V2;
        boolean producer = modern && dice.oneIn(2);
        boolean transactional = producer && dice.oneIn(2);
        TimestampType type = magic > 0 && dice.oneIn(4) ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
        // Near the greatest sequence, so that it comes round to 0 within the batch.
        int sequence = !producer ? RecordBatch.NO_SEQUENCE : dice.oneIn(3) ? Integer.MAX_VALUE - dice.below(8) : dice.below(1 << 20);
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
            new ByteBufferOutputStream(512), magic, codec(magic), type, offset, timestamp(),
            producer ? Math.abs(dice.int64() >> 1) : RecordBatch.NO_PRODUCER_ID,
            producer ? (short) dice.below(Short.MAX_VALUE) : RecordBatch.NO_PRODUCER_EPOCH,
            sequence, transactional, false, dice.of(-1, 0, 7, Integer.MAX_VALUE), Integer.MAX_VALUE,
            modern && type == TimestampType.CREATE_TIME && dice.oneIn(5) ? NOW + dice.below(1 << 30) : RecordBatch.NO_TIMESTAMP);
        boolean negative = modern && dice.oneIn(10);
        long at = offset;
        for (int count = 1 + dice.below(dice.oneIn(20) ? 300 : 12); count > 0; count--) {
            Header[] headers = modern ? dice.headers() : new Header[0];
            byte[] key = content(content);
            byte[] value = content(content);
            if (negative && at > offset) {
                // Kafka refuses to write these, other clients do not. Of the first it makes the header's.
                try {
                    builder.appendUncheckedWithOffset(at, new SimpleRecord(dice.int64(), key, value, headers));
                } catch (java.io.IOException impossible) {
                    throw new java.io.UncheckedIOException(impossible);
                }
            } else {
                builder.appendWithOffset(at, timestamp(), key, value, headers);
            }
            // Compaction leaves gaps.
            at += dice.oneIn(6) ? 1 + dice.below(9) : 1;
        }
        if (modern && dice.oneIn(6)) {
            builder.overrideLastOffset(at + dice.below(4));
        }
        return builder.build();
    }

    /** COMMIT and ABORT, and what else may stand in a control batch. */
    private MemoryRecords marker(long offset) {
        EndTransactionMarker marker = new EndTransactionMarker(dice.of(ControlRecordType.COMMIT, ControlRecordType.ABORT), dice.int32());
        return MemoryRecords.withEndTransactionMarker(offset, Math.max(-1, timestamp()), dice.of(-1, 0, 12),
            Math.abs(dice.int64() >> 1), (short) dice.below(100), marker);
    }

    /** The control records of KRaft. */
    private MemoryRecords kraft(long offset) {
        long timestamp = NOW + dice.below(1000);
        int epoch = dice.below(100);
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        Messages messages = new Messages(dice);
        switch (dice.below(5)) {
            case 0:
                LeaderChangeMessage change = messages.filled(
                    new LeaderChangeMessage().setVersion((short) dice.below(2)), "setVersion", "setVoters", "setGrantingVoters");
                // Whatever it says of its version, it is written as version 0, which knows no directories of voters.
                for (int left = dice.below(4); left > 0; left--) {
                    change.voters().add(new LeaderChangeMessage.Voter().setVoterId(dice.int32()));
                    change.grantingVoters().add(new LeaderChangeMessage.Voter().setVoterId(dice.int32()));
                }
                return MemoryRecords.withLeaderChangeMessage(offset, timestamp, epoch, buffer, change);
            case 1:
                return MemoryRecords.withSnapshotHeaderRecord(offset, timestamp, epoch, buffer,
                    messages.filled(new SnapshotHeaderRecord(), "setVersion"));
            case 2:
                return MemoryRecords.withSnapshotFooterRecord(offset, timestamp, epoch, buffer,
                    messages.filled(new SnapshotFooterRecord(), "setVersion"));
            case 3:
                return MemoryRecords.withKRaftVersionRecord(offset, timestamp, epoch, buffer,
                    messages.filled(new KRaftVersionRecord(), "setVersion"));
            default:
                return MemoryRecords.withVotersRecord(offset, timestamp, epoch, buffer,
                    messages.filled(new VotersRecord(), "setVersion"));
        }
    }

    /** What compaction leaves of a producer's last batch. */
    private MemoryRecords empty(long offset) {
        ByteBuffer buffer = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
        boolean transactional = dice.oneIn(2);
        DefaultRecordBatch.writeEmptyHeader(buffer, RecordBatch.MAGIC_VALUE_V2, Math.abs(dice.int64() >> 1), (short) dice.below(100),
            dice.below(1000), offset, offset + dice.below(10), dice.of(-1, 3),
            dice.of(TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME), timestamp(), transactional,
            transactional && dice.oneIn(2));
        buffer.flip();
        return MemoryRecords.readableRecords(buffer);
    }

    /** A batch of given keys and values. */
    MemoryRecords of(long offset, List<byte[][]> pairs) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(512), RecordBatch.MAGIC_VALUE_V2,
            codec(RecordBatch.MAGIC_VALUE_V2), TimestampType.CREATE_TIME, offset);
        for (byte[][] pair : new ArrayList<>(pairs)) {
            builder.append(NOW, pair[0], pair[1]);
        }
        return builder.build();
    }
}
