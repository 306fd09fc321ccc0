#!/usr/bin/env python3
"""Consumer groups of one or more brokers, measured from outside.

usage: groups.py [--only ROW,...] NAME=COMMAND...     COMMAND as for broker.py, with {port} and {dir}

Speaks the protocol itself (old versions without tags, which every broker has), so that the client costs little; the
broker's own CPU time and memory count. Every row runs once per broker before the next row starts. Rows: commits,
rebalance, idle; fill and distinct commit 1 M offsets for 5,000 places and for 1 M, kill the broker, start it again, and
say how long it takes until every group is there. Standard library only.
"""
import argparse
import os
import socket
import struct
import time

from broker import Broker

JOIN, SYNC, HEARTBEAT, COMMIT, FIND, CREATE, LIST = (11, 5), (14, 3), (12, 3), (8, 7), (10, 0), (19, 2), (16, 2)
SUBSCRIPTION = b"\0\0\0\0\0\1\0\1t\xff\xff\xff\xff"
REBALANCE_IN_PROGRESS = 27
# Not every broker waits for members that have an id and are about to join; by then they have.
MOMENT = 0.02


def text(value):
    data = value.encode()
    return struct.pack(">h", len(data)) + data


def data(value):
    return struct.pack(">i", len(value)) + value


NULL = struct.pack(">h", -1)


def frame(api, body):
    head = struct.pack(">hhi", *api, 7) + text("bench")
    return struct.pack(">i", len(head) + len(body)) + head + body


class Connection:
    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb", buffering=1 << 16)

    def send(self, *frames):
        self.socket.sendall(b"".join(frames))

    def read(self):
        (size,) = struct.unpack(">i", self.file.read(4))
        return self.file.read(size)[4:]

    def ask(self, api, body):
        self.send(frame(api, body))
        return self.read()


def join(group, member):
    body = text(group) + struct.pack(">ii", 60000, 60000) + text(member) + NULL + text("consumer")
    return frame(JOIN, body + struct.pack(">i", 1) + text("range") + data(SUBSCRIPTION))


def joined(answer):
    code, generation = struct.unpack_from(">hi", answer, 4)
    at, texts = 10, []
    for _ in range(3):
        (length,) = struct.unpack_from(">h", answer, at)
        texts.append(answer[at + 2 : at + 2 + max(length, 0)].decode())
        at += 2 + max(length, 0)
    return code, generation, texts[1], texts[2]


def sync(group, generation, member, members):
    body = text(group) + struct.pack(">i", generation) + text(member) + NULL + struct.pack(">i", len(members))
    return frame(SYNC, body + b"".join(text(one) + data(b"x" * 40) for one in members))


def heartbeat(group, generation, member):
    return frame(HEARTBEAT, text(group) + struct.pack(">i", generation) + text(member) + NULL)


def commit(group, topic, offset, partitions):
    body = text(group) + struct.pack(">i", -1) + text("") + NULL + struct.pack(">i", 1) + text(topic)
    body += struct.pack(">i", len(partitions))
    return frame(COMMIT, body + b"".join(struct.pack(">iqi", part, offset, -1) + text("") for part in partitions))


def awaited(connection, group, generation, member):
    """Returns once the member is to join again: another one has come."""
    while True:
        connection.send(heartbeat(group, generation, member))
        if struct.unpack_from(">h", connection.read(), 4)[0] == REBALANCE_IN_PROGRESS:
            return
        time.sleep(0.0005)



def ready(address, topic="bench-t", partitions=100):
    """A topic, and the coordinator awake."""
    connection = Connection(address)
    body = struct.pack(">i", 1) + text(topic) + struct.pack(">ihii", partitions, 1, 0, 0) + struct.pack(">ib", 30000, 0)
    connection.ask(CREATE, body)
    while struct.unpack_from(">h", connection.ask(FIND, text("g")), 0)[0] != 0:
        time.sleep(0.1)
    while struct.unpack(">h", (connection.send(commit("warm", topic, 0, [0])), connection.read())[1][-2:])[0] != 0:
        time.sleep(0.1)
    return connection


def commits(broker, count=100000, depth=100):
    connection = ready(broker.address)
    one = commit("commits", "bench-t", 5, [0])
    batch = one * depth
    cpu, start = broker.cpu(), time.monotonic()
    connection.send(batch)
    for _ in range(count // depth - 1):
        connection.send(batch)
        for _ in range(depth):
            answer = connection.read()
    for _ in range(depth):
        answer = connection.read()
    seconds = time.monotonic() - start
    assert answer[-2:] == b"\0\0", answer
    print(f"{count / seconds:.0f} a second on one connection, {(broker.cpu() - cpu) / count * 1e6:.1f} CPU us each")
    start, alone = time.monotonic(), 2000
    for _ in range(alone):
        connection.send(one)
        connection.read()
    print(f"{(time.monotonic() - start) / alone * 1e6:.0f} us there and back, one at a time")


def rebalance(broker, count=100):
    ready(broker.address)
    connections = [Connection(broker.address) for _ in range(count + 1)]
    members = [""] * (count + 1)

    def ids(who):
        for at in who:
            connections[at].send(join("large", ""))
        for at in who:
            members[at] = joined(connections[at].read())[3]

    def round(who):
        # A follower that joins before the new one is told that nothing has changed.
        connections[count].send(join("large", members[count]))
        awaited(connections[0], "large", current, members[0])
        start = time.monotonic()
        for at in who[1:]:
            connections[at].send(join("large", members[at]))
        answers = [joined(connections[at].read()) for at in who]
        for at, (code, generation, leader, member) in zip(who, answers):
            assert code == 0, code
            all_of_them = [members[at] for at in who] if leader == member else []
            connections[at].send(sync("large", generation, member, all_of_them))
        for at in who:
            answer = connections[at].read()
            assert answer[4:6] == b"\0\0", answer
        return time.monotonic() - start

    # The first is answered alone, where nobody waits for more; the rebalance of the others takes it in.
    ids([0])
    connections[0].send(join("large", members[0]))
    first = joined(connections[0].read())
    ids(range(1, count))
    for at in range(1, count):
        connections[at].send(join("large", members[at]))
    awaited(connections[0], "large", first[1], members[0])
    time.sleep(MOMENT)
    connections[0].send(join("large", members[0]))
    answers = [joined(connections[at].read()) for at in range(count)]
    for at, (_, generation, leader, member) in enumerate(answers):
        connections[at].send(sync("large", generation, member, members[:count] if leader == member else []))
    for at in range(count):
        connections[at].read()
    current = answers[0][1]
    ids([count])
    cpu = broker.cpu()
    # One more comes; the leader comes last.
    took = round(list(range(count, -1, -1)))
    print(f"{took * 1000:.1f} ms for {count + 1} members, {(broker.cpu() - cpu) * 1000:.0f} CPU ms")


def idle(broker, groups=1000, each=10, seconds=30, every=3.0):
    ready(broker.address)
    connections = [Connection(broker.address) for _ in range(each)]
    beats = [[] for _ in range(each)]
    for number in range(groups):
        group = f"idle-{number}"
        members = []
        for connection in connections:
            connection.send(join(group, ""))
            members.append(joined(connection.read())[3])
        # A first rebalance that nobody waits for ends at once; with Kafka's default delay it ends with all in it.
        connections[0].send(join(group, members[0]))
        first = joined(connections[0].read())
        for connection, member in zip(connections[1:], members[1:]):
            connection.send(join(group, member))
        awaited(connections[0], group, first[1], members[0])
        time.sleep(MOMENT)
        connections[0].send(join(group, members[0]))
        answers = [joined(connection.read()) for connection in connections]
        for connection, (code, generation, leader, member) in zip(connections, answers):
            assert code == 0, code
            connection.send(sync(group, generation, member, members if leader == member else []))
        for at, (connection, answer) in enumerate(zip(connections, answers)):
            connection.read()
            beats[at].append(heartbeat(group, answer[1], answer[3]))
    for what, beating in [("with heartbeats", True), ("without", False)]:
        cpu, start = broker.cpu(), time.monotonic()
        while time.monotonic() - start < seconds:
            round = time.monotonic()
            if beating:
                # As members do, spread over the time between two.
                for number in range(groups):
                    for at, connection in enumerate(connections):
                        connection.send(beats[at][number])
                    for connection in connections:
                        assert connection.read()[4:6] == b"\0\0"
                    time.sleep(max(0, round + every * number / groups - time.monotonic()))
            time.sleep(max(0, round + every - time.monotonic()))
        used = (broker.cpu() - cpu) / (time.monotonic() - start)
        print(f"{what}: {groups} groups of {each}: {used * 100:.2f} % of a core, {broker.status('VmRSS'):.0f} MB")


def fill(broker, count=1000000, groups=50):
    connection = ready(broker.address)
    partitions = list(range(100))
    requests = count // len(partitions)
    frames = [commit(f"fill-{at % groups}", "bench-t", at, partitions) for at in range(requests)]
    for at in range(0, requests, 50):
        connection.send(*frames[at : at + 50])
        for _ in range(min(50, requests - at)):
            answer = connection.read()
            assert answer[-2:] == b"\0\0", answer
    memory = broker.status("VmRSS")
    answers = broker.again()
    start = time.monotonic()
    while not is_loaded(broker, groups):
        time.sleep(0.002)
        assert time.monotonic() - start < 120, "the groups do not come back"
    took, after = time.monotonic() - start, broker.status("VmRSS")
    print(f"{count} offsets of {groups} groups in {requests} commits, {memory:.0f} MB; killed and started, "
          f"it answers after {answers:.0f} ms and has them after {answers + took * 1000:.0f} ms, {after:.0f} MB")


def is_loaded(broker, groups):
    """All groups are there, and not only those of the coordinators that have read their logs."""
    answer = Connection(broker.address).ask(LIST, b"")
    code, count = struct.unpack_from(">hi", answer, 4)
    return code == 0 and count >= groups


def distinct(broker):
    fill(broker, groups=10000)


ROWS = {"commits": commits, "rebalance": rebalance, "idle": idle, "fill": fill, "distinct": distinct}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--only", default=",".join(ROWS))
    ap.add_argument("brokers", nargs="+")
    a = ap.parse_args()
    for row in a.only.split(","):
        for broker in (Broker(*b.split("=", 1)) for b in a.brokers):
            broker.start()
            try:
                print(f"{row}: {broker.name}: ", end="", flush=True)
                ROWS[row](broker)
            except (AssertionError, OSError, struct.error) as problem:
                print(f"failed: {problem!r}")
            finally:
                broker.stop()


if __name__ == "__main__":
    main()
