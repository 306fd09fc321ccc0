import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.RecordVersion;
import org.apache.kafka.server.common.RequestLocal;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.storage.internals.checkpoint.OffsetCheckpointFile;
import org.apache.kafka.storage.internals.log.AbstractIndex;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.Cleaner;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogStartOffsetIncrementReason;
import org.apache.kafka.storage.internals.log.LogToClean;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/**
 * Partitions as a broker writes them, by the class that a broker has for it: segments roll, transactions end or do
 * not, producers start over, leaders change, logs are cut, cleaned, closed and opened again.
 */
final class Logs {
    private static final String[] FLAGS = {
        "", "--deep-iteration", "--print-data-log", "--verify-index-only", "--index-sanity-check",
        "--print-data-log --skip-record-metadata",
    };
    private static final int PRODUCERS = 4;

    /** A producer's state as the client has it. */
    private static final class Producer {
        final long id;
        short epoch;
        int sequence;
        boolean open;

        Producer(long id, int sequence) {
            this.id = id;
            this.sequence = sequence;
        }
    }

    private final Peers peers;
    private final Dice dice;
    private final Batches batches;
    private final Clock clock = new Clock(Batches.NOW);
    /** Up to where the logs were cleaned. */
    private final Map<TopicPartition, Long> cleaned = new HashMap<>();

    Logs(Peers peers, Dice dice) {
        this.peers = peers;
        this.dice = dice;
        this.batches = new Batches(dice);
    }

    /** Returns the partitions' directories. */
    List<String> run(int count) throws Exception {
        List<String> dirs = new ArrayList<>();
        Set<String> killed = new HashSet<>();
        for (int i = 0; i < count; i++) {
            String dir = "logs/" + dice.of("orders", "a.b-c", "x_1") + i + "-" + dice.below(100);
            boolean closed = write(dir);
            dirs.add(dir);
            if (!closed) {
                killed.add(dir);
            }
            compare(dir, closed);
        }
        // As a broker's cleaner leaves it: without it nobody can tell compaction from a loss.
        new OffsetCheckpointFile(new File("logs/cleaner-offset-checkpoint"), new LogDirFailureChannel(1)).write(cleaned);
        for (String dir : dirs) {
            verify(dir, killed.contains(dir));
        }
        peers.say(dirs.size() + " partitions written by Kafka's log and verified");
        return dirs;
    }

    /** What Kafka wrote is sound, but for zeros behind a segment that was set aside whole and never closed. */
    private void verify(String dir, boolean killed) throws IOException, InterruptedException {
        Peers.Output verdict = peers.kafkit(List.of("--verify", dir));
        String found = new String(verdict.out, StandardCharsets.UTF_8);
        boolean wrong = found.lines().anyMatch(line -> line.startsWith("error ")
            || line.startsWith("warning ") && !(killed && line.endsWith("  zero-tail")));
        if (wrong || verdict.exit != 0 && !found.contains("  zero-tail\n")) {
            peers.fail("--verify " + dir + " finds, in what Kafka wrote:\n" + found + verdict.err);
        }
    }

    /** Returns whether the log was closed in order. */
    private boolean write(String dir) throws Exception {
        clock.now = Batches.NOW + dice.below(1 << 20);
        boolean compact = dice.oneIn(3);
        boolean old = !compact && dice.oneIn(4);
        Map<String, Object> config = new HashMap<>();
        config.put(LogConfig.INTERNAL_SEGMENT_BYTES_CONFIG, dice.of(3000, 10_000, 60_000));
        config.put("index.interval.bytes", dice.of(0, 100, 1000, 4096));
        config.put("segment.index.bytes", dice.of(1200, 1 << 16));
        config.put("max.message.bytes", 1 << 24);
        config.put("compression.type", dice.of("producer", "producer", "gzip", "snappy", "lz4", "zstd", "uncompressed"));
        if (old) {
            config.put("compression.type", dice.of("producer", "gzip"));
        }
        config.put("message.timestamp.type", dice.oneIn(5) && !old ? "LogAppendTime" : "CreateTime");
        config.put("message.timestamp.before.max.ms", Long.MAX_VALUE);
        config.put("message.timestamp.after.max.ms", Long.MAX_VALUE);
        config.put("segment.ms", Long.MAX_VALUE);
        config.put("preallocate", dice.oneIn(8));
        config.put("cleanup.policy", compact ? "compact" : "delete");
        config.put("delete.retention.ms", 1000L);
        LogConfig logConfig = new LogConfig(config);
        Uuid topic = new Uuid(dice.random.nextLong(), dice.random.nextLong());
        UnifiedLog log = open(dir, logConfig, topic, 0, true);
        List<Producer> producers = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            // Ids that differ, whatever the dice say.
            producers.add(new Producer(Math.abs(dice.int64() >> 2) / PRODUCERS * PRODUCERS + i, dice.oneIn(2) ? 0 : Integer.MAX_VALUE - dice.below(20)));
        }
        int epoch = dice.below(3);
        long clean = 0;
        for (int steps = 20 + dice.below(120); steps > 0; steps--) {
            clock.now += dice.below(5000);
            switch (dice.below(old ? 12 : 16)) {
                case 0 -> log.roll();
                case 1 -> {
                    epoch += 1 + dice.below(3);
                    log.assignEpochStartOffset(epoch, log.logEndOffset());
                }
                case 2 -> {
                    if (dice.oneIn(3)) {
                        long start = log.logStartOffset();
                        log.close();
                        log = open(dir, logConfig, topic, start, dice.oneIn(2));
                    }
                }
                case 3 -> {
                    log.updateHighWatermark(log.logEndOffset());
                    if (compact && log.numberOfSegments() > 1) {
                        clean = clean(log, clean);
                    } else if (dice.oneIn(4)) {
                        long range = log.logEndOffset() - log.logStartOffset();
                        log.maybeIncrementLogStartOffset(log.logStartOffset() + (range > 0 ? dice.below((int) range) : 0),
                            LogStartOffsetIncrementReason.ClientRecordDeletion);
                        log.deleteOldSegments();
                    }
                }
                default -> appendIfItFits(log, dice.of(producers.toArray(new Producer[0])), epoch, compact, old);
            }
        }
        boolean closed = !dice.oneIn(4);
        if (closed) {
            log.close();
        } else {
            // As after kill -9: indexes keep what was set aside for them.
            log.flush(true);
            log.closeHandlers();
        }
        return closed;
    }

    private UnifiedLog open(String dir, LogConfig config, Uuid topic, long start, boolean clean) throws IOException {
        return UnifiedLog.create(new File(dir), config, start, clean ? Long.MAX_VALUE : start, new AtOnce(), new BrokerTopicStats(), clock,
            900_000, new ProducerStateManagerConfig(86_400_000, false), 600_000, new LogDirFailureChannel(10), clean, Optional.of(topic));
    }

    private void appendIfItFits(UnifiedLog log, Producer producer, int epoch, boolean compact, boolean old) throws IOException {
        // An append of several batches may fill an index to its end and beyond, where Kafka throws.
        AbstractIndex index = log.activeSegment().offsetIndex();
        if (index.entries() > 0 && index.maxEntries() - index.entries() < 40) {
            log.roll();
        }
        try {
            append(log, producer, epoch, compact, old);
        } catch (RecordBatchTooLargeException refused) {
            // Longer than a segment may be, and nothing of it is in the log. The next one comes in its place.
            return;
        } catch (OutOfOrderSequenceException forgotten) {
            // A recovery of a log whose beginning was deleted forgets sequence numbers. The client starts over.
            producer.epoch++;
            producer.sequence = 0;
        }
    }

    private void append(UnifiedLog log, Producer producer, int epoch, boolean compact, boolean old) throws IOException {
        if (old) {
            // What a broker of before 0.11 kept, or one that was told to keep its format.
            byte magic = (byte) dice.below(2);
            log.appendAsLeaderWithRecordVersion(records(magic, null, false, false), epoch, RecordVersion.lookup(magic));
            return;
        }
        if (producer.open && dice.oneIn(3)) {
            EndTransactionMarker marker = new EndTransactionMarker(
                dice.of(ControlRecordType.COMMIT, ControlRecordType.ABORT), epoch);
            // Since version 2 of transactions each of them ends with a new epoch of the producer.
            TransactionVersion version = dice.oneIn(2) ? TransactionVersion.TV_2 : TransactionVersion.TV_1;
            if (version.supportsEpochBump()) {
                producer.epoch++;
                producer.sequence = 0;
            }
            log.appendAsLeader(MemoryRecords.withEndTransactionMarker(clock.now, producer.id, producer.epoch, marker), epoch,
                AppendOrigin.COORDINATOR, RequestLocal.noCaching(), VerificationGuard.SENTINEL, version.featureLevel());
            producer.open = false;
            return;
        }
        if (!producer.open && dice.oneIn(12)) {
            // A new life of the producer, which counts from 0.
            producer.epoch++;
            producer.sequence = 0;
        }
        boolean idempotent = producer.open || dice.oneIn(2);
        boolean transactional = idempotent && (producer.open || dice.oneIn(2));
        MemoryRecords records = records(RecordBatch.MAGIC_VALUE_V2, idempotent ? producer : null, transactional, compact);
        int last = records.firstBatch().lastSequence();
        log.appendAsLeader(records, epoch);
        if (idempotent) {
            producer.sequence = DefaultRecordBatch.incrementSequence(last, 1);
        }
        producer.open |= transactional;
    }

    private MemoryRecords records(byte magic, Producer producer, boolean transactional, boolean keyed) {
        Compression codec = batches.codec(magic);
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(512), magic, codec, TimestampType.CREATE_TIME, 0,
            RecordBatch.NO_TIMESTAMP, producer == null ? RecordBatch.NO_PRODUCER_ID : producer.id,
            producer == null ? RecordBatch.NO_PRODUCER_EPOCH : producer.epoch,
            producer == null ? RecordBatch.NO_SEQUENCE : producer.sequence, transactional, RecordBatch.NO_PARTITION_LEADER_EPOCH);
        int count = 1 + dice.below(dice.oneIn(10) ? 100 : 8);
        for (int i = 0; i < count; i++) {
            byte[] key = keyed ? ("key " + dice.below(20)).getBytes(StandardCharsets.UTF_8) : dice.content();
            long timestamp = dice.oneIn(30) ? batches.timestamp() : clock.now - dice.below(2000);
            builder.append(timestamp, key, dice.content(), magic < 2 ? new Header[0] : dice.headers());
        }
        return builder.build();
    }

    /** A pass of the log cleaner. Markers and tombstones go in a later one. */
    private long clean(UnifiedLog log, long from) throws Exception {
        Cleaner cleaner = new Cleaner(0, new SkimpyOffsetMap(1 << 20), 1 << 16, 1 << 24, 0.9,
            new Throttler(Double.MAX_VALUE, 1000, "", "", clock), clock, partition -> { });
        long to = Math.min(log.activeSegment().baseOffset(), log.lastStableOffset());
        long start = Math.min(Math.max(from, log.logStartOffset()), to);
        if (start >= to) {
            return from;
        }
        LogToClean cleanable = new LogToClean(log, start, to, false);
        // Only whole segments are cleaned; a transaction that is open may keep the first one from it.
        if (start >= cleanable.firstUncleanableOffset()) {
            return from;
        }
        long next = cleaner.clean(cleanable).getKey();
        cleaned.put(log.topicPartition(), next);
        return next;
    }

    private void compare(String dir, boolean closed) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        for (File file : new File(dir).listFiles()) {
            if (file.getName().matches("\\d{20}\\..*")) {
                all.add(file.getPath());
            }
        }
        all.sort(null);
        if (closed) {
            for (String flags : FLAGS) {
                peers.same("partitions, all files", String.join(",", all), flags);
            }
        }
        // Alone, each file is the first. Of a log that was not closed Kafka's tool takes the room in indexes for entries
        // and throws, so none of its files may stand behind another.
        for (String file : all) {
            if (!closed || dice.oneIn(6)) {
                peers.same(closed ? "partitions, single files" : "partitions as kill -9 leaves them, single files", file, dice.of(FLAGS), !closed);
            }
        }
    }
}
