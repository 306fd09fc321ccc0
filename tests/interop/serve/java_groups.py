"""Groups of Java's consumers, and the tools that look at groups: kafka-verifiable-consumer says what it is assigned, and can be
killed; kafka-console-consumer reads, kafka-consumer-groups shows and changes offsets. What needs no process of its own is in
java/Groups.java."""

import json
import os
import re

import groups
from java_suite import CLASSES, JVM, LIB, TOOLS, created, holds, produced, tool
from suite import BROKER, case, equal, topic

GROUPS = TOOLS + "consumer.group.ConsumerGroupCommand"
# Otherwise each member would hear of the others after 3 s only.
SETTINGS = os.path.join(CLASSES, "member.properties")
with open(SETTINGS, "w") as file:
    file.write(f"heartbeat.interval.ms={groups.HEARTBEAT_MS}\n")


def filled():
    name = created(topic("grouped"), partitions=groups.PARTITIONS)
    produced(name, [f"{i}\n" for i in range(groups.RECORDS)])
    return name


class Member(groups.Process):
    """A kafka-verifiable-consumer."""

    def __init__(self, group, name, instance=None, protocol=None):
        equal(protocol, None, "protocol, which this one cannot be told")
        command = ["java", *JVM, "-cp", f"{LIB}/*", TOOLS + "VerifiableConsumer", "--bootstrap-server", BROKER]
        command += ["--topic", name, "--group-id", group, "--session-timeout", str(groups.SESSION_MS), "--reset-policy", "earliest"]
        command += ["--group-instance-id", instance] if instance else []
        super().__init__([*command, "--command-config", SETTINGS])

    def printed(self, line):
        if not line.startswith("{"):
            return
        event = json.loads(line)
        parts = event.get("partitions", [])
        if event["name"] == "partitions_assigned":
            self.gain({part["partition"] for part in parts})
        elif event["name"] == "partitions_revoked":
            self.lose({part["partition"] for part in parts})
        elif event["name"] == "records_consumed":
            self.got += [(part["partition"], at) for part in parts for at in range(part["minOffset"], part["maxOffset"] + 1)]

    def fenced(self):
        # It ends then as if all were well, and says why to its log only.
        return self.process.poll() == 0


def described(group):
    described = ["--describe", "--group", group]
    ((protocol, state, count),) = re.findall(r"\)\s+(?:(\S+)\s+)?(\S+)\s+(\d+)\s*$", tool(GROUPS, *described, "--state"))
    rows = re.findall(rf"^{group} ", tool(GROUPS, *described, "--members", "--verbose"), re.M)
    equal(len(rows), int(count), "members, each in a line of its own")
    return state, protocol, len(rows)


# The others that come and go are in java/Groups.java.
groups.cases(groups.Client(filled, Member, described), {"two members": (2, None)})


for what in ["five members", "cooperative", "commits", "never committed", "seek, pause", "list, describe"]:

    @case(f"group: {what}")
    def _(what=what):
        tool("Groups", what)


def read(name, group, count, *arguments):
    return tool(
        TOOLS + "consumer.ConsoleConsumer",
        "--topic",
        name,
        "--group",
        group,
        "--from-beginning",
        "--max-messages",
        str(count),
        "--timeout-ms",
        "20000",
        "--command-property",
        "group.protocol=classic",
        *arguments,
    ).split()


def offsets(group):
    """By topic and partition: committed, end, lag."""
    text = tool(GROUPS, "--describe", "--group", group, "--offsets")
    rows = re.findall(rf"^{re.escape(group)}\s+(\S+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\S+)", text, re.M)
    return {(row[0], int(row[1])): row[2:] for row in rows}


@case("group: console consumer")
def _():
    name, group = created(topic("console"), partitions=2), topic("console")
    produced(name, [f"{i}\n" for i in range(20)])
    equal(sorted(read(name, group, 20), key=int), [str(i) for i in range(20)], "the first has all")
    produced(name, [f"{i}\n" for i in range(20, 25)])
    equal(sorted(read(name, group, 5), key=int), [str(i) for i in range(20, 25)], "the second has what is new")
    equal(sum(int(one[0]) for one in offsets(group).values() if one[0] != "-"), 25, "committed")


@case("group: lag")
def _():
    name, group = created(topic("console")), topic("console")
    produced(name, [f"{i}\n" for i in range(10)])
    equal(read(name, group, 4), ["0", "1", "2", "3"])
    # What one has read the next one does not.
    equal(read(name, group, 3), ["4", "5", "6"])
    equal(offsets(group), {(name, 0): ("7", "10", "3")})
    equal(group in tool(GROUPS, "--list").split(), True, "listed")
    holds(tool(GROUPS, "--list", "--state", "empty"), rf"{group}\s+\S*\s*Empty")


@case("group: reset offsets")
def _():
    name, other, group = created(topic("reset")), created(topic("reset")), topic("reset")
    produced(name, [f"{i}\n" for i in range(10)])
    reset = ["--reset-offsets", "--group", group, "--topic", name, "--topic", other, "--execute"]
    tool(GROUPS, *reset, "--to-earliest")
    equal(offsets(group), {(name, 0): ("0", "10", "10"), (other, 0): ("0", "0", "0")})
    tool(GROUPS, *reset, "--to-latest")
    equal(offsets(group), {(name, 0): ("10", "10", "0"), (other, 0): ("0", "0", "0")})
    one = ["--reset-offsets", "--group", group, "--topic", f"{name}:0"]
    late = "2100-01-01T00:00:00.000"
    for how, offset in [(["--to-offset", "3"], 3), (["--shift-by", "-2"], 1), (["--to-datetime", late], 10), (["--by-duration", "P1D"], 0)]:
        tool(GROUPS, *one, *how, "--dry-run")
        equal(offsets(group)[(name, 0)] == (str(offset), "10", str(10 - offset)), False, "changed though only tried")
        tool(GROUPS, *one, *how, "--execute")
        equal(offsets(group)[(name, 0)], (str(offset), "10", str(10 - offset)), how)


@case("group: delete offsets")
def _():
    tool("Groups", "delete offsets")
    name, other, group = created(topic("cut")), created(topic("cut")), topic("cut")
    tool(GROUPS, "--reset-offsets", "--group", group, "--topic", name, "--topic", other, "--execute", "--to-earliest")
    tool(GROUPS, "--delete-offsets", "--group", group, "--topic", other)
    equal(set(offsets(group)), {(name, 0)})


@case("group: delete")
def _():
    tool("Groups", "delete")
    name, group = created(topic("gone")), topic("gone")
    tool(GROUPS, "--reset-offsets", "--group", group, "--topic", name, "--execute", "--to-earliest")
    tool(GROUPS, "--delete", "--group", group)
    equal(group in tool(GROUPS, "--list").split(), False, "still listed")
