"""The cases of groups that are the same for each client: who has what after somebody comes, goes, comes back, or dies.

A client gives its own calls (Client), and members that know what they have (Polling, Process).
"""

import contextlib
import functools
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from suite import case, equal, topic

PATIENCE = 40
SESSION_MS = 6000
HEARTBEAT_MS = 500
PARTITIONS = 6
RECORDS = 60


class Member:
    """One of a group: what it has, what was ever taken from it, how often it was given something, what it has read, and what it
    has said of what went wrong. A thread of its own changes that, each set as a whole."""

    killable = False

    def __init__(self):
        self.assigned, self.revoked, self.generations, self.got, self.said = set(), set(), 0, [], []

    def gain(self, partitions):
        self.assigned, self.generations = self.assigned | partitions, self.generations + 1

    def lose(self, partitions):
        self.assigned, self.revoked = self.assigned - partitions, self.revoked | partitions


class Polling(Member):
    """A member that is a thread: a client's `poll` reads until `stopping` is set, and leaves then."""

    def __init__(self):
        super().__init__()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.poll, daemon=True)
        self.thread.start()

    def stop(self):
        self.stopping.set()
        self.thread.join(20)
        equal(self.thread.is_alive(), False, "still closing")


class Process(Member):
    """A member that is a process: a client's `printed` takes a line of what it prints, `heard` one of what it says beside that."""

    killable = True

    def __init__(self, command):
        super().__init__()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ears = [(self.process.stdout, self.printed), (self.process.stderr, self.heard)]
        self.readers = [threading.Thread(target=self.listen, args=ear, daemon=True) for ear in ears]
        for reader in self.readers:
            reader.start()

    def listen(self, stream, take):
        for line in stream:
            take(line.strip())

    def heard(self, line):
        self.said.append(line)

    def stop(self):
        self.process.terminate()
        self.ended()

    def kill(self):
        self.process.kill()
        self.ended()

    def ended(self):
        self.process.wait(20)
        for reader in self.readers:
            reader.join(5)


class Child(Process):
    """This program once more as a member, which can be killed where the client's own are threads."""

    def __init__(self, group, name):
        super().__init__([sys.executable, *sys.argv[:2], "member", group, name])

    def printed(self, line):
        self.assigned = {int(part) for part in line.split()}


def alone(member):
    """What such a child does until it is killed: it says what it has."""
    told = set()
    while True:
        if member.assigned != told:
            told = member.assigned
            print(*told, flush=True)
        time.sleep(0.02)


@dataclass
class Client:
    """What these cases need of a client."""

    # A new topic of six partitions with sixty records.
    filled: Callable
    # Joins GROUP to read TOPIC, as INSTANCE if it is static, and with a PROTOCOL unless it is what each client takes first: range.
    # Says whether it is `fenced`.
    member: Callable
    # State, protocol, and number of members of GROUP.
    described: Callable
    # Has the static INSTANCES leave GROUP. Not all clients can.
    remove: Callable | None = None
    # Whether nobody may go before all is read, as what is not printed yet goes along. Nothing is to be read again then.
    reads_first: bool = False


def wait(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        equal(time.monotonic() < end, True, f"waited in vain: {what()}")
        time.sleep(0.05)


def shared(members, partitions=PARTITIONS):
    """Waits until the members have all partitions, each one once, and each member some."""

    def told():
        return [(sorted(member.assigned), member.said) for member in members]

    def whole():
        assigned = [member.assigned for member in members]
        return sorted(part for one in assigned for part in one) == list(range(partitions)) and all(assigned)

    wait(told, whole)


@contextlib.contextmanager
def leaving():
    """A list for members; whoever is in it at the end leaves, however that comes."""
    members = []
    try:
        yield members
    finally:
        for member in members:
            member.stop()


def grow_and_shrink(client, count, protocol=None):
    name, group, everybody = client.filled(), topic("group"), []

    def got():
        return [place for member in everybody for place in member.got]

    def all_of_them():
        return len(set(got())) == RECORDS

    with leaving() as members:
        for _ in range(count):
            members.append(client.member(group, name, protocol=protocol))
            everybody.append(members[-1])
            shared(members)
        # Who shares cooperatively may join once more than it has to.
        wait(lambda: client.described(group), lambda: client.described(group) == ("Stable", protocol or "range", count))
        # What it kept all the time was taken away in between, unless they share cooperatively.
        equal(bool(members[0].revoked & members[0].assigned), protocol != "cooperative-sticky", "revoked and given back")
        if client.reads_first:
            wait(got, all_of_them)
        while len(members) > 1:
            members.pop(0).stop()
            shared(members)
        # Whoever has gone has told how far it was, so nothing is left out.
        wait(got, all_of_them)
    state, _, left = client.described(group)
    equal((state, left), ("Empty", 0), "group")
    if client.reads_first:
        equal(len(got()), RECORDS, "records read by all")


def static_restart(client):
    name, group = client.filled(), topic("static")
    with leaving() as members:
        for at in range(2):
            members.append(client.member(group, name, instance=f"i{at}"))
        shared(members)
        # Within its session it comes back to what it had, whether it said goodbye or not, and nobody else notices.
        before, had = members[0].generations, members[1].assigned
        for kill in [False, True] if members[1].killable else [False]:
            members[1].kill() if kill else members[1].stop()
            members[1] = client.member(group, name, instance="i1")
            shared(members)
            equal((members[1].assigned, members[0].generations), (had, before), "what it has, and rebalances of the other")
        # Who comes with the same instance takes its place; the one before is fenced.
        members.append(client.member(group, name, instance="i1"))
        wait(lambda: members[1].said, members[1].fenced)
        shared([members[0], members[2]])
    # Who is static does not leave by itself.
    if client.remove:
        equal(client.described(group)[2], 2, "members")
        client.remove(group, ["i0", "i1"])
        equal(client.described(group)[0], "Empty", "state")


def killed_member(client):
    name, group = client.filled(), topic("killed")
    with leaving() as members:
        members.append(client.member(group, name))
        shared(members)
        other = client.member if members[0].killable else Child
        members.append(other(group, name))
        shared(members)
        start = time.monotonic()
        members.pop().kill()
        shared(members)
        took = time.monotonic() - start
        equal(4 < took < 12, True, f"taken over after {took}")


GROWING = {"two members": (2, None), "five members": (5, None), "cooperative": (3, "cooperative-sticky")}


def cases(client, growing=GROWING):
    """Registers them. How many members come and go, and how they share, may be the client's own."""
    for what, (count, protocol) in growing.items():
        case(f"group: {what}")(functools.partial(grow_and_shrink, client, count, protocol))
    case("group: static restart")(functools.partial(static_restart, client))
    case("group: killed member")(functools.partial(killed_member, client))
