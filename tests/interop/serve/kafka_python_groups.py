"""Groups of kafka-python's consumers."""

import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import MemberToRemove, OffsetSpec, OffsetTimestamp
from kafka.cli.admin.groups.list_offsets import ListGroupOffsets
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import FencedInstanceIdError, GroupSubscribedToTopicError, KafkaError, NoError, NoOffsetForPartitionError, UnknownMemberIdError

from suite import BROKER, case, equal, topic

admin = KafkaAdminClient(bootstrap_servers=BROKER)
PATIENCE = 40


def filled(partitions=6, each=10):
    name = topic("grouped")
    admin.create_topics({name: {"num_partitions": partitions, "replication_factor": 1}})
    sender = KafkaProducer(bootstrap_servers=BROKER)
    for partition in range(partitions):
        for i in range(each):
            sender.send(name, b"%d" % i, partition=partition)
    sender.close(20)
    return name


def consumer(group, *topics, **settings):
    return KafkaConsumer(
        *topics,
        bootstrap_servers=BROKER,
        group_id=group,
        session_timeout_ms=6000,
        heartbeat_interval_ms=500,
        **{"auto_offset_reset": "earliest", **settings},
    )


class Member(ConsumerRebalanceListener):
    """A consumer that polls in a thread of its own."""

    def __init__(self, group, name, **settings):
        self.assigned, self.revoked, self.generations, self.error = set(), set(), 0, None
        self.stopping = threading.Event()
        self.settings = settings
        self.thread = threading.Thread(target=self.poll, args=(group, name), daemon=True)
        self.thread.start()

    def on_partitions_assigned(self, assigned):
        self.generations += 1

    def on_partitions_revoked(self, revoked):
        self.revoked |= {part.partition for part in revoked}

    def poll(self, group, name):
        reader = consumer(group, **self.settings)
        reader.subscribe([name], listener=self)
        try:
            while not self.stopping.is_set():
                reader.poll(100)
                self.assigned = {part.partition for part in reader.assignment()}
        except KafkaError as error:
            self.error = error
        reader.close()

    def stop(self):
        self.stopping.set()
        self.thread.join(20)
        equal(self.thread.is_alive(), False, "still closing")


def wait(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        equal(time.monotonic() < end, True, f"waited in vain: {what()}")
        time.sleep(0.05)


def shared(members, partitions=6):
    def told():
        return [sorted(member.assigned) for member in members]

    wait(told, lambda: sorted(part for one in told() for part in one) == list(range(partitions)) and all(told()))


def described(group):
    return admin.describe_groups([group])[group]


def grow_and_shrink(count, protocol="range", **settings):
    name, group = filled(), topic("group")
    members = []
    for _ in range(count):
        members.append(Member(group, name, **settings))
        shared(members)
    found = described(group)
    equal((found["group_state"], found["protocol_data"], len(found["members"])), ("Stable", protocol, count))
    # What it kept all the time was taken away in between, unless they share cooperatively.
    equal(bool(members[0].revoked & members[0].assigned), protocol == "range", "revoked and given back")
    while len(members) > 1:
        members.pop(0).stop()
        shared(members)
    members[0].stop()
    found = described(group)
    equal((found["group_state"], found["members"]), ("Empty", []))


@case("group: two members")
def _():
    grow_and_shrink(2)


@case("group: five members")
def _():
    grow_and_shrink(5)


@case("group: cooperative")
def _():
    grow_and_shrink(3, "cooperative-sticky", partition_assignment_strategy=(CooperativeStickyAssignor,))


@case("group: static restart")
def _():
    name, group = filled(), topic("static")
    members = [Member(group, name, group_instance_id=f"i{at}") for at in range(2)]
    shared(members)
    # Within its session it comes back to what it had, and nobody else notices.
    before, had = members[0].generations, members[1].assigned
    members[1].stop()
    members[1] = Member(group, name, group_instance_id="i1")
    shared(members)
    equal((members[1].assigned, members[0].generations), (had, before), "what it has, and rebalances of the other")
    # Who comes with the same instance takes its place; the one before is fenced.
    usurper = Member(group, name, group_instance_id="i1")
    wait(lambda: members[1].assigned, lambda: members[1].error)
    equal(type(members[1].error), FencedInstanceIdError)
    shared([members[0], usurper])
    for member in [members[0], usurper]:
        member.stop()
    # Who is static does not leave by itself.
    equal(sorted(one["group_instance_id"] for one in described(group)["members"]), ["i0", "i1"])
    removed = admin.remove_group_members(group, [MemberToRemove(group_instance_id=one) for one in ["i0", "i1"]])
    equal((list(removed.values()), described(group)["group_state"]), ([NoError, NoError], "Empty"))


KILLED = """
import os, sys
from kafka import KafkaConsumer
consumer = KafkaConsumer(sys.argv[1], bootstrap_servers=os.environ["BROKER"], group_id=sys.argv[2], session_timeout_ms=6000,
    heartbeat_interval_ms=500)
while True:
    consumer.poll(100)
    print(len(consumer.assignment()), flush=True)
"""


@case("group: killed member")
def _():
    name, group = filled(), topic("killed")
    member = Member(group, name)
    shared([member])
    other = subprocess.Popen([sys.executable, "-c", KILLED, name, group], stdout=subprocess.PIPE, env=os.environ)
    equal(any(line.strip() == b"3" for line in other.stdout), True, "the other has its half")
    wait(lambda: member.assigned, lambda: len(member.assigned) == 3)
    start = time.monotonic()
    other.kill()
    other.wait()
    shared([member])
    equal(4 < time.monotonic() - start < 12, True, f"taken over after {time.monotonic() - start}")
    member.stop()


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
    name, group = topic("reset"), topic("reset")
    admin.create_topics({name: {"num_partitions": 2, "replication_factor": 1}})
    sender = KafkaProducer(bootstrap_servers=BROKER)
    for i in range(10):
        sender.send(name, b"%d" % i, partition=0, timestamp_ms=1700000000000 + i * 1000)
    sender.close(20)
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
    (found,) = described(group)["members"]
    (assigned,) = found["member_assignment"]["assigned_partitions"]
    equal((found["client_id"], found["client_host"]), ("größe", "/127.0.0.1"))
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
