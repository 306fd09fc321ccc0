"""Groups of Java's consumers, and the tools that look at groups: kafka-verifiable-consumer says what it is assigned, and can be
killed; kafka-console-consumer reads, kafka-consumer-groups shows and changes offsets. What needs no process of its own is in
java/Groups.java."""

import json
import os
import re
import subprocess
import threading
import time

from java_suite import CLASSES, JVM, LIB, TOOLS, created, holds, produced, tool
from suite import BROKER, case, equal, topic

GROUPS = TOOLS + "consumer.group.ConsumerGroupCommand"
PATIENCE = 40
# Otherwise each member would hear of the others after 3 s only.
SETTINGS = os.path.join(CLASSES, "member.properties")
with open(SETTINGS, "w") as file:
    file.write("heartbeat.interval.ms=500\n")


class Member:
    """A kafka-verifiable-consumer, and what it has been told."""

    def __init__(self, group, name, *arguments):
        command = ["java", *JVM, "-cp", f"{LIB}/*", TOOLS + "VerifiableConsumer", "--bootstrap-server", BROKER]
        command += ["--topic", name, "--group-id", group, "--session-timeout", "6000", "--reset-policy", "earliest"]
        command += ["--command-config", SETTINGS, *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assigned, self.count, self.events = set(), 0, []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            if not line.startswith("{"):
                continue
            event = json.loads(line)
            self.events.append(event["name"])
            partitions = {part["partition"] for part in event.get("partitions", []) if "partition" in part}
            if event["name"] == "partitions_assigned":
                self.assigned = self.assigned | partitions
            elif event["name"] == "partitions_revoked":
                self.assigned = self.assigned - partitions
            elif event["name"] == "records_consumed":
                self.count += event["count"]

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.reader.join(5)

    def kill(self):
        self.process.kill()
        self.process.wait(20)


def wait(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain: {what()}")
        time.sleep(0.05)


def shared(members, partitions=6):
    def told():
        return [sorted(member.assigned) for member in members]

    def whole():
        parts = sorted(part for assigned in told() for part in assigned)
        return parts == list(range(partitions)) and all(told())

    wait(told, whole)


def filled(partitions=6):
    name = created(topic("grouped"), partitions=partitions)
    produced(name, [f"{i}\n" for i in range(60)])
    return name


@case("group: two members")
def _():
    name, group = filled(), topic("group")
    members = [Member(group, name) for _ in range(2)]
    try:
        shared(members)
        text = tool(GROUPS, "--describe", "--group", group, "--members", "--verbose")
        equal(len(re.findall(rf"^{group} ", text, re.M)), 2, text)
        holds(tool(GROUPS, "--describe", "--group", group, "--state"), r"\bStable\s+2\b")
        members.pop(0).stop()
        shared(members)
    finally:
        for member in members:
            member.stop()


for what in ["five members", "cooperative", "commits", "never committed", "seek, pause", "list, describe"]:

    @case(f"group: {what}")
    def _(what=what):
        tool("Groups", what)


@case("group: static restart")
def _():
    name, group = filled(), topic("static")
    members = [Member(group, name, "--group-instance-id", f"i{at}") for at in range(2)]
    try:
        shared(members)
        had, events = members[1].assigned, len([event for event in members[0].events if "assigned" in event])
        members[1].kill()
        members[1] = Member(group, name, "--group-instance-id", "i1")
        shared(members)
        again = len([event for event in members[0].events if "assigned" in event])
        equal((members[1].assigned, again), (had, events), "what it has, and rebalances of the other")
    finally:
        for member in members:
            member.stop()


@case("group: killed member")
def _():
    name, group = filled(), topic("killed")
    members = [Member(group, name) for _ in range(2)]
    try:
        shared(members)
        members.pop().kill()
        shared(members)
    finally:
        for member in members:
            member.stop()


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
