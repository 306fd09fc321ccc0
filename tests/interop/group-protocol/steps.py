"""A member's requests to a broker, and its answers, a line for each: steps.py ADDRESS. Ids of members are numbered in the order
in which they come, so that the lines of two brokers can be compared."""

import os
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../benches/peers/broker"))

from groups import COMMIT, HEARTBEAT, JOIN, NULL, SUBSCRIPTION, SYNC, Connection, data, frame, ready, text  # noqa: E402

LEAVE, DESCRIBE = (13, 3), (15, 2)
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

    def begin_join(self, protocol="range", metadata=SUBSCRIPTION):
        body = text(self.group) + struct.pack(">ii", 30000, 6000) + text(self.id) + self.identity() + text("consumer")
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
        self.connection.send(frame(DESCRIBE, struct.pack(">i", 1) + text(self.group)))
        answer = Texts(self.connection.read(), 8)
        code = answer.number(">h")
        answer.text()
        return code, answer.text(), answer.text(), answer.text(), answer.number(">i")


def say(what, *answers):
    print(what, *answers, flush=True)


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


ready(sys.argv[1])
dynamic(sys.argv[1])
static(sys.argv[1])
