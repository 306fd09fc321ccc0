"""Random requests about groups, the same to two brokers, whose answers have to be the same: random_steps.py ADDRESS ADDRESS SEED
STEPS. The seed is printed with what differs, and with what led there.

Each member has a connection to both brokers; a request that waits for others is left waiting, and its answer compared when it
comes. Timeouts are so long that nothing happens by itself. Where Kafka chooses by the order of a hash table (the next leader, one
of several protocols with as many votes), a group ends.
"""

import base64
import itertools
import json
import os
import random
import re
import select
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../benches/peers/broker"))

from groups import Connection, ready  # noqa: E402

KAFKIT = os.environ["KAFKIT"]
# What has not been answered by then waits for others; what one of both has answered, the other answers in this time.
MOMENT, PATIENCE = 0.12, 5
VERSIONS = {
    "JoinGroup": (0, 9), "SyncGroup": (0, 5), "Heartbeat": (0, 4), "LeaveGroup": (0, 5), "OffsetCommit": (2, 10),
    "OffsetFetch": (1, 10), "OffsetDelete": (0, 0), "DescribeGroups": (0, 6), "ListGroups": (0, 5), "DeleteGroups": (0, 2),
}  # fmt: skip
UUID = re.compile("-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNKNOWN_MEMBER_ID = 25
# Kafka answers these out of what its coordinator has last written, and a join may be answered before its group is: of a group that
# only a refused commit has made, nothing is, until something else is written to that partition.
READS = ("DescribeGroups", "ListGroups", "OffsetFetch")
# What a metadata that is too long is of.
LONG = re.compile(r"(x{8})x{100,}")
LONG_MS, MEMBERS = 1_500_000, 5
METADATA = {
    "one": base64.b64encode(b"\0\0\0\0\0\1\0\7bench-t\xff\xff\xff\xff").decode(),
    "two": base64.b64encode(b"\0\1\0\0\0\2\0\7bench-t\0\5other\xff\xff\xff\xff\0\0\0\0").decode(),
    # As kafka-go writes it: of version 1, with an end where version 0 has it.
    "cut": base64.b64encode(b"\0\1\0\0\0\1\0\7bench-t\xff\xff\xff\xff").decode(),
    "bad": base64.b64encode(b"\0\0\0").decode(),
}


def kafkit(*arguments):
    return subprocess.run([KAFKIT, *arguments], capture_output=True, text=True)


unknown_fields = {}


def without(value, names):
    if isinstance(value, dict):
        return {key: without(one, names) for key, one in value.items() if key not in names}
    return [without(one, names) for one in value] if isinstance(value, list) else value


def encoded(api, version, body):
    """A frame. Fields that the version does not have are left out."""
    dropped = unknown_fields.setdefault((api, version), set())
    while True:
        request = {"kind": "request", "api": api, "version": version, "header": {"clientId": "c"}, "body": without(body, dropped)}
        done = kafkit("encode", "--defaults", "--size", "yes", json.dumps(request))
        if done.returncode == 0:
            return bytes.fromhex(done.stdout)
        found = re.search(r"(\w+): (only in versions|no such field)", done.stderr)
        if not found:
            raise SystemExit(f"{request}: {done.stderr}")
        dropped.add(found.group(1))


def decoded(api, version, answer):
    # The connection has taken the correlation id off.
    answer = bytes(4) + answer
    done = kafkit("decode", "--as", "response", "--api", api, "--api-version", str(version), "--format", "json", answer.hex())
    return json.loads(done.stdout)["body"]


def partition(group):
    """Of __consumer_offsets, where that has 50 partitions: Java's hashCode, without its sign."""
    hash = 0
    for character in group:
        hash = (31 * hash + ord(character)) & 0xFFFFFFFF
    return min(hash, (1 << 32) - hash) % 50


class Broker:
    """One of both, and what its ids are called here."""

    def __init__(self, address):
        ready(address)
        self.address = address
        self.connections = [Connection(address) for _ in range(MEMBERS)]
        self.ids, self.names = {}, {}
        topics = json.loads(kafkit("send", "metadata", address, "--format", "json").stdout)["body"]["topics"]
        self.call("T", next(topic["topicId"] for topic in topics if topic["name"] == "bench-t"))

    def call(self, name, id):
        self.ids[name], self.names[id] = id, name

    def named(self, value):
        """The answer with names for ids; the order of members and groups means nothing."""
        if isinstance(value, dict):
            return {key: self.named(one) for key, one in value.items()}
        if isinstance(value, list):
            return sorted((self.named(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
        if isinstance(value, str):
            for id, name in self.names.items():
                value = value.replace(id, name)
            # Of a member whose own answer is yet to come.
            return UUID.sub("", value)
        return value

    def numbered(self, value):
        """A request with ids for names."""
        if isinstance(value, dict):
            return {key: self.numbered(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.numbered(one) for one in value]
        return self.ids.get(value[1:], value) if isinstance(value, str) and value.startswith("@") else value


class Run:
    def __init__(self, addresses, seed):
        self.dice = random.Random(seed)
        self.seed = seed
        self.brokers = [Broker(address) for address in addresses]
        self.waiting = {}
        self.group_number = self.members_number = self.compared = 0
        self.history = []
        self.new_group()

    def new_group(self):
        self.group_number += 1
        self.group = f"random-{self.seed}-{self.group_number}-{os.getpid()}"
        self.known, self.generation, self.leader, self.at_least = [], -1, None, time.monotonic()

    # What a member may say

    def member_id(self):
        return self.dice.choice(["", "nobody", *[f"@{name}" for name in self.known * 4]])

    def instance(self):
        return self.dice.choice([None, None, None, None, "i1", "i2"])

    def speaker(self):
        return {
            "groupId": self.dice.choices([self.group, ""], [40, 1])[0],
            "generationId": self.generation + self.dice.choice([0] * 12 + [1, -1]),
            "memberId": self.member_id(),
            "groupInstanceId": self.instance(),
        }

    def join(self):
        names = self.dice.choice([["range"], ["range", "sticky"], ["sticky", "range"], ["range"], ["range"], ["other"], []])
        return {
            "groupId": self.dice.choices([self.group, ""], [40, 1])[0],
            "sessionTimeoutMs": self.dice.choices([LONG_MS, 10, 2_000_000, -1], [40, 1, 1, 1])[0],
            "rebalanceTimeoutMs": LONG_MS,
            "memberId": self.member_id(),
            "groupInstanceId": self.instance(),
            "protocolType": self.dice.choices(["consumer", "connect", ""], [40, 1, 1])[0],
            "protocols": [{"name": name, "metadata": METADATA[self.dice.choice(["one"] * 6 + ["two", "cut", "bad"])]} for name in names],
        }

    def sync(self):
        speaker = self.speaker()
        if self.dice.random() < 0.7 and self.leader:
            speaker |= {"memberId": f"@{self.leader}"}
        given = [{"memberId": f"@{name}", "assignment": base64.b64encode(name.encode()).decode()} for name in self.known]
        kinds = self.dice.choices([("consumer", "range"), ("connect", "range"), (None, None)], [20, 1, 5])[0]
        return speaker | {"protocolType": kinds[0], "protocolName": kinds[1], "assignments": self.dice.choice([given, given, []])}

    def leave(self):
        members = [
            {"memberId": self.member_id(), "groupInstanceId": self.instance()} for _ in range(self.dice.choice([1, 1, 1, 2, 3, 0]))
        ]
        return {"groupId": self.group, "memberId": self.member_id(), "members": members}

    def topics(self, field, more):
        names = self.dice.choices(["bench-t", "missing"], [10, 1], k=self.dice.choice([1, 1, 2]))
        return [
            {"name": name, "topicId": "@T" if name == "bench-t" else "AAAAAAAAAAAAAAAAAAAAAQ",
             "partitions" if field is None else field: [more(part) for part in self.dice.sample([0, 1, 2, 500], 2)]}
            for name in dict.fromkeys(names)
        ]  # fmt: skip

    def commit(self):
        speaker = self.speaker()
        generation = self.dice.choices([speaker.pop("generationId"), -1], [3, 1])[0]
        speaker |= {"generationIdOrMemberEpoch": generation, "retentionTimeMs": -1}
        if generation == -1 and self.dice.random() < 0.7:
            speaker |= {"memberId": "", "groupInstanceId": None}

        def part(index):
            metadata = self.dice.choices(["", "größe", "x" * 5000, None], [10, 5, 1, 1])[0]
            return {"partitionIndex": index, "committedOffset": self.dice.randrange(-1, 100), "committedMetadata": metadata}

        return speaker | {"topics": self.topics(None, part)}

    def fetch(self):
        topics = self.dice.choice([None, None, self.topics("partitionIndexes", lambda index: index)])
        group = {"groupId": self.group, "topics": topics, "memberId": None, "memberEpoch": -1}
        return {"groupId": self.group, "topics": topics, "groups": [group], "requireStable": self.dice.random() < 0.5}

    def step(self):
        """An API, a version and a body."""
        makers = {
            "JoinGroup": (self.join, 12), "SyncGroup": (self.sync, 9), "Heartbeat": (self.speaker, 4), "LeaveGroup": (self.leave, 3),
            "OffsetCommit": (self.commit, 4), "OffsetFetch": (self.fetch, 3), "DescribeGroups": (lambda: {"groups": [self.group], "includeAuthorizedOperations": True}, 3),
            "OffsetDelete": (lambda: {"groupId": self.group, "topics": self.topics(None, lambda index: {"partitionIndex": index})}, 2),
            "ListGroups": (lambda: {"statesFilter": self.dice.choice([[], ["Stable"], ["empty", "PreparingRebalance"]]), "typesFilter": self.dice.choice([[], ["classic"], ["consumer"]])}, 1),
            "DeleteGroups": (lambda: {"groupsNames": self.dice.choice([[self.group], [self.group, "missing"], [""]])}, 0.3),
        }  # fmt: skip
        api = self.dice.choices(list(makers), [weight for _, weight in makers.values()])[0]
        low, high = VERSIONS[api]
        version = self.dice.choice([high, self.dice.randint(low, high)])
        body = makers[api][0]()
        # Newer versions take all fields, the older ones one group without a list.
        if api == "OffsetFetch":
            body = {key: body[key] for key in (("groups", "requireStable") if version >= 8 else ("groupId", "topics", "requireStable"))}
            if version < 2 and body["topics"] is None:
                body["topics"] = []
        if api == "LeaveGroup":
            body.pop("members" if version < 3 else "memberId")
        return api, version, body

    # What comes of it

    def take(self, quick):
        """Reads the answers that have come on both sides, and compares them."""
        end = time.monotonic() + (MOMENT if quick else PATIENCE)
        came = {}
        while True:
            for slot, (_, _, sockets, *_) in self.waiting.items():
                for side, connection in enumerate(sockets):
                    if (slot, side) not in came and select.select([connection.socket], [], [], 0)[0]:
                        came[slot, side] = connection.read()
            one_sided = {slot for slot, side in came if (slot, 1 - side) not in came}
            if time.monotonic() > end:
                if not one_sided:
                    break
                if self.forgotten(came, one_sided):
                    return self.let_go()
                if time.monotonic() > end + PATIENCE:
                    side = next(side for slot, side in came if slot in one_sided)
                    self.differ(f"only {'kafkit' if side == 0 else 'Kafka'} has answered {[self.waiting[slot][:2] for slot in one_sided]}")
            elif quick and not one_sided and len(came) == 2 * len(self.waiting):
                break
            time.sleep(0.001)
        slots = sorted({slot for slot, _ in came})
        bodies = {key: decoded(*self.waiting[key[0]][:2], answer) for key, answer in came.items()}
        for slot in slots:
            self.learn(slot, [bodies[slot, side] for side in (0, 1)])
        ended = False
        for slot in slots:
            api, version, sockets, _, asked = self.waiting.pop(slot)
            answers = [self.shown(api, broker, bodies[slot, side]) for side, broker in enumerate(self.brokers)]
            if api in READS and answers[0] != answers[1]:
                answers[1] = self.later(api, version, sockets[1], asked, answers[0])
            ended |= self.compare(slot, api, version, *answers)
        if ended:
            self.let_go()

    def shown(self, api, broker, body):
        """An answer as it is compared: of the groups that are listed, the one that both brokers hear of now."""
        body = broker.named(body)
        if api == "ListGroups":
            body["groups"] = [group for group in body["groups"] if group["groupId"] == self.group]
        return body

    def later(self, api, version, connection, frame, mine):
        """What Kafka answers once it has written something, as soon as that is what kafkit said at once, or after a while."""
        end = time.monotonic() + PATIENCE
        body = {"groupId": self.neighbour(), "memberId": "", "generationIdOrMemberEpoch": -1, "retentionTimeMs": -1}
        part = {"partitionIndex": 0, "committedOffset": 1, "committedMetadata": ""}
        other = Connection(self.brokers[1].address)
        other.send(encoded("OffsetCommit", 9, body | {"topics": [{"name": "bench-t", "partitions": [part]}]}))
        other.read()
        while True:
            connection.send(frame)
            kafkas = self.shown(api, self.brokers[1], decoded(api, version, connection.read()))
            if kafkas == mine or time.monotonic() > end:
                return kafkas
            time.sleep(0.05)

    def neighbour(self):
        """A group that is in the same partition of __consumer_offsets."""
        names = (f"neighbour-{number}" for number in itertools.count())
        return next(name for name in names if partition(name) == partition(self.group))

    def forgotten(self, came, one_sided):
        """Kafka forgets who waits for the assignment of a member that somebody else removes; kafkit answers."""
        for slot in one_sided:
            api, version, *_ = self.waiting[slot]
            if api != "SyncGroup" or (slot, 0) not in came or decoded(api, version, came[slot, 0])["errorCode"] != UNKNOWN_MEMBER_ID:
                return False
        return True

    def learn(self, slot, bodies):
        """Both give a member an id of their own."""
        if self.waiting[slot][0] != "JoinGroup":
            return
        ids = [body["memberId"] for body in bodies]
        if all(id and id not in broker.names and id != "nobody" for id, broker in zip(ids, self.brokers)):
            self.members_number += 1
            name = f"M{self.members_number}"
            for id, broker in zip(ids, self.brokers):
                broker.call(name, id)
            self.known.append(name)

    def compare(self, slot, api, version, mine, kafkas):
        """Whether the group has to end, as both went ways that may be."""
        self.history.append(f"  {slot} {api} v{version} <- {json.dumps(kafkas)}")
        self.compared += 1
        if api == "JoinGroup" and mine["errorCode"] == kafkas["errorCode"] == 0:
            if (mine["leader"], mine["protocolName"]) != (kafkas["leader"], kafkas["protocolName"]):
                return True
            self.generation, self.leader = kafkas["generationId"], kafkas["leader"]
        if mine != kafkas:
            self.differ(f"{api} v{version}\nkafkit {json.dumps(mine)}\nKafka  {json.dumps(kafkas)}")
        return False

    def differ(self, what):
        print("\n".join(LONG.sub(r"\1...", line) for line in self.history[-40:]))
        print(f"seed {self.seed}: the answers differ after {self.compared} that are the same: {what}")
        sys.exit(1)

    def let_go(self):
        """The members' connections are closed, and the next ones begin with a group of their own."""
        for broker in self.brokers:
            broker.connections = [Connection(broker.address) for _ in range(MEMBERS)]
        self.waiting = {}
        self.new_group()

    def next(self):
        free = [slot for slot in range(MEMBERS) if slot not in self.waiting]
        # Who waits may wait for what the last free one has to say.
        if not free or self.group_is_old():
            self.let_go()
            return
        slot = self.dice.choice(free)
        api, version, body = self.step()
        # Kafka forgets who waited in a member's name once another waits in it; kafkit answers.
        if api in ("JoinGroup", "SyncGroup") and body["memberId"] in self.waiting_members():
            return
        if len(free) == 1 and api in ("JoinGroup", "SyncGroup"):
            api, version, body = "LeaveGroup", 5, {"groupId": self.group, "members": [{"memberId": f"@{name}"} for name in self.known]}
        self.history.append(f"{slot} {api} v{version} -> {json.dumps(body)}")
        frames = [encoded(api, version, broker.numbered(body)) for broker in self.brokers]
        sockets = [broker.connections[slot] for broker in self.brokers]
        for connection, frame in zip(sockets, frames):
            connection.send(frame)
        # Only a read is sent again, to Kafka.
        self.waiting[slot] = (api, version, sockets, body.get("memberId"), frames[1])
        self.take(True)

    def waiting_members(self):
        return {member for _, _, _, member, _ in self.waiting.values()} - {""}

    def group_is_old(self):
        return self.dice.random() < 0.012


def main():
    addresses, seed, steps = sys.argv[1:3], int(sys.argv[3]), int(sys.argv[4])
    run = Run(addresses, seed)
    for _ in range(steps):
        run.next()
    print(f"seed {seed}: {run.compared} random answers about {run.group_number} groups are the same")


main()
