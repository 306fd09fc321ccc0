import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Cases of groups that need the clients themselves: java_groups.py has this run as a tool, with the name of the case. */
public class Groups {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration SHORTLY = Duration.ofMillis(100);
    private static String server;
    private static Admin admin;

    public static void main(String[] arguments) throws Exception {
        server = arguments[1];
        try (Admin made = Admin.create(Map.of("bootstrap.servers", server))) {
            admin = made;
            switch (arguments[2]) {
                case "five members" -> growAndShrink(5, "roundrobin", RoundRobinAssignor.class);
                case "cooperative" -> growAndShrink(3, "cooperative-sticky", CooperativeStickyAssignor.class);
                case "commits" -> commits();
                case "never committed" -> neverCommitted();
                case "seek, pause" -> seekAndPause();
                case "list, describe" -> listAndDescribe();
                case "delete offsets" -> deleteOffsets();
                case "delete" -> delete();
                default -> throw new IllegalArgumentException(arguments[2]);
            }
        }
    }

    private static void equal(Object got, Object wanted, String what) {
        if (!got.equals(wanted)) throw new AssertionError(what + ": got " + got + ", wanted " + wanted);
    }

    /** What the broker refuses, and how. */
    private static void refused(Class<? extends Exception> wanted, Callable<?> action) throws Exception {
        try {
            action.call();
        } catch (Exception thrown) {
            Throwable cause = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
            equal(cause.getClass(), wanted, String.valueOf(cause));
            return;
        }
        throw new AssertionError("no " + wanted);
    }

    private static void until(Supplier<?> what, Callable<Boolean> holds) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.call()) {
            if (System.nanoTime() > end) throw new AssertionError("waited in vain: " + what.get());
            Thread.sleep(20);
        }
    }

    private static String named(String what) {
        return what + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private static String filled(int partitions) throws Exception {
        String topic = named("grouped");
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
        Map<String, Object> settings = Map.of("bootstrap.servers", server);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (int partition = 0; partition < partitions; partition++) {
                for (int i = 0; i < 10; i++) producer.send(new ProducerRecord<>(topic, partition, null, "" + i));
            }
        }
        return topic;
    }

    private static KafkaConsumer<String, String> consumer(String group, Map<String, Object> settings) {
        Properties all = new Properties();
        all.putAll(Map.of("bootstrap.servers", server, "group.id", group, "auto.offset.reset", "earliest", "enable.auto.commit", "false"));
        all.putAll(Map.of("session.timeout.ms", "6000", "heartbeat.interval.ms", "500"));
        all.putAll(settings);
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    /** The offsets of the next so many records. */
    private static List<Long> read(KafkaConsumer<String, String> consumer, int count) throws Exception {
        List<Long> offsets = new ArrayList<>();
        until(() -> offsets, () -> {
            for (ConsumerRecord<String, String> record : consumer.poll(SHORTLY)) offsets.add(record.offset());
            return offsets.size() >= count;
        });
        return offsets;
    }

    private static List<Long> offsets(long from, long to) {
        return IntStream.range((int) from, (int) to).mapToObj(Long::valueOf).collect(Collectors.toList());
    }

    /** A consumer that polls in a thread of its own, and is told what it has, what it has to give up and what it has lost. */
    private static final class Member extends Thread implements ConsumerRebalanceListener {
        final Set<Integer> assigned = ConcurrentHashMap.newKeySet();
        final Set<Integer> revoked = ConcurrentHashMap.newKeySet();
        final Set<Integer> lost = ConcurrentHashMap.newKeySet();
        final Set<String> got = ConcurrentHashMap.newKeySet();
        private final KafkaConsumer<String, String> consumer;
        private volatile boolean stopping;

        Member(String group, String topic, Map<String, Object> settings) {
            Map<String, Object> all = new HashMap<>(settings);
            all.put("enable.auto.commit", "true");
            consumer = consumer(group, all);
            consumer.subscribe(List.of(topic), this);
            setDaemon(true);
            start();
        }

        private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
            return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            assigned.addAll(numbers(partitions));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            assigned.removeAll(numbers(partitions));
            revoked.addAll(numbers(partitions));
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            lost.addAll(numbers(partitions));
        }

        @Override
        public void run() {
            try (consumer) {
                while (!stopping) {
                    for (ConsumerRecord<String, String> record : consumer.poll(SHORTLY)) got.add(record.partition() + "/" + record.offset());
                }
            }
        }

        void leave() throws InterruptedException {
            stopping = true;
            join(20000);
            equal(isAlive(), false, "still closing");
        }
    }

    private static void shared(List<Member> members, int partitions) throws Exception {
        Supplier<List<Set<Integer>>> told = () -> members.stream().map(one -> Set.copyOf(one.assigned)).toList();
        until(told, () -> {
            List<Set<Integer>> now = told.get();
            List<Integer> all = now.stream().flatMap(Set::stream).sorted().toList();
            return all.equals(IntStream.range(0, partitions).boxed().toList()) && now.stream().noneMatch(Set::isEmpty);
        });
    }

    private static ConsumerGroupDescription described(String group) throws Exception {
        return admin.describeConsumerGroups(List.of(group)).all().get().get(group);
    }

    private static void growAndShrink(int count, String protocol, Class<?> assignor) throws Exception {
        String topic = filled(6);
        String group = named("group");
        List<Member> members = new ArrayList<>();
        while (members.size() < count) {
            members.add(new Member(group, topic, Map.of("partition.assignment.strategy", assignor.getName())));
            shared(members, 6);
        }
        List<Member> everybody = List.copyOf(members);
        ConsumerGroupDescription found = described(group);
        equal(List.of(found.groupState(), found.partitionAssignor(), found.members().size()), List.of(GroupState.STABLE, protocol, count), "group");
        // What it kept all the time was taken away in between, unless they share cooperatively.
        Set<Integer> kept = new HashSet<>(members.get(0).assigned);
        kept.retainAll(members.get(0).revoked);
        equal(kept.isEmpty(), protocol.equals("cooperative-sticky"), "revoked and given back: " + kept);
        while (members.size() > 1) {
            members.remove(0).leave();
            shared(members, 6);
        }
        // Whoever has gone has told how far it was, so nothing is left out.
        Supplier<Set<String>> got = () -> everybody.stream().flatMap(one -> one.got.stream()).collect(Collectors.toSet());
        until(got, () -> got.get().size() == 60);
        members.get(0).leave();
        equal(everybody.stream().allMatch(one -> one.lost.isEmpty()), true, "nobody has lost a partition without being asked");
        equal(described(group).groupState(), GroupState.EMPTY, "state");
    }

    private static void commits() throws Exception {
        String topic = filled(2);
        String group = named("commits");
        TopicPartition first = new TopicPartition(topic, 0);
        TopicPartition second = new TopicPartition(topic, 1);
        try (var consumer = consumer(group, Map.of())) {
            consumer.subscribe(List.of(topic));
            read(consumer, 20);
            consumer.commitSync(Map.of(first, new OffsetAndMetadata(3, Optional.of(0), "größe")));
            Map<TopicPartition, OffsetAndMetadata> done = new ConcurrentHashMap<>();
            List<Exception> failed = new ArrayList<>();
            OffsetCommitCallback callback = (offsets, error) -> {
                if (error != null) failed.add(error);
                done.putAll(offsets);
            };
            consumer.commitAsync(Map.of(second, new OffsetAndMetadata(7)), callback);
            until(() -> done, () -> {
                consumer.poll(SHORTLY);
                return !done.isEmpty();
            });
            equal(failed, List.of(), "errors of the asynchronous commit");
            Map<TopicPartition, OffsetAndMetadata> wanted = new HashMap<>();
            wanted.put(first, new OffsetAndMetadata(3, Optional.of(0), "größe"));
            wanted.put(second, new OffsetAndMetadata(7));
            equal(consumer.committed(Set.of(first, second)), wanted, "committed");
            refused(OffsetMetadataTooLarge.class, () -> {
                consumer.commitSync(Map.of(first, new OffsetAndMetadata(4, "x".repeat(4097))));
                return null;
            });
        }
        // The next one goes on where the last one was.
        try (var consumer = consumer(group, Map.of())) {
            consumer.subscribe(List.of(topic));
            equal(read(consumer, 10).stream().sorted().toList(), List.of(3L, 4L, 5L, 6L, 7L, 7L, 8L, 8L, 9L, 9L), "read by the next");
        }
    }

    private static void neverCommitted() throws Exception {
        TopicPartition partition = new TopicPartition(filled(1), 0);
        // What is to be done then decides where a reader begins.
        for (Map.Entry<String, Long> reset : Map.of("earliest", 0L, "latest", 10L).entrySet()) {
            try (var consumer = consumer(named("never"), Map.of("auto.offset.reset", reset.getKey()))) {
                consumer.assign(List.of(partition));
                equal(consumer.committed(Set.of(partition)).get(partition) == null, true, "nothing is committed");
                equal(consumer.position(partition), reset.getValue(), reset.getKey());
            }
        }
        try (var consumer = consumer(named("never"), Map.of("auto.offset.reset", "none"))) {
            consumer.assign(List.of(partition));
            refused(NoOffsetForPartitionException.class, () -> consumer.position(partition));
        }
    }

    private static void seekAndPause() throws Exception {
        String topic = filled(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = consumer(named("seek"), Map.of())) {
            consumer.subscribe(List.of(topic));
            equal(read(consumer, 10), offsets(0, 10), "at first");
            consumer.seek(partition, 4);
            equal(read(consumer, 6), offsets(4, 10), "after the seek");
            consumer.pause(List.of(partition));
            consumer.seek(partition, 9);
            equal(consumer.poll(Duration.ofSeconds(1)).count(), 0, "while it is paused");
            consumer.resume(List.of(partition));
            equal(read(consumer, 1), offsets(9, 10), "resumed");
            consumer.seekToBeginning(List.of(partition));
            equal(read(consumer, 10), offsets(0, 10), "from the beginning");
            consumer.seekToEnd(List.of(partition));
            equal(consumer.position(partition), 10L, "at the end");
        }
    }

    private static List<GroupListing> listed(String group, ListGroupsOptions options) throws Exception {
        return admin.listGroups(options).all().get().stream().filter(one -> one.groupId().equals(group)).toList();
    }

    private static void listAndDescribe() throws Exception {
        String topic = filled(2);
        String group = named("listed");
        Member member = new Member(group, topic, Map.of("group.instance.id", "i0", "client.id", "größe"));
        shared(List.of(member), 2);
        ListGroupsOptions classic = new ListGroupsOptions().withTypes(Set.of(GroupType.CLASSIC));
        ListGroupsOptions consumer = new ListGroupsOptions().withTypes(Set.of(GroupType.CONSUMER));
        ListGroupsOptions stable = new ListGroupsOptions().inGroupStates(Set.of(GroupState.STABLE));
        ListGroupsOptions empty = new ListGroupsOptions().inGroupStates(Set.of(GroupState.EMPTY));
        GroupListing wanted = new GroupListing(group, Optional.of(GroupType.CLASSIC), "consumer", Optional.of(GroupState.STABLE));
        equal(listed(group, classic), List.of(wanted), "of the type classic");
        equal(listed(group, stable), List.of(wanted), "stable");
        equal(List.of(listed(group, consumer), listed(group, empty)), List.of(List.of(), List.of()), "of the other type, in another state");
        ConsumerGroupDescription found = described(group);
        var only = found.members().iterator().next();
        equal(List.of(found.type(), found.groupState(), found.partitionAssignor(), found.members().size(), found.isSimpleConsumerGroup()),
            List.of(GroupType.CLASSIC, GroupState.STABLE, "range", 1, false), "described");
        equal(List.of(only.clientId(), only.host(), only.groupInstanceId(), only.assignment().topicPartitions()),
            List.of("größe", "/127.0.0.1", Optional.of("i0"), Set.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1))), "its member");
        member.leave();
        // Who is static does not leave by itself.
        equal(listed(group, stable), List.of(wanted), "after the static one has gone");
        admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions()).all().get();
        equal(listed(group, empty).size(), 1, "empty");
        refused(GroupIdNotFoundException.class, () -> described(named("absent")));
    }

    private static Map<Integer, Long> committed(String group) throws Exception {
        Map<Integer, Long> offsets = new TreeMap<>();
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().forEach((part, found) -> offsets.put(part.partition(), found.offset()));
        return offsets;
    }

    private static void deleteOffsets() throws Exception {
        String topic = filled(2);
        String group = named("reset");
        TopicPartition first = new TopicPartition(topic, 0);
        TopicPartition second = new TopicPartition(topic, 1);
        admin.alterConsumerGroupOffsets(group, Map.of(first, new OffsetAndMetadata(3, "größe"), second, new OffsetAndMetadata(4))).all().get();
        equal(committed(group), Map.of(0, 3L, 1, 4L), "altered");
        // Nobody changes the offsets of a group at work.
        Member member = new Member(group, topic, Map.of());
        shared(List.of(member), 2);
        refused(UnknownMemberIdException.class, () -> admin.alterConsumerGroupOffsets(group, Map.of(first, new OffsetAndMetadata(1))).all().get());
        refused(GroupSubscribedToTopicException.class, () -> admin.deleteConsumerGroupOffsets(group, Set.of(first)).all().get());
        until(() -> member.got, () -> member.got.size() == 13);
        member.leave();
        admin.deleteConsumerGroupOffsets(group, Set.of(first)).all().get();
        equal(committed(group), Map.of(1, 10L), "deleted");
        refused(GroupIdNotFoundException.class, () -> admin.deleteConsumerGroupOffsets(named("absent"), Set.of(first)).all().get());
    }

    private static void delete() throws Exception {
        String topic = filled(1);
        String group = named("delete");
        Member member = new Member(group, topic, Map.of());
        shared(List.of(member), 1);
        refused(GroupNotEmptyException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
        member.leave();
        admin.deleteConsumerGroups(List.of(group)).all().get();
        equal(List.of(listed(group, new ListGroupsOptions()), committed(group)), List.of(List.of(), Map.of()), "after it is deleted");
        refused(GroupIdNotFoundException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
    }
}
