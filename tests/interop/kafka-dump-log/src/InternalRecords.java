import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.metadata.MetadataRecordType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.log.remote.metadata.storage.serialization.RemoteLogMetadataSerde;
import org.apache.kafka.server.log.remote.storage.RemoteLogMetadata;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentId;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentMetadata;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentMetadata.CustomMetadata;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentMetadataUpdate;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentState;
import org.apache.kafka.server.log.remote.storage.RemotePartitionDeleteMetadata;
import org.apache.kafka.server.log.remote.storage.RemotePartitionDeleteState;

/** What Kafka writes into logs of its own, through the decoder of each. */
final class InternalRecords {
    /** Of each type and version. */
    private static final int EACH = 25;
    /** Where random content does not fit a version's fields, this often until one does. */
    private static final int ATTEMPTS = 200;

    private static final Map<String, String> DECODERS = Map.of(
        "group", "--offsets-decoder", "transaction", "--transaction-log-decoder", "metadata", "--cluster-metadata-decoder",
        "remote-log", "--remote-log-metadata-decoder", "share", "--share-group-state-decoder");

    private final Peers peers;
    private final Dice dice;
    private final Batches batches;
    private final Messages messages;

    InternalRecords(Peers peers, Dice dice) {
        this.peers = peers;
        this.dice = dice;
        this.batches = new Batches(dice);
        this.messages = new Messages(dice);
    }

    void run(Path testdata) throws IOException, InterruptedException {
        for (var type : org.apache.kafka.coordinator.group.generated.CoordinatorRecordType.values()) {
            coordinator("group", type.name(), type.id(), type::newRecordKey, type::newRecordValue);
        }
        for (var type : org.apache.kafka.coordinator.transaction.generated.CoordinatorRecordType.values()) {
            coordinator("transaction", type.name(), type.id(), type::newRecordKey, type::newRecordValue);
        }
        for (var type : org.apache.kafka.coordinator.share.generated.CoordinatorRecordType.values()) {
            coordinator("share", type.name(), type.id(), type::newRecordKey, type::newRecordValue);
        }
        for (MetadataRecordType type : MetadataRecordType.values()) {
            metadata(type);
        }
        remote();
        vectors(testdata.resolve("vectors/internal-records.ndjson.zst"));
    }

    private void coordinator(String family, String name, short id, Supplier<ApiMessage> newKey, Supplier<ApiMessage> newValue)
        throws IOException, InterruptedException {
        List<byte[][]> pairs = new ArrayList<>();
        ApiMessage shape = newValue.get();
        for (short version = shape.lowestSupportedVersion(); version <= shape.highestSupportedVersion(); version++) {
            for (int i = 0; i < EACH; i++) {
                byte[] value = i == 0 ? null : bytes(version, newValue);
                // A key's version is its type.
                byte[] key = bytes(newKey.get().highestSupportedVersion(), newKey);
                ByteBuffer.wrap(key).putShort(0, id);
                pairs.add(new byte[][] {key, value});
            }
        }
        pairs.add(new byte[][] {ByteBuffer.allocate(2).putShort((short) 9999).array(), dice.bytes(4)});
        segment(family, name, pairs);
    }

    /** A message of random content with its version before it. */
    private byte[] bytes(short version, Supplier<ApiMessage> make) {
        for (int attempt = 0; ; attempt++) {
            ApiMessage message = fill(make.get(), version, attempt);
            try {
                return array(MessageUtil.toVersionPrefixedByteBuffer(version, message));
            } catch (UnsupportedVersionException | NullPointerException newerField) {
                if (attempt == ATTEMPTS) {
                    throw newerField;
                }
            }
        }
    }

    /** Random content; what an old version cannot hold is left as it is by and by. */
    private ApiMessage fill(ApiMessage message, short version, int attempt) {
        List<String> but = new ArrayList<>();
        if (attempt > 0) {
            // From the second attempt on some fields stay at their default, in the end almost all of them. The JVM has the
            // methods in no order; the seed shall say all.
            Arrays.stream(message.getClass().getMethods()).map(Method::getName).filter(name -> name.startsWith("set")).sorted()
                .filter(name -> dice.below(ATTEMPTS / 2) < attempt + 10).forEach(but::add);
        }
        messages.filled(message, but.toArray(new String[0]));
        if (message instanceof GroupMetadataValue group && dice.oneIn(2)) {
            consumers(group);
        }
        return message;
    }

    /** Members of a group of consumers have messages in their fields. */
    private void consumers(GroupMetadataValue group) {
        group.setProtocolType("consumer");
        for (GroupMetadataValue.MemberMetadata member : group.members()) {
            if (dice.oneIn(4)) {
                continue;
            }
            member.setSubscription(embedded(new ConsumerProtocolSubscription()));
            member.setAssignment(embedded(new ConsumerProtocolAssignment()));
        }
    }

    private byte[] embedded(Message message) {
        short version = (short) dice.below(message.highestSupportedVersion() + 1);
        for (int attempt = 0; ; attempt++) {
            try {
                byte[] bytes = array(MessageUtil.toVersionPrefixedByteBuffer(version, messages.filled(message)));
                // Longer than it says, or not whole: then the tool keeps to bytes.
                return dice.oneIn(10) ? Arrays.copyOf(bytes, dice.below(bytes.length + 4)) : bytes;
            } catch (UnsupportedVersionException newerField) {
                version = message.highestSupportedVersion();
            }
        }
    }

    private void metadata(MetadataRecordType type) throws IOException, InterruptedException {
        List<byte[][]> pairs = new ArrayList<>();
        for (short version = type.lowestSupportedVersion(); version <= type.highestSupportedVersion(); version++) {
            for (int i = 0; i < EACH; i++) {
                pairs.add(new byte[][] {null, framed(version, type)});
            }
        }
        segment("metadata", type.name(), pairs);
        checkpoint(type.name(), pairs);
    }

    private byte[] framed(short version, MetadataRecordType type) {
        for (int attempt = 0; ; attempt++) {
            ApiMessageAndVersion record = new ApiMessageAndVersion(fill(type.newMetadataRecord(), version, attempt), version);
            ObjectSerializationCache cache = new ObjectSerializationCache();
            try {
                ByteBuffer buffer = ByteBuffer.allocate(MetadataRecordSerde.INSTANCE.recordSize(record, cache));
                MetadataRecordSerde.INSTANCE.write(record, cache, new ByteBufferAccessor(buffer));
                return buffer.array();
            } catch (UnsupportedVersionException | NullPointerException newerField) {
                if (attempt == ATTEMPTS) {
                    throw newerField;
                }
            }
        }
    }

    /** A snapshot of KRaft: a header, records, a footer. */
    private void checkpoint(String name, List<byte[][]> pairs) throws IOException, InterruptedException {
        String dir = "checkpoints/" + name;
        new File(dir).mkdirs();
        List<String> files = List.of(dir + String.format("/%020d-%010d.checkpoint", Math.abs(dice.int64() >> 1), dice.below(1 << 20)),
            dir + "/bootstrap.checkpoint");
        for (String file : files) {
            long offset = 1 + pairs.size();
            write(file, List.of(
                MemoryRecords.withSnapshotHeaderRecord(0, Batches.NOW, 1, ByteBuffer.allocate(1 << 10),
                    new SnapshotHeaderRecord().setLastContainedLogTimestamp(dice.int64())),
                batches.of(1, pairs),
                MemoryRecords.withSnapshotFooterRecord(offset, Batches.NOW, 1, ByteBuffer.allocate(1 << 10), new SnapshotFooterRecord())));
        }
        String both = String.join(",", files);
        peers.same("metadata snapshots", both, "--cluster-metadata-decoder");
        peers.same("metadata snapshots", both, "");
        peers.same("metadata snapshots", both, "--cluster-metadata-decoder --skip-record-metadata");
    }

    private void remote() throws IOException, InterruptedException {
        RemoteLogMetadataSerde serde = new RemoteLogMetadataSerde();
        List<byte[][]> pairs = new ArrayList<>();
        for (int i = 0; i < 20 * EACH; i++) {
            pairs.add(new byte[][] {null, serde.serialize(remoteRecord())});
        }
        segment("remote-log", "REMOTE_LOG_METADATA", pairs);
    }

    private RemoteLogMetadata remoteRecord() {
        TopicIdPartition partition = new TopicIdPartition(dice.uuid(), new TopicPartition(dice.text(), Math.abs(dice.int32() >> 1)));
        RemoteLogSegmentId id = new RemoteLogSegmentId(partition, new Uuid(dice.random.nextLong(), dice.random.nextLong()));
        Optional<CustomMetadata> custom = dice.oneIn(2) ? Optional.empty() : Optional.of(new CustomMetadata(dice.bytes(dice.below(30))));
        switch (dice.below(3)) {
            case 0:
                Map<Integer, Long> epochs = new TreeMap<>();
                for (int left = 1 + dice.below(5); left > 0; left--) {
                    epochs.put(dice.below(1000), Math.abs(dice.int64() >> 1));
                }
                long start = dice.below(1 << 30);
                return new RemoteLogSegmentMetadata(id, start, start + dice.below(1 << 30), dice.int64(), dice.int32(), dice.int64(),
                    1 + dice.below(1 << 30), custom, dice.of(RemoteLogSegmentState.values()), epochs, dice.oneIn(2));
            case 1:
                return new RemoteLogSegmentMetadataUpdate(id, dice.int64(), custom, dice.of(RemoteLogSegmentState.COPY_SEGMENT_FINISHED,
                    RemoteLogSegmentState.DELETE_SEGMENT_STARTED, RemoteLogSegmentState.DELETE_SEGMENT_FINISHED), dice.int32());
            default:
                return new RemotePartitionDeleteMetadata(partition, dice.of(RemotePartitionDeleteState.values()), dice.int64(), dice.int32());
        }
    }

    /** The records of the vectors, damaged ones too: these decoders say what is wrong and go on. */
    private void vectors(Path packed) throws IOException, InterruptedException {
        Vectors vectors = new Vectors(packed);
        for (var family : vectors.sound.entrySet()) {
            segment(family.getKey(), "vectors", family.getValue());
        }
        for (var family : vectors.damaged.entrySet()) {
            segment(family.getKey(), "vectors-damaged", family.getValue());
        }
        peers.say(String.format("vectors: %d records, %d damaged ones, %d left out, as this release does not know them",
            count(vectors.sound), count(vectors.damaged), vectors.leftOut));
    }

    private static int count(Map<String, List<byte[][]>> families) {
        return families.values().stream().mapToInt(List::size).sum();
    }

    private void segment(String family, String name, List<byte[][]> pairs) throws IOException, InterruptedException {
        String dir = "internal/" + family + "-" + name;
        new File(dir).mkdirs();
        String file = dir + "/00000000000000000000.log";
        List<MemoryRecords> all = new ArrayList<>();
        for (int at = 0; at < pairs.size(); ) {
            int to = Math.min(pairs.size(), at + 1 + dice.below(20));
            all.add(batches.of(at, pairs.subList(at, to)));
            at = to;
        }
        write(file, all);
        String decoder = DECODERS.get(family);
        peers.same("internal records, " + family, file, decoder);
        peers.same("internal records, " + family, file, decoder + " --skip-record-metadata");
    }

    private static void write(String file, List<MemoryRecords> all) throws IOException {
        try (FileChannel channel = FileChannel.open(Path.of(file), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (MemoryRecords records : all) {
                records.writeFullyTo(channel);
            }
        }
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
