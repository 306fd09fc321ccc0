import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AbortedTxn;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;

/** Segments of batches that need not go together: what can be written, not what a broker would write. */
final class RawSegments {
    private static final String[] FLAGS = {
        "", "--deep-iteration", "--print-data-log", "--print-data-log --skip-record-metadata",
        "--verify-index-only", "--index-sanity-check",
    };

    private final Peers peers;
    private final Dice dice;
    private final Batches batches;

    RawSegments(Peers peers, Dice dice) {
        this.peers = peers;
        this.dice = dice;
        this.batches = new Batches(dice);
    }

    void run(int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            Batches.Content content = dice.of(Batches.Content.ANY, Batches.Content.ANY, Batches.Content.ANY,
                Batches.Content.INTEGERS, Batches.Content.LONGS);
            String stem = segment(String.format("raw/%d-0", i), content);
            compare(stem, content);
        }
    }

    /** Writes a segment and what is beside it. Returns the files' names, but for what is behind the last dot. */
    private String segment(String dir, Batches.Content content) throws IOException {
        new File(dir).mkdirs();
        long base = dice.of(0L, 0L, 1L, (long) dice.below(1 << 20), 1L << 33, (1L << 62) + 5);
        LogConfig config = new LogConfig(Map.of(
            LogConfig.INTERNAL_SEGMENT_BYTES_CONFIG, 1 << 30,
            "index.interval.bytes", dice.of(0, 1, 200, 4096),
            "segment.index.bytes", 1 << 20));
        LogSegment segment = LogSegment.open(new File(dir), base, config, Time.SYSTEM, 0, false);
        byte magic = dice.of((byte) 0, (byte) 1, (byte) 2, (byte) 2, (byte) 2);
        boolean mixed = dice.oneIn(6);
        long offset = base + (dice.oneIn(5) ? dice.below(100) : 0);
        for (int left = 1 + dice.below(dice.oneIn(10) ? 100 : 10); left > 0; left--) {
            MemoryRecords records = batches.any(mixed ? (byte) dice.below(3) : magic, offset, content);
            long last = offset;
            for (MutableRecordBatch batch : records.batches()) {
                last = batch.lastOffset();
            }
            segment.append(last, records);
            offset = last + 1 + (dice.oneIn(8) ? dice.below(1000) : 0);
        }
        long end = dice.int64() >> 1;
        for (int left = dice.oneIn(3) ? dice.below(30) : 0; left > 0; left--) {
            // The log does not know of these; what is printed is what they say. Only their ends must rise.
            end += 1 + dice.below(1000);
            segment.txnIndex().append(new AbortedTxn(dice.int64(), dice.int64(), end, dice.int64()));
        }
        segment.onBecomeInactiveSegment();
        segment.close();
        String stem = String.format("%s/%020d", dir, base);
        ProducerStateManager.writeSnapshot(new File(stem + ".snapshot"), producers(), false);
        return stem;
    }

    private Map<Long, ProducerStateEntry> producers() {
        Map<Long, ProducerStateEntry> producers = dice.oneIn(2) ? new TreeMap<>() : new HashMap<>();
        for (int left = dice.below(12); left > 0; left--) {
            long id = dice.int64();
            boolean open = dice.oneIn(3);
            ProducerStateEntry entry = new ProducerStateEntry(id, (short) dice.int32(), dice.int32(), dice.int64(),
                open ? OptionalLong.of(Math.abs(dice.int64() >> 1)) : OptionalLong.empty());
            if (dice.oneIn(2)) {
                entry = withBatch(entry, new BatchMetadata(dice.int32(), dice.int64(), dice.int32(), dice.int64()));
            }
            producers.put(id, entry);
        }
        return producers;
    }

    /** Kafka adds batches to an entry in a method that is its own. */
    private static ProducerStateEntry withBatch(ProducerStateEntry entry, BatchMetadata batch) {
        try {
            var field = ProducerStateEntry.class.getDeclaredField("batchMetadata");
            field.setAccessible(true);
            @SuppressWarnings("unchecked")
            java.util.Collection<BatchMetadata> all = (java.util.Collection<BatchMetadata>) field.get(entry);
            all.add(batch);
            return entry;
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    private void compare(String stem, Batches.Content content) throws IOException, InterruptedException {
        List<String> files = new ArrayList<>();
        for (String kind : new String[] {".log", ".index", ".timeindex", ".txnindex", ".snapshot"}) {
            if (new File(stem + kind).exists()) {
                files.add(stem + kind);
            }
        }
        String all = String.join(",", files);
        String log = stem + ".log";
        // A time index beside timestamps that do not rise is beyond sound: only what is printed of it counts.
        for (String flags : FLAGS) {
            peers.same("raw segments and what is beside them", all, flags);
        }
        Random random = dice.random;
        peers.same("raw segments, --max-bytes", log, "--deep-iteration --max-bytes " + random.nextInt((int) new File(log).length() + 200));
        peers.same("raw segments, paths of other spellings", "./" + log.replace("/", "//") + "," + log, "--deep-iteration --skip-record-metadata");
        String decoders = switch (content) {
            case ANY -> "--key-decoder-class org.apache.kafka.tools.api.StringDecoder --value-decoder-class org.apache.kafka.tools.api.DefaultDecoder";
            case INTEGERS -> "--key-decoder-class org.apache.kafka.tools.api.IntegerDecoder --value-decoder-class org.apache.kafka.tools.api.IntegerDecoder";
            case LONGS -> "--value-decoder-class org.apache.kafka.tools.api.LongDecoder --key-decoder-class org.apache.kafka.tools.api.LongDecoder";
        };
        peers.same("raw segments, decoder classes", log, decoders);
        // Data that is no internal record: what each decoder says of it, where it says anything at all.
        String decoder = dice.of("--offsets-decoder", "--transaction-log-decoder", "--cluster-metadata-decoder",
            "--remote-log-metadata-decoder", "--share-group-state-decoder");
        peers.same("raw segments through the decoder of another log", log, decoder, true);
    }
}
