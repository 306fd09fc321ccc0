"""Groups of kafka-python's consumers."""

import threading
import time
from types import SimpleNamespace

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.admin import MemberToRemove, OffsetSpec, OffsetTimestamp
from kafka.cli.admin.groups.list_offsets import ListGroupOffsets
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import FencedInstanceIdError, GroupSubscribedToTopicError, KafkaError, NoError, NoOffsetForPartitionError, UnknownMemberIdError

import groups
from groups import PATIENCE, shared, wait
from kafka_python_suite import admin, created, produced
from suite import BROKER, case, equal, topic

PROTOCOLS = {"cooperative-sticky": CooperativeStickyAssignor}


def filled(partitions=groups.PARTITIONS):
    name = created(topic("grouped"), partitions)
    for partition in range(partitions):
        produced(name, [b"%d" % i for i in range(10)], partition)
    return name


def consumer(group, *topics, listener=None, **settings):
    one = KafkaConsumer(
        bootstrap_servers=BROKER,
        group_id=group,
        session_timeout_ms=groups.SESSION_MS,
        heartbeat_interval_ms=groups.HEARTBEAT_MS,
        **{"auto_offset_reset": "earliest", **settings},
    )
    if topics:
        one.subscribe(topics, listener=listener)
        # It has to know its topics before it joins. kafka-python 3.0.12 joins again when it led without knowing them, and if that join
        # outlasts a poll, never takes up what it was given: the next poll asks need_rejoin(), which the join itself has made false, and
        # the member stays "rebalancing" without heartbeats, with any broker. This call returns when the metadata is there.
        one.topics()
    return one


def partitions(places):
    return {place.partition for place in places}


class Member(groups.Polling, ConsumerRebalanceListener):
    def __init__(self, group, name, instance=None, protocol=None, **settings):
        settings |= {"partition_assignment_strategy": (PROTOCOLS[protocol],)} if protocol else {}
        self.consumer = consumer(group, name, listener=self, group_instance_id=instance, **settings)
        super().__init__()

    def on_partitions_assigned(self, assigned):
        self.gain(partitions(assigned))

    def on_partitions_revoked(self, revoked):
        self.lose(partitions(revoked))

    def poll(self):
        try:
            while not self.stopping.is_set():
                for part, messages in self.consumer.poll(100).items():
                    self.got += [(part.partition, message.offset) for message in messages]
                # What it has at rest; what it is told comes in the middle of a rebalance, and another may follow.
                self.assigned = partitions(self.consumer.assignment())
        except KafkaError as error:
            self.said.append(error)
        self.consumer.close()

    def fenced(self):
        return any(isinstance(error, FencedInstanceIdError) for error in self.said)


def found(group):
    return admin.describe_groups([group])[group]


def described(group):
    one = found(group)
    return one["group_state"], one["protocol_data"], len(one["members"])


def remove(group, instances):
    equal(sorted(one["group_instance_id"] for one in found(group)["members"]), instances)
    removed = admin.remove_group_members(group, [MemberToRemove(group_instance_id=one) for one in instances])
    equal(list(removed.values()), [NoError] * len(instances))


groups.cases(groups.Client(filled, Member, described, remove))


@case("group: commits")
def _():
    name, group = filled(2), topic("commits")
    reader = consumer(group, enable_auto_commit=False)
    parts = [TopicPartition(name, 0), TopicPartition(name, 1)]
    reader.assign(parts)
    equal(reader.committed(parts[0]), None, "before anything is committed")
    reader.commit({parts[0]: OffsetAndMetadata(3, "größe", -1)})
    done = threading.Event()
    reader.commit_async({parts[1]: OffsetAndMetadata(7, "", -1)}, callback=lambda *_: done.set())
    end = time.monotonic() + 10
    while not done.is_set() and time.monotonic() < end:
        reader.poll(50)
    equal([reader.committed(part) for part in parts], [3, 7])
    equal(reader.committed(parts[0], metadata=True).metadata, "größe")
    reader.close()
    again = consumer(group, name)
    got = []
    end = time.monotonic() + PATIENCE
    while len(got) < 10 and time.monotonic() < end:
        for part, messages in again.poll(200).items():
            got += [(part.partition, message.offset) for message in messages]
    again.close()
    equal(sorted(got), [(0, i) for i in range(3, 10)] + [(1, i) for i in range(7, 10)])


@case("group: seek, pause")
def _():
    name, group = filled(1), topic("seek")
    reader = consumer(group, name)
    part = TopicPartition(name, 0)

    def polled(count):
        got, end = [], time.monotonic() + PATIENCE
        while len(got) < count and time.monotonic() < end:
            got += [message.offset for message in reader.poll(200).get(part, [])]
        return got

    equal(polled(10), list(range(10)))
    reader.seek(part, 4)
    equal(polled(6), list(range(4, 10)))
    reader.pause(part)
    reader.seek(part, 9)
    equal(reader.poll(1000), {}, "while it is paused")
    reader.resume(part)
    equal(polled(1), [9])
    reader.close()


@case("group: lag")
def _():
    name, group = filled(2), topic("lag")
    parts = [TopicPartition(name, 0), TopicPartition(name, 1)]
    admin.alter_group_offsets(group, {parts[0]: OffsetAndMetadata(3, "größe", None)})
    # As its command line tells it, which is made of both offsets.
    (found,) = ListGroupOffsets.command(admin, SimpleNamespace(group_id=group)).values()
    equal([(part, one["offset"], one["latest_offset"], one["lag"], one["metadata"]) for part, one in found.items()], [(0, 3, 10, 7, "größe")])
    reader = consumer(group, enable_auto_commit=False)
    reader.assign(parts)
    # A reader knows where the log ends once it has read of it.
    wait(lambda: "nothing", lambda: reader.poll(200))
    equal(reader.highwater(parts[0]) - reader.committed(parts[0]), 7, "lag as the reader knows it")
    reader.close()


def offsets(group):
    return {part.partition: found.offset for part, found in admin.list_group_offsets(group)[group].items()}


@case("group: reset offsets")
def _():
    name, group = created(topic("reset"), 2), topic("reset")
    for i in range(10):
        produced(name, [b"%d" % i], timestamp_ms=1700000000000 + i * 1000)
    part, other = TopicPartition(name, 0), TopicPartition(name, 1)
    equal(admin.alter_group_offsets(group, {part: OffsetAndMetadata(7, "", None), other: OffsetAndMetadata(0, "", None)}), {part: NoError, other: NoError})
    equal(offsets(group), {0: 7, 1: 0})
    for spec, offset in [(OffsetSpec.EARLIEST, 0), (OffsetSpec.LATEST, 10), (OffsetTimestamp(1700000003001), 4), (6, 6), (99, 10)]:
        equal(admin.reset_group_offsets(group, {part: spec}), {part: {"error": NoError, "offset": offset}}, repr(spec))
        equal(offsets(group), {0: offset, 1: 0})
    # Nobody changes the offsets of a group at work.
    member = Member(group, name)
    shared([member], 2)
    equal(admin.alter_group_offsets(group, {part: OffsetAndMetadata(1, "", None)}), {part: UnknownMemberIdError})
    member.stop()


@case("group: delete offsets")
def _():
    name, group = filled(2), topic("delete")
    part, other = TopicPartition(name, 0), TopicPartition(name, 1)
    member = Member(group, name)
    shared([member], 2)
    equal(admin.delete_group_offsets(group, [part]), {part: GroupSubscribedToTopicError})
    member.stop()
    equal(offsets(group), {0: 10, 1: 10})
    equal(admin.delete_group_offsets(group, [other]), {other: NoError})
    equal(offsets(group), {0: 10})


@case("group: list, describe")
def _():
    name, group = filled(2), topic("listed")
    member = Member(group, name, client_id="größe")
    shared([member], 2)

    def listed(**filters):
        return [(one["group_state"], one["protocol_type"]) for one in admin.list_groups(**filters) if one["group_id"] == group]

    there = [("Stable", "consumer")]
    equal([listed(), listed(states_filter=["Stable"]), listed(types_filter=["classic"])], [there, there, there])
    equal([listed(states_filter=["Empty"]), listed(types_filter=["consumer"])], [[], []])
    (only,) = found(group)["members"]
    (assigned,) = only["member_assignment"]["assigned_partitions"]
    equal((only["client_id"], only["client_host"]), ("größe", "/127.0.0.1"))
    equal((assigned["topic"], sorted(assigned["partitions"])), (name, [0, 1]))
    member.stop()


@case("group: delete")
def _():
    name, group = filled(1), topic("delete")
    member = Member(group, name)
    shared([member], 1)
    equal(admin.delete_groups([group]), {group: "NonEmptyGroupError"})
    member.stop()
    equal(admin.delete_groups([group]), {group: "OK"})
    equal(group in [one["group_id"] for one in admin.list_groups()], False, "still listed")
    equal((offsets(group), admin.delete_groups([group])), ({}, {group: "GroupIdNotFoundError"}))


@case("group: never committed")
def _():
    part = TopicPartition(filled(1), 0)
    # What is to be done then decides where a reader begins.
    for reset, offset in [("earliest", 0), ("latest", 10)]:
        reader = consumer(topic("never"), auto_offset_reset=reset)
        reader.assign([part])
        equal((reader.committed(part), reader.position(part)), (None, offset), reset)
        reader.close()
    reader = consumer(topic("never"), auto_offset_reset="none")
    reader.assign([part])
    try:
        reader.poll(10000)
        raise AssertionError("read without an offset")
    except NoOffsetForPartitionError:
        reader.close()
