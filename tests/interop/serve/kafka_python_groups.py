"""Groups of kafka-python's consumers."""

import threading
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition

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
        auto_offset_reset="earliest",
        session_timeout_ms=6000,
        heartbeat_interval_ms=500,
        **settings,
    )


class Member:
    """A consumer that polls in a thread of its own."""

    def __init__(self, group, name, **settings):
        self.assigned, self.stopping, self.leave = set(), threading.Event(), True
        self.settings = settings
        self.thread = threading.Thread(target=self.poll, args=(group, name), daemon=True)
        self.thread.start()

    def poll(self, group, name):
        reader = consumer(group, name, **self.settings)
        while not self.stopping.is_set():
            reader.poll(100)
            self.assigned = {part.partition for part in reader.assignment()}
        reader.close()

    def stop(self):
        self.stopping.set()
        self.thread.join(20)
        equal(self.thread.is_alive(), False, "still closing")


def shared(members, partitions=6):
    end = time.monotonic() + PATIENCE
    while True:
        told = [sorted(member.assigned) for member in members]
        if sorted(part for one in told for part in one) == list(range(partitions)) and all(told):
            return
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain: {told}")
        time.sleep(0.05)


def grow_and_shrink(count, **settings):
    name, group = filled(), topic("group")
    members = []
    for _ in range(count):
        members.append(Member(group, name, **settings))
        shared(members)
    while len(members) > 1:
        members.pop(0).stop()
        shared(members)
    members[0].stop()


@case("group: two members")
def _():
    grow_and_shrink(2)


@case("group: five members")
def _():
    grow_and_shrink(5)


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
