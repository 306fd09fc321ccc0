"""Groups of librdkafka's consumers: who has what after somebody comes, goes, or dies; and offsets."""

import json
import time

from confluent_kafka import ConsumerGroupState, ConsumerGroupTopicPartitions, ConsumerGroupType, KafkaError, TopicPartition
from confluent_kafka.admin import OffsetSpec

import groups
from confluent_suite import admin, consumer, created, produced, producer, refused
from groups import shared, wait
from suite import case, equal, topic


def filled(partitions=groups.PARTITIONS):
    name = created(topic("grouped"), partitions)
    for partition in range(partitions):
        produced(producer(), name, [b"%d" % i for i in range(10)], partition=partition)
    return name


class Member(groups.Polling):
    def __init__(self, group, name, instance=None, protocol=None, **config):
        config |= {"group_instance_id": instance} if instance else {}
        config |= {"partition_assignment_strategy": protocol} if protocol else {}
        times = dict(session_timeout_ms=groups.SESSION_MS, heartbeat_interval_ms=groups.HEARTBEAT_MS)
        self.consumer = consumer(group_id=group, auto_offset_reset="earliest", enable_auto_commit=True, **times, **config)
        self.consumer.subscribe([name], on_assign=self.on_assign, on_revoke=self.on_revoke, on_lost=self.on_revoke)
        super().__init__()

    def on_assign(self, _, partitions):
        self.gain({partition.partition for partition in partitions})

    def on_revoke(self, _, partitions):
        self.lose({partition.partition for partition in partitions})

    def poll(self):
        while not self.stopping.is_set():
            message = self.consumer.poll(0.1)
            if message is None:
                continue
            if message.error():
                self.said.append(message.error())
            else:
                self.got.append((message.partition(), message.offset()))
        self.consumer.close()

    def fenced(self):
        return any(error.code() == KafkaError._FATAL for error in self.said)


def described(group):
    found = admin.describe_consumer_groups([group])[group].result(10)
    return found.state.name.capitalize(), found.partition_assignor, len(found.members)


groups.cases(groups.Client(filled, Member, described), {**groups.GROWING, "five members": (5, "roundrobin")})


@case("group: commits")
def _():
    name, group = filled(2), topic("commits")
    reader = consumer(group_id=group, auto_offset_reset="earliest")
    reader.subscribe([name])
    got = []
    while len(got) < 20:
        got += reader.consume(20 - len(got), 1)
    reader.commit(offsets=[TopicPartition(name, 0, 3, "größe")], asynchronous=False)
    reader.commit(offsets=[TopicPartition(name, 1, 7)], asynchronous=True)
    end = time.monotonic() + 10
    while reader.committed([TopicPartition(name, 1)], timeout=10)[0].offset != 7 and time.monotonic() < end:
        reader.poll(0.1)
    committed = reader.committed([TopicPartition(name, part) for part in range(2)], timeout=10)
    equal([(part.offset, part.metadata) for part in committed], [(3, "größe"), (7, None)])
    too_long = TopicPartition(name, 0, 4, "x" * 4097)
    refused(KafkaError.OFFSET_METADATA_TOO_LARGE, lambda: reader.commit(offsets=[too_long], asynchronous=False))
    reader.close()
    # The next one goes on where the last one was.
    again = Member(group, name)
    wait(lambda: again.got, lambda: len(again.got) == 10)
    equal(sorted(again.got), [(0, i) for i in range(3, 10)] + [(1, i) for i in range(7, 10)])
    again.stop()
    equal(offsets(group), {0: 10, 1: 10})


def offsets(group):
    found = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(10)
    return {part.partition: part.offset for part in found.topic_partitions}


@case("group: reset offsets")
def _():
    name, group = filled(2), topic("reset")

    def altered(*parts):
        """The error of each."""
        done = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, list(parts))])[group].result(10)
        return [part.error and part.error.name() for part in done.topic_partitions]

    equal(altered(TopicPartition(name, 0, 2), TopicPartition(name, 1, 9)), [None, None])
    equal(altered(TopicPartition(name, 0, 4)), [None])
    equal(offsets(group), {0: 4, 1: 9})
    member = Member(group, name)
    wait(lambda: member.got, lambda: len(member.got) == 7)
    # Nobody changes the offsets of a group at work.
    equal(altered(TopicPartition(name, 0, 0)), ["UNKNOWN_MEMBER_ID"])
    member.stop()
    equal(offsets(group), {0: 10, 1: 10})


@case("group: lag")
def _():
    name, group, lags = filled(1), topic("lag"), []

    def told(text):
        lags.append(json.loads(text)["topics"].get(name, {}).get("partitions", {}).get("0", {}).get("consumer_lag"))

    reader = consumer(group_id=group, auto_offset_reset="earliest", statistics_interval_ms=100, stats_cb=told)
    reader.subscribe([name])
    equal(len(reader.consume(10, 20)), 10)
    reader.commit(offsets=[TopicPartition(name, 0, 3)], asynchronous=False)
    # As the reader itself counts it, and as who asks from outside would.
    wait(lambda: lags, lambda: reader.poll(0.1) or 7 in lags)
    end = admin.list_offsets({TopicPartition(name, 0): OffsetSpec.latest()})[TopicPartition(name, 0)].result(10)
    equal(end.offset - offsets(group)[0], 7)
    reader.close()


@case("group: list, describe")
def _():
    name, group = filled(2), topic("listed")
    member = Member(group, name, client_id="größe")
    shared([member], 2)

    def listed(**filters):
        return [(one.state, one.type) for one in admin.list_consumer_groups(**filters).result(10).valid if one.group_id == group]

    there = [(ConsumerGroupState.STABLE, ConsumerGroupType.CLASSIC)]
    equal([listed(), listed(states={ConsumerGroupState.STABLE}), listed(types={ConsumerGroupType.CLASSIC})], [there, there, there])
    equal([listed(states={ConsumerGroupState.EMPTY}), listed(types={ConsumerGroupType.CONSUMER})], [[], []])
    found = admin.describe_consumer_groups([group])[group].result(10)
    (only,) = found.members
    equal((found.type, found.partition_assignor, only.client_id, only.host), (ConsumerGroupType.CLASSIC, "range", "größe", "/127.0.0.1"))
    equal([(part.topic, part.partition) for part in only.assignment.topic_partitions], [(name, 0), (name, 1)])
    member.stop()


@case("group: delete")
def _():
    name, group = filled(1), topic("delete")

    def deleted():
        admin.delete_consumer_groups([group])[group].result(10)

    member = Member(group, name)
    wait(lambda: member.got, lambda: len(member.got) == 10)
    refused(KafkaError.NON_EMPTY_GROUP, deleted)
    member.stop()
    deleted()
    equal((offsets(group), group in [one.group_id for one in admin.list_consumer_groups().result(10).valid]), ({}, False))
    refused(KafkaError.GROUP_ID_NOT_FOUND, deleted)


@case("group: never committed")
def _():
    name, group = filled(1), topic("never")
    reader = consumer(group_id=group)
    equal(reader.committed([TopicPartition(name, 0)], timeout=10)[0].offset, -1001, "offset")
    reader.close()


@case("group: seek, pause")
def _():
    name, group = filled(1), topic("seek")
    reader = consumer(group_id=group, auto_offset_reset="earliest")
    reader.subscribe([name])
    equal([message.offset() for message in reader.consume(10, 20)], list(range(10)))
    reader.seek(TopicPartition(name, 0, 4))
    equal([message.offset() for message in reader.consume(6, 20)], list(range(4, 10)))
    reader.pause([TopicPartition(name, 0)])
    reader.seek(TopicPartition(name, 0, 9))
    equal(reader.poll(1), None, "while it is paused")
    reader.resume([TopicPartition(name, 0)])
    equal(reader.poll(10).offset(), 9)
    reader.close()
    # Where nothing is committed, the reset decides.
    late = consumer(group_id=topic("late"), auto_offset_reset="latest")
    late.subscribe([name])
    equal(late.poll(2), None)
    late.close()
