import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.server.common.RequestLocal;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.Cleaner;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.apache.kafka.storage.internals.log.LogToClean;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/**
 * Logs that Kafka writes and cleans, as they are before and after each round: DIR/LOG/ROUND/{before,after}, with
 * the cleaner's arguments in DIR/rounds.ndjson. Arguments: DIR, a seed, how many logs.
 */
public final class Main {
    private static final long NOW = 1_795_225_391_000L;

    /** A producer's state as the client has it. */
    private static final class Producer {
        final long id;
        short epoch;
        int sequence;
        boolean open;

        Producer(long id) {
            this.id = id;
        }
    }

    private final Random random;
    private final Path dir;
    private final PrintWriter rounds;
    private final Clock clock = new Clock(NOW);

    private Main(Path dir, long seed) throws IOException {
        this.dir = dir;
        this.random = new Random(seed);
        Files.createDirectories(dir);
        rounds = new PrintWriter(Files.newBufferedWriter(dir.resolve("rounds.ndjson"), StandardCharsets.UTF_8));
    }

    public static void main(String[] args) throws Exception {
        Main main = new Main(Path.of(args[0]), Long.parseLong(args[1]));
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            main.log(i);
        }
        main.rounds.close();
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

    private void log(int number) throws Exception {
        Map<String, Object> config = new HashMap<>();
        config.put(LogConfig.INTERNAL_SEGMENT_BYTES_CONFIG, of(1500, 4000, 10_000));
        config.put("index.interval.bytes", of(0, 200, 4096));
        config.put("segment.index.bytes", of(240, 4096));
        config.put("max.message.bytes", 1 << 24);
        config.put("message.timestamp.type", oneIn(5) ? "LogAppendTime" : "CreateTime");
        config.put("message.timestamp.after.max.ms", Long.MAX_VALUE);
        config.put("segment.ms", Long.MAX_VALUE);
        config.put("cleanup.policy", "compact");
        config.put("delete.retention.ms", 5000L);
        LogConfig logConfig = new LogConfig(config);
        String name = "log" + number;
        File live = Files.createTempDirectory("cleaner").resolve(name + "-0").toFile();
        UnifiedLog log = UnifiedLog.create(live, logConfig, 0, 0, new AtOnce(), new BrokerTopicStats(), clock, 900_000,
            new ProducerStateManagerConfig(86_400_000, false), 600_000, new LogDirFailureChannel(10), true, Optional.of(Uuid.randomUuid()));
        List<Producer> producers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            producers.add(new Producer(1000 + 10L * number + i));
        }
        int keys = of(5, 20, 60);
        // Too little for some rounds.
        int mapBytes = oneIn(3) ? 24 * (8 + below(20)) : 1 << 16;
        long from = 0;
        for (int round = 0; round < 4; round++) {
            for (int left = 6 + below(30); left > 0; left--) {
                clock.now += below(200);
                append(log, producers.get(below(4)), keys);
            }
            if (oneIn(2)) {
                log.roll();
            }
            clock.now += below(8000);
            log.updateHighWatermark(log.logEndOffset());
            long limit = Math.min(log.activeSegment().baseOffset(), log.lastStableOffset());
            if (limit > from) {
                from = clean(log, name, round, from, limit, mapBytes, logConfig);
            }
        }
        log.close();
    }

    private long clean(UnifiedLog log, String name, int round, long from, long limit, int mapBytes, LogConfig config) throws Exception {
        LogToClean job = new LogToClean(log, from, limit, false);
        Path to = dir.resolve(name).resolve(String.valueOf(round));
        copy(log, to.resolve("before"));
        String last = log.lastRecordsOfActiveProducers().entrySet().stream()
            .map(entry -> "[" + entry.getKey() + "," + (entry.getValue().lastDataOffset().isPresent() ? entry.getValue().lastDataOffset().getAsLong() : "null")
                + "," + entry.getValue().producerEpoch() + "]").collect(Collectors.joining(",", "[", "]"));
        Cleaner cleaner = new Cleaner(0, new SkimpyOffsetMap(mapBytes), 1 << 16, 1 << 24, 0.9,
            new Throttler(Double.MAX_VALUE, 1000, "", "", clock), clock, partition -> { });
        long uncleanable = job.firstUncleanableOffset();
        long now = clock.now;
        if (uncleanable <= from) {
            return from;
        }
        long end = cleaner.doClean(job, now).getKey();
        copy(log, to.resolve("after"));
        rounds.println("{\"round\":\"" + name + "/" + round + "\",\"first_dirty\":" + from + ",\"limit\":" + limit + ",\"first_uncleanable\":" + uncleanable
            + ",\"end_offset\":" + end + ",\"now\":" + now + ",\"delete_retention_ms\":" + config.deleteRetentionMs + ",\"segment_bytes\":" + config.segmentSize()
            + ",\"index_bytes\":" + config.maxIndexSize + ",\"index_interval_bytes\":" + config.indexInterval + ",\"map_bytes\":" + mapBytes
            + ",\"ratio\":" + job.cleanableRatio() + ",\"active\":" + log.activeSegment().baseOffset() + ",\"end_of_log\":" + log.logEndOffset()
            + ",\"last_records\":" + last + "}");
        return end;
    }

    /** The files of the segments; of the active one what is not set aside for later. */
    private static void copy(UnifiedLog log, Path to) throws IOException {
        Files.createDirectories(to);
        for (LogSegment segment : log.logSegments()) {
            boolean active = segment == log.activeSegment();
            for (String extension : new String[] {"log", "index", "timeindex", "txnindex"}) {
                Path file = Path.of(log.dir().getPath(), String.format("%020d.%s", segment.baseOffset(), extension));
                if (Files.exists(file) && !(active && extension.endsWith("index") && !extension.startsWith("txn"))) {
                    Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private void append(UnifiedLog log, Producer producer, int keys) throws IOException {
        if (producer.open && oneIn(3)) {
            EndTransactionMarker marker = new EndTransactionMarker(of(ControlRecordType.COMMIT, ControlRecordType.ABORT), 3);
            log.appendAsLeader(MemoryRecords.withEndTransactionMarker(clock.now, producer.id, producer.epoch, marker), 3, AppendOrigin.COORDINATOR,
                RequestLocal.noCaching(), VerificationGuard.SENTINEL, (short) 1);
            producer.open = false;
            return;
        }
        if (!producer.open && oneIn(12)) {
            producer.epoch++;
            producer.sequence = 0;
        }
        boolean idempotent = producer.open || oneIn(2);
        boolean transactional = idempotent && (producer.open || oneIn(2));
        Compression codec = Compression.of(CompressionType.forName(of("none", "none", "gzip", "snappy", "lz4", "zstd"))).build();
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(512), RecordBatch.MAGIC_VALUE_V2, codec, TimestampType.CREATE_TIME, 0,
            RecordBatch.NO_TIMESTAMP, idempotent ? producer.id : -1, idempotent ? producer.epoch : -1, idempotent ? producer.sequence : -1,
            transactional, RecordBatch.NO_PARTITION_LEADER_EPOCH);
        int count = 1 + below(oneIn(8) ? 40 : 6);
        for (int i = 0; i < count; i++) {
            byte[] value = oneIn(5) ? null : ("value " + below(1000)).repeat(below(4)).getBytes(StandardCharsets.UTF_8);
            Header[] headers = oneIn(6) ? new Header[] {new RecordHeader("h", oneIn(2) ? null : new byte[below(4)])} : new Header[0];
            builder.append(clock.now - below(2000), ("key " + below(keys)).getBytes(StandardCharsets.UTF_8), value, headers);
        }
        if (idempotent) {
            producer.sequence = DefaultRecordBatch.incrementSequence(producer.sequence, count);
        }
        log.appendAsLeader(builder.build(), 3);
        producer.open |= transactional;
    }
}
