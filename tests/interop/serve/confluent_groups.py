"""Groups of librdkafka's consumers: who has what after somebody comes, goes, or dies; and offsets."""

import json
import os
import subprocess
import sys
import threading
import time

from confluent_kafka import Consumer, ConsumerGroupState, ConsumerGroupType, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec
from confluent_kafka import ConsumerGroupTopicPartitions

from suite import BROKER, case, equal, topic

admin = AdminClient({"bootstrap.servers": BROKER})
SESSION_MS = 6000
PATIENCE = 40


def filled(partitions=6, each=10):
    name = topic("grouped")
    admin.create_topics([NewTopic(name, partitions, 1)])[name].result(20)
    producer = Producer({"bootstrap.servers": BROKER})
    for partition in range(partitions):
        for i in range(each):
            producer.produce(name, b"%d/%d" % (partition, i), partition=partition)
    equal(producer.flush(20), 0, "not delivered")
    return name


class Member:
    """A consumer that polls in a thread of its own, and knows what it has and got."""

    def __init__(self, group, name, instance=None, **config):
        self.assigned, self.revoked, self.got, self.errors, self.generations = set(), set(), [], [], 0
        self.stopping = threading.Event()
        self.leave = True
        settings = {
            "bootstrap.servers": BROKER,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "session.timeout.ms": SESSION_MS,
            "heartbeat.interval.ms": 500,
            **({"group.instance.id": instance} if instance else {}),
            **{key.replace("_", "."): value for key, value in config.items()},
        }
        self.consumer = Consumer(settings)
        self.cooperative = "cooperative" in settings.get("partition.assignment.strategy", "")
        self.consumer.subscribe([name], on_assign=self.on_assign, on_revoke=self.on_revoke, on_lost=self.on_revoke)
        self.thread = threading.Thread(target=self.poll, daemon=True)
        self.thread.start()

    def on_assign(self, consumer, partitions):
        self.generations += 1
        new = {partition.partition for partition in partitions}
        self.assigned = self.assigned | new if self.cooperative else new

    def on_revoke(self, consumer, partitions):
        gone = {partition.partition for partition in partitions}
        self.assigned, self.revoked = self.assigned - gone, self.revoked | gone

    def poll(self):
        while not self.stopping.is_set():
            message = self.consumer.poll(0.1)
            if message is None:
                continue
            if message.error():
                self.errors.append(message.error())
            else:
                self.got.append((message.partition(), message.offset()))
        self.consumer.close()

    def stop(self):
        self.stopping.set()
        self.thread.join(20)
        equal(self.thread.is_alive(), False, "still closing")


def wait(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain: {what()}")
        time.sleep(0.05)


def shared(members, partitions=6):
    """Waits until the members have all partitions, each one once, and each member some."""

    def told():
        return [member.assigned for member in members]

    def whole():
        all_of_them = [part for assigned in told() for part in assigned]
        return sorted(all_of_them) == list(range(partitions)) and all(told())

    wait(told, whole)


def got(members):
    return {place for member in members for place in member.got}


def grow_and_shrink(count, **config):
    name, group = filled(), topic("group")
    members = []
    for _ in range(count):
        members.append(Member(group, name, **config))
        shared(members)
    everybody = list(members)
    described = admin.describe_consumer_groups([group])[group].result(10)
    equal((described.state, len(described.members)), (ConsumerGroupState.STABLE, count))
    # What it kept all the time was taken away in between, unless they share cooperatively.
    equal(bool(members[0].revoked & members[0].assigned), not members[0].cooperative, "revoked and given back")
    while len(members) > 1:
        members.pop(0).stop()
        shared(members)
    # Whoever has gone has told how far it was, so nothing is left out.
    wait(lambda: got(everybody), lambda: len(got(everybody)) == 60)
    members[0].stop()
    described = admin.describe_consumer_groups([group])[group].result(10)
    equal((described.state, len(described.members)), (ConsumerGroupState.EMPTY, 0))


@case("group: two members")
def _():
    grow_and_shrink(2)


@case("group: five members")
def _():
    grow_and_shrink(5, partition_assignment_strategy="roundrobin")


@case("group: cooperative")
def _():
    grow_and_shrink(3, partition_assignment_strategy="cooperative-sticky")


@case("group: static restart")
def _():
    name, group = filled(), topic("static")
    members = [Member(group, name, f"i{at}") for at in range(2)]
    shared(members)
    # Within its session it comes back to what it had, and nobody else notices.
    before, had = members[0].generations, members[1].assigned
    members[1].stop()
    members[1] = Member(group, name, "i1")
    shared(members)
    equal((members[1].assigned, members[0].generations), (had, before), "what it has, and rebalances of the other")
    # Who comes with the same instance takes its place; the one before is fenced.
    usurper = Member(group, name, "i1")
    shared([members[0], usurper])
    wait(lambda: members[1].errors, lambda: any(error.name() == "_FATAL" for error in members[1].errors))
    for member in [*members, usurper]:
        member.stop()


KILLED = """
import os, sys
from confluent_kafka import Consumer
consumer = Consumer({"bootstrap.servers": os.environ["BROKER"], "group.id": sys.argv[2], "session.timeout.ms": 6000,
    "heartbeat.interval.ms": 500})
consumer.subscribe([sys.argv[1]], on_assign=lambda _, partitions: print(len(partitions), flush=True))
while True:
    consumer.poll(0.1)
"""


@case("group: killed member")
def _():
    name, group = filled(), topic("killed")
    member = Member(group, name)
    shared([member])
    command = [sys.executable, "-c", KILLED, name, group]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ)
    equal(other.stdout.readline().strip(), b"3", "partitions of the other")
    wait(lambda: member.assigned, lambda: len(member.assigned) == 3)
    start = time.monotonic()
    other.kill()
    other.wait()
    shared([member])
    equal(4 < time.monotonic() - start < 12, True, f"taken over after {time.monotonic() - start}")
    member.stop()


def consumer(group, **config):
    config = {key if key == "stats_cb" else key.replace("_", "."): value for key, value in config.items()}
    return Consumer({"bootstrap.servers": BROKER, "group.id": group, "enable.auto.commit": False, **config})


@case("group: commits")
def _():
    name, group = filled(2), topic("commits")
    reader = consumer(group, auto_offset_reset="earliest")
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
    refused("OFFSET_METADATA_TOO_LARGE", lambda: reader.commit(offsets=[too_long], asynchronous=False))
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


def refused(name, action):
    try:
        action()
    except KafkaException as error:
        equal(error.args[0].name(), name)
        return
    raise AssertionError(f"no {name}")


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

    reader = consumer(group, auto_offset_reset="earliest", statistics_interval_ms=100, stats_cb=told)
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
    refused("NON_EMPTY_GROUP", deleted)
    member.stop()
    deleted()
    equal((offsets(group), group in [one.group_id for one in admin.list_consumer_groups().result(10).valid]), ({}, False))
    refused("GROUP_ID_NOT_FOUND", deleted)


@case("group: never committed")
def _():
    name, group = filled(1), topic("never")
    reader = consumer(group)
    equal(reader.committed([TopicPartition(name, 0)], timeout=10)[0].offset, -1001, "offset")
    reader.close()


@case("group: seek, pause")
def _():
    name, group = filled(1), topic("seek")
    reader = consumer(group, auto_offset_reset="earliest")
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
    late = consumer(topic("late"), auto_offset_reset="latest")
    late.subscribe([name])
    equal(late.poll(2), None)
    late.close()
