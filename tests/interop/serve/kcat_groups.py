"""Groups of kcat, which says in its own words what it is assigned."""

import re

import groups
from kcat_suite import answered, created, kcat
from suite import BROKER, case, equal, topic

TIMES = [f"session.timeout.ms={groups.SESSION_MS}", f"heartbeat.interval.ms={groups.HEARTBEAT_MS}"]
SETTINGS = [part for one in ["auto.offset.reset=earliest", *TIMES] for part in ("-X", one)]


def filled(partitions=groups.PARTITIONS):
    name = created(topic("grouped"), partitions)
    for partition in range(partitions):
        kcat("-P", "-t", name, "-p", str(partition), given=b"".join(b"%d\n" % i for i in range(10)))
    return name


class Member(groups.Process):
    def __init__(self, group, name, instance=None, protocol=None):
        settings = [*SETTINGS]
        settings += ["-X", f"group.instance.id={instance}"] if instance else []
        settings += ["-X", f"partition.assignment.strategy={protocol}"] if protocol else []
        super().__init__(["kcat", "-b", BROKER, "-G", group, "-u", "-f", "%p %o\\n", *settings, name])

    def printed(self, line):
        self.got.append(line)

    def heard(self, line):
        super().heard(line)
        if " rebalanced" in line:
            parts = {int(part) for part in re.findall(r"\[(\d+)\]", line)}
            self.lose(parts) if "revoke" in line else self.gain(parts)

    def fenced(self):
        return bool(self.process.poll()) and any("fenced" in line.lower() for line in self.said)


def described(group):
    (found,) = answered("describe-groups", {"groups": [group]})["groups"]
    return found["groupState"], found["protocolData"], len(found["members"])


groups.cases(groups.Client(filled, Member, described, reads_first=True))


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
