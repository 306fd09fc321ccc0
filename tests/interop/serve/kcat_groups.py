"""Groups of kcat, which says in its own words what it is assigned."""

import re
import subprocess
import threading
import time

from kcat_suite import created, kcat
from suite import BROKER, case, equal, topic

PATIENCE = 40
SETTINGS = ["-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=6000", "-X", "heartbeat.interval.ms=500"]
COOPERATIVE = ["-X", "partition.assignment.strategy=cooperative-sticky"]


def filled(partitions=6, each=10):
    name = created(topic("grouped"), partitions)
    for partition in range(partitions):
        kcat("-P", "-t", name, "-p", str(partition), given=b"".join(b"%d\n" % i for i in range(each)))
    return name


class Member:
    """A kcat in a group: what it has, what was ever taken from it, how often it was told, and the lines it has printed."""

    def __init__(self, group, name, *settings):
        command = ["kcat", "-b", BROKER, "-G", group, "-u", "-f", "%p %o\\n", *SETTINGS, *settings, name]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assigned, self.revoked, self.generations, self.got, self.said = set(), set(), 0, [], []
        self.readers = [threading.Thread(target=read, args=[self], daemon=True) for read in (Member.read, Member.listen)]
        for reader in self.readers:
            reader.start()

    def read(self):
        for line in self.process.stdout:
            self.got.append(line.strip())

    def listen(self):
        for line in self.process.stderr:
            self.said.append(line.strip())
            if " rebalanced" not in line:
                continue
            parts = {int(part) for part in re.findall(r"\[(\d+)\]", line)}
            if "revoke" in line:
                self.assigned, self.revoked = self.assigned - parts, self.revoked | parts
            else:
                self.assigned, self.generations = self.assigned | parts, self.generations + 1

    def stop(self, kill=False):
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(20)
        for reader in self.readers:
            reader.join(5)


def wait(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        equal(time.monotonic() < end, True, f"waited in vain: {what()}")
        time.sleep(0.05)


def shared(members, partitions=6):
    def told():
        return [sorted(member.assigned) for member in members]

    wait(
        lambda: [member.said for member in members],
        lambda: sorted(part for one in told() for part in one) == list(range(partitions)) and all(told()),
    )


def grow_and_shrink(count, *settings):
    name, group = filled(), topic("group")
    members, everybody = [], []
    try:
        for _ in range(count):
            members.append(Member(group, name, *settings))
            everybody.append(members[-1])
            shared(members)
        # What it kept all the time was taken away in between, unless they share cooperatively.
        equal(bool(members[0].revoked & members[0].assigned), not settings, "revoked and given back")
        wait(lambda: [member.got for member in everybody], lambda: sum(len(member.got) for member in everybody) >= 60)
        while len(members) > 1:
            members.pop(0).stop()
            shared(members)
    finally:
        for member in members:
            member.stop()
    # Whoever gives a partition up tells how far it was, so nothing is left out and nothing is read again.
    lines = sorted(line for member in everybody for line in member.got)
    equal(lines, sorted(f"{part} {offset}" for part in range(6) for offset in range(10)))


@case("group: two members")
def _():
    grow_and_shrink(2)


@case("group: five members")
def _():
    grow_and_shrink(5)


@case("group: cooperative")
def _():
    grow_and_shrink(3, *COOPERATIVE)


@case("group: static restart")
def _():
    name, group = filled(), topic("static")
    members = [Member(group, name, "-X", f"group.instance.id=i{at}") for at in range(2)]
    try:
        shared(members)
        # Within its session it comes back to what it had, whether it said goodbye or not, and nobody else notices.
        before, had = members[0].generations, members[1].assigned
        for kill in [False, True]:
            members[1].stop(kill)
            members[1] = Member(group, name, "-X", "group.instance.id=i1")
            shared(members)
            equal((members[1].assigned, members[0].generations), (had, before), "what it has, and rebalances of the other")
        # Who comes with the same instance takes its place; the one before is fenced, and ends.
        members.append(Member(group, name, "-X", "group.instance.id=i1"))
        equal(members[1].process.wait(20) != 0, True, "the fenced one has failed")
        equal(any("fenced" in line.lower() for line in members[1].said), True, members[1].said)
        shared([members[0], members[2]])
    finally:
        for member in members:
            member.stop()


@case("group: killed member")
def _():
    name, group = filled(), topic("killed")
    members = [Member(group, name) for _ in range(2)]
    try:
        shared(members)
        start = time.monotonic()
        members.pop().stop(kill=True)
        shared(members)
        equal(4 < time.monotonic() - start < 12, True, f"taken over after {time.monotonic() - start}")
    finally:
        for member in members:
            member.stop()


@case("group: commits")
def _():
    name, group = filled(1), topic("commits")

    def read(count, *settings):
        return kcat("-G", group, "-c", str(count), "-f", "%o ", "-q", *SETTINGS, *settings, name).decode().split()

    def offsets(*numbers):
        return [str(number) for number in numbers]

    # What one has read the next one does not, unless it has kept that to itself.
    equal(read(4), offsets(0, 1, 2, 3))
    equal(read(3, "-X", "enable.auto.offset.store=false"), offsets(4, 5, 6))
    equal(read(2), offsets(4, 5))
    equal(read(4), offsets(6, 7, 8, 9))


@case("group: never committed")
def _():
    name = filled(1)

    def read(reset, **rest):
        return kcat("-G", topic("never"), "-e", "-f", "%o ", "-q", *SETTINGS, "-X", f"auto.offset.reset={reset}", name, **rest)

    # What is to be done then decides where a reader begins.
    equal(read("earliest"), b"0 1 2 3 4 5 6 7 8 9 ")
    equal(read("latest"), b"")
    said = read("error", fails=True)
    equal("no previously committed offset available" in said, True, said)
