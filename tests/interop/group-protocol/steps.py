"""A member's requests to a broker, and its answers, a line for each: steps.py ADDRESS. Ids of members are numbered in the order
in which they come, so that the lines of two brokers can be compared."""

import os
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../benches/peers/broker"))

from groups import (  # noqa: E402
    COMMIT, CREATE, HEARTBEAT, JOIN, NULL, SUBSCRIPTION, SYNC, Connection, data, frame, ready, text,
)

LEAVE, DESCRIBE, FETCH, DELETE, DELETE_OFFSETS, LIST = (13, 3), (15, 3), (9, 5), (42, 1), (47, 0), (16, 2)
# The longest string of the wire, and what a new member's id has behind the name that it is made of.
LONGEST, RANDOM = 32767, 37
# Long enough that a request has come by another connection.
MOMENT = 0.3
numbers = {}


def numbered(member):
    return numbers.setdefault(member, f"M{len(numbers)}") if member else ""


class Texts:
    """Reads an answer from front to back."""

    def __init__(self, answer, at):
        self.answer, self.at = answer, at

    def number(self, form):
        (value,) = struct.unpack_from(form, self.answer, self.at)
        self.at += struct.calcsize(form)
        return value

    def text(self):
        length = max(self.number(">h"), 0)
        self.at += length
        return self.answer[self.at - length : self.at].decode()


class Member:
    """A member on a connection of its own. What it is told is kept, so that the next step can use it."""

    def __init__(self, address, group, instance=None):
        self.connection, self.group, self.instance = Connection(address), group, instance
        self.id, self.generation, self.leads = "", -1, 0

    def identity(self, instance=None):
        instance = instance or self.instance
        return text(instance) if instance else NULL

    def begin_join(self, protocol="range", metadata=SUBSCRIPTION, session_ms=30000):
        body = text(self.group) + struct.pack(">ii", session_ms, 6000) + text(self.id) + self.identity() + text("consumer")
        self.connection.send(frame(JOIN, body + struct.pack(">i", 1) + text(protocol) + data(metadata)))

    def joined(self):
        answer = Texts(self.connection.read(), 4)
        code, generation = answer.number(">h"), answer.number(">i")
        protocol, leader, member = answer.text(), answer.text(), answer.text()
        self.leads = answer.number(">i")
        if code in (0, 79):
            self.id, self.generation = member, generation
        return code, generation, protocol, numbered(leader), numbered(member), self.leads

    def join(self, *what):
        self.begin_join(*what)
        return self.joined()

    def begin_sync(self, members=(), generation=None):
        body = text(self.group) + struct.pack(">i", self.generation if generation is None else generation)
        body += text(self.id) + self.identity() + struct.pack(">i", len(members))
        given = [text(one.id) + data(f"of {numbered(one.id)}".encode()) for one in members]
        self.connection.send(frame(SYNC, body + b"".join(given)))

    def synced(self):
        answer = self.connection.read()
        return struct.unpack_from(">h", answer, 4)[0], answer[10:].decode()

    def sync(self, *what):
        self.begin_sync(*what)
        return self.synced()

    def heartbeat(self, later=0, member=None):
        body = text(self.group) + struct.pack(">i", self.generation + later) + text(member or self.id)
        self.connection.send(frame(HEARTBEAT, body + self.identity()))
        return struct.unpack_from(">h", self.connection.read(), 4)[0]

    def commit(self, generation=None, member=None, instance=None):
        body = text(self.group) + struct.pack(">i", self.generation if generation is None else generation)
        body += text(self.id if member is None else member) + self.identity(instance)
        body += struct.pack(">i", 1) + text("bench-t") + struct.pack(">iiqi", 1, 0, 5, -1) + text("")
        self.connection.send(frame(COMMIT, body))
        return struct.unpack(">h", self.connection.read()[-2:])[0]

    def leave(self, *members):
        who = [text(member) + (text(instance) if instance else NULL) for member, instance in members]
        self.connection.send(frame(LEAVE, text(self.group) + struct.pack(">i", len(who)) + b"".join(who)))
        answer = Texts(self.connection.read(), 4)
        codes = [answer.number(">h")]
        for _ in range(answer.number(">i")):
            answer.text(), answer.text()
            codes.append(answer.number(">h"))
        return codes

    def described(self):
        # Kafka describes what is committed, and answers a join before its record is.
        time.sleep(MOMENT)
        self.connection.send(frame(DESCRIBE, struct.pack(">i", 1) + text(self.group) + b"\1"))
        answer = Texts(self.connection.read(), 8)
        code = answer.number(">h")
        answer.text()
        return code, answer.text(), answer.text(), answer.text(), answer.number(">i")

    def operations(self):
        """What may be done with a group that has no members, where that is asked for."""
        body = struct.pack(">i", 1) + text(self.group)
        asked = [self.connection.ask(DESCRIBE, body + flag) for flag in (b"\0", b"\1")]
        return [struct.unpack(">i", answer[-4:])[0] for answer in asked]

    def fetched(self):
        answer = self.connection.ask(FETCH, text(self.group) + struct.pack(">i", -1))
        return struct.unpack_from(">i", answer, 4)[0], struct.unpack(">h", answer[-2:])[0]

    def deleted(self):
        return struct.unpack(">h", self.connection.ask(DELETE, struct.pack(">i", 1) + text(self.group))[-2:])[0]

    def offsets_deleted(self):
        return struct.unpack_from(">h", self.connection.ask(DELETE_OFFSETS, text(self.group) + struct.pack(">i", 0)))[0]

    def listed(self):
        return struct.unpack_from(">hi", self.connection.ask(LIST, b""), 4)


def say(what, *answers):
    print(what, *answers, flush=True)


def before_any(address):
    """Nobody has looked for a coordinator yet, so there is none. What is wrong whoever answers is said all the same."""
    maker = Connection(address)
    body = struct.pack(">i", 1) + text("bench-t") + struct.pack(">ihii", 100, 1, 0, 0) + struct.pack(">ib", 30000, 0)
    maker.ask(CREATE, body)
    time.sleep(1)
    for group in ("", "g"):
        one = Member(address, group)
        one.id = "m"
        say(f"before there is a coordinator, group {group!r}", one.join(), one.join("range", SUBSCRIPTION, 1), one.sync())
        say("said by who is no member", one.heartbeat(), one.leave(("m", None)), one.commit(), one.commit(-1, ""))
        say("asked", one.fetched(), one.deleted(), one.offsets_deleted(), one.listed(), one.described()[:2])


def refused(address):
    nobody = Member(address, "refused")
    say("not there", nobody.described(), nobody.operations(), nobody.deleted(), nobody.offsets_deleted(), nobody.fetched())
    nobody.id = "nobody"
    say("unknown", nobody.join(), nobody.sync(), nobody.heartbeat(), nobody.leave(("nobody", None)), nobody.commit(3))
    for session_ms in (5999, 1800001, 0, -1):
        say(f"a session of {session_ms} ms", nobody.join("range", SUBSCRIPTION, session_ms))
    for length in (LONGEST - RANDOM, LONGEST - RANDOM + 1, LONGEST):
        # Kafka keeps the member that it could not answer, and can describe the group no more.
        say(f"a name of {length} bytes", Member(address, f"refused-{length}", "i" * length).join())
    nameless = Member(address, "")
    say("a group without a name", nameless.commit(-1, ""), nameless.fetched(), nameless.deleted(), nameless.described())
    simple = Member(address, "simple")
    say("only offsets", simple.commit(-1, ""), simple.commit(3, "m"), simple.operations(), simple.described(), simple.fetched())
    say("deleted", simple.deleted(), simple.deleted(), simple.described(), simple.fetched())


def dynamic(address):
    one, two = Member(address, "dynamic"), Member(address, "dynamic")
    say("first", one.join())
    say("with its id", one.join())
    say("heartbeats before it is assigned", one.heartbeat(), one.heartbeat(1), one.heartbeat(0, "nobody"))
    say("commits before it is assigned", one.commit(), one.commit(-1, ""))
    say("described", one.described())
    say("joins once more", one.join())
    say("assigns", one.sync([one]), one.sync(), one.sync((), 9))
    say("described", one.described())
    commits = one.commit(), one.commit(None, "nobody"), one.commit(9), one.commit(-1, ""), one.commit(None, None, "i")
    say("commits", *commits)
    say("another", two.join())
    two.begin_join()
    time.sleep(MOMENT)
    say("meanwhile", one.heartbeat(), one.heartbeat(-1), one.commit(), one.sync(), one.described())
    say("both", one.join(), two.joined())
    two.begin_sync()
    time.sleep(MOMENT)
    say("one is left out", one.sync([one]), two.synced())
    leader, other = (one, two) if one.leads else (two, one)
    say("a follower joins again", other.join()[:2])
    leader.begin_join()
    time.sleep(MOMENT)
    say("the leader does", other.heartbeat())
    say("the follower has changed", other.join("range", SUBSCRIPTION + b"x")[:2], leader.joined()[:2])
    leader, other = (one, two) if one.leads else (two, one)
    start = time.monotonic()
    other.begin_sync()
    say("the leader does not assign", other.synced(), f"after {time.monotonic() - start:.0f} s", leader.heartbeat())
    say("the other is alone", other.join()[:2], other.sync([other])[0])
    say("leaves", leader.leave(("nobody", None), (other.id, None), ("", "no-instance")), leader.described())
    say("nobody is there", other.heartbeat(), other.commit(-1), other.commit(), other.commit(-1, ""))


def static(address):
    one, again, two = (Member(address, "static", name) for name in ["i1", "i1", "i2"])
    say("static", one.join(), one.sync([one])[0])
    say("comes back", again.join())
    say("the one before", one.heartbeat(), one.commit(), one.join())
    stranger = Member(address, "static", "i9")
    stranger.id = "nobody"
    say("a stranger", stranger.join())
    say("has what it had", again.sync())
    two.begin_join()
    time.sleep(MOMENT)
    say("another", again.heartbeat(), again.join(), two.joined())
    back = Member(address, "static", "i2")
    back.begin_join()
    time.sleep(MOMENT)
    say("comes back before it is assigned", again.heartbeat(), again.join(), back.joined())
    say("the one before", two.sync())
    say("removed", stranger.leave(("", "i1"), ("", "i1"), ("nobody", "i2")), stranger.described())
    late = Member(address, "static")
    say("speaks something else", late.join("other"))


before_any(sys.argv[1])
ready(sys.argv[1])
refused(sys.argv[1])
dynamic(sys.argv[1])
static(sys.argv[1])
