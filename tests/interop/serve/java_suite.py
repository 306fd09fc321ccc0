"""Apache Kafka's own command line tools and with them its Java clients."""

import glob
import json
import os
import re
import subprocess
import tempfile

from suite import BROKER, CODECS, SECOND, case, equal, from_the_others, left, topic

LIB = os.environ["LIB"]
CLASSES = os.path.join(os.path.dirname(os.environ["RESULTS"]), "classes")
CLASS_PATH = f"{LIB}/*:{CLASSES}"
TOOLS = "org.apache.kafka.tools."
TOPICS = TOOLS + "TopicCommand"
CONFIGS = "kafka.admin.ConfigCommand"
ARCHIVE = os.path.join(LIB, "tools.jsa")
# All of them are short-lived: what makes a JVM good at long runs only costs them time. With an archive of the classes that
# most of them use, they start in half the time; what the JVM has to say about it must not be among what they print.
PLAIN = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m", "-Dfile.encoding=UTF-8", "-Xlog:disable"]
JVM = [*PLAIN, f"-XX:SharedArchiveFile={ARCHIVE}"]


class Tools:
    """The JVM that runs the tools one after the other (java/Tools.java)."""

    process = None

    @classmethod
    def run(cls, name, arguments, given=""):
        if cls.process is None:
            command = ["java", *JVM, "-cp", CLASS_PATH, "Tools"]
            cls.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        try:
            cls.process.stdin.write(json.dumps({"tool": name, "arguments": arguments, "given": given}) + "\n")
            cls.process.stdin.flush()
            return json.loads(cls.process.stdout.readline())
        except BaseException:
            # What it answers later is no answer to the next.
            cls.process.kill()
            cls.process = None
            raise


def tool(name, *arguments, given="", fails=False, server=BROKER):
    done = Tools.run(name, ["--bootstrap-server", server, *arguments], given)
    text = done["out"] + done["err"]
    equal((done["code"] != 0, text), (fails, text), "failed, and what it said")
    return text if fails else done["out"]


def holds(text, *wanted):
    for part in wanted:
        if not re.search(part, text):
            raise AssertionError(f"no {part!r} in {text}")


def created(name, *arguments, partitions=1, server=BROKER):
    tool(TOPICS, "--create", "--topic", name, "--partitions", str(partitions), *arguments, server=server)
    return name


def produced(name, lines, *properties, server=BROKER):
    properties = [part for one in properties for part in ("--command-property", one)]
    tool(TOOLS + "ConsoleProducer", "--topic", name, *properties, given="".join(lines), server=server)


def consumed(name, count, *arguments, partition=0, offset="earliest", server=BROKER):
    return tool(
        TOOLS + "consumer.ConsoleConsumer",
        "--topic",
        name,
        "--partition",
        str(partition),
        "--offset",
        offset,
        "--max-messages",
        str(count),
        "--timeout-ms",
        "20000",
        *arguments,
        server=server,
    ).splitlines(keepends=True)


def compiled():
    subprocess.run(["javac", "-cp", f"{LIB}/*", "-d", CLASSES, *glob.glob(os.path.join(os.path.dirname(__file__), "java", "*.java"))], check=True)


def archive():
    """Makes the archive, with the tool that uses most."""
    name = topic("archive")
    produced(name, ["line\n"])
    # The one that has run without it.
    Tools.process.kill()
    Tools.process = None
    command = [
        "java",
        *PLAIN,
        f"-XX:ArchiveClassesAtExit={ARCHIVE}",
        "-cp",
        f"{LIB}/*",
        TOOLS + "consumer.ConsoleConsumer",
    ]
    command += ["--bootstrap-server", BROKER, "--topic", name, "--partition", "0", "--offset", "earliest"]
    subprocess.run([*command, "--max-messages", "1"], check=True, capture_output=True, timeout=50)


compiled()
if not os.path.exists(ARCHIVE):
    archive()


@case("create topic")
def _():
    name = created(topic("create"), "--config", "retention.ms=3600000", partitions=3)
    holds(
        tool(TOPICS, "--describe", "--topic", name),
        r"PartitionCount: 3\s+ReplicationFactor: 1",
        r"retention\.ms=3600000",
        r"Partition: 2\s+Leader: \d+\s+Replicas: \d+\s+Isr: \d+",
    )
    holds(tool(TOPICS, "--create", "--topic", name, fails=True), f"Topic '{name}' already exists")


@case("invalid names")
def _():
    for name in ["grün", "a b"]:
        holds(tool(TOPICS, "--create", "--topic", name, fails=True), "Topic name is invalid")


@case("partitions")
def _():
    name = created(topic("grow"))
    tool(TOPICS, "--alter", "--topic", name, "--partitions", "4")
    holds(tool(TOPICS, "--describe", "--topic", name), "PartitionCount: 4")


@case("delete topic")
def _():
    name = created(topic("gone"))
    tool(TOPICS, "--delete", "--topic", name)
    equal(name in tool(TOPICS, "--list"), False)


@case("configurations")
def _():
    name = created(topic("configured"))
    entity = ["--entity-type", "topics", "--entity-name", name]
    tool(CONFIGS, *entity, "--alter", "--add-config", "max.message.bytes=2000,cleanup.policy=[compact,delete]")
    text = tool(CONFIGS, *entity, "--describe", "--all")
    holds(
        text,
        "max.message.bytes=2000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:max.message.bytes=2000, DEFAULT_CONFIG:message.max.bytes=1048588}",
        "cleanup.policy=compact,delete",
        "retention.ms=604800000",
    )
    tool(CONFIGS, *entity, "--alter", "--delete-config", "max.message.bytes")
    equal("max.message.bytes" in tool(CONFIGS, *entity, "--describe"), False, "still there")
    broker = ["--entity-type", "brokers", "--entity-default"]
    tool(CONFIGS, *broker, "--alter", "--add-config", "log.cleaner.threads=2")
    holds(tool(CONFIGS, *broker, "--describe"), "log.cleaner.threads=2")
    tool(CONFIGS, *broker, "--alter", "--delete-config", "log.cleaner.threads")


@case("produce, consume")
def _():
    name = topic("plain")
    lines = [f"line {i}\n" for i in range(1000)]
    produced(name, lines)
    equal(consumed(name, 1000), lines)
    equal(consumed(name, 2, offset="998"), lines[998:])


for codec in CODECS:

    @case(f"{codec}")
    def _(codec=codec):
        name = topic(codec)
        lines = [f"{i} {'again ' * 30}\n" for i in range(300)]
        produced(name, lines, f"compression.type={codec}", "linger.ms=50")
        equal(consumed(name, 300), lines)


@case("for the others")
def _():
    topics, values = left("java")
    for codec, name in topics.items():
        produced(created(name), [f"{value}\n" for value in values], f"compression.type={codec}")


from_the_others(lambda name, count: [line.rstrip("\n") for line in consumed(name, count)])


@case("headers")
def _():
    name = topic("headers")
    tool(
        TOOLS + "ConsoleProducer",
        "--topic",
        name,
        "--reader-property",
        "parse.headers=true",
        "--reader-property",
        "parse.key=true",
        "--reader-property",
        "headers.delimiter=|",
        "--reader-property",
        "key.separator=;",
        "--reader-property",
        "null.marker=NULL",
        given="a:1,größe:ß|k;v\na:2|k;NULL\n",
    )
    printed = [part for key in ["headers", "key", "offset"] for part in ("--formatter-property", f"print.{key}=true")]
    equal(consumed(name, 2, *printed), ["Offset:0\ta:1,größe:ß\tk\tv\n", "Offset:1\ta:2\tk\tnull\n"])


@case("1 MB")
def _():
    name = topic("mb")
    produced(name, ["x" * 1000000], "max.request.size=2000000")
    equal(consumed(name, 1) == ["x" * 1000000 + "\n"], True)


@case("over the limit")
def _():
    name = topic("over")
    # This tool exits with 0 and prints what failed.
    arguments = ["--bootstrap-server", BROKER, "--topic", name, "--num-records", "1", "--record-size", "1100000"]
    arguments += ["--throughput", "-1", "--command-property", "max.request.size=3000000"]
    done = Tools.run(TOOLS + "ProducerPerformance", arguments)
    holds(done["out"] + done["err"], r"\.RecordTooLargeException: ")


@case("10 MB")
def _():
    name = created(topic("ten"), "--config", "max.message.bytes=10500000")
    line = "0123456789" * 1000000
    produced(name, [line], "max.request.size=20000000", "buffer.memory=50000000")
    sizes = [
        "--command-property",
        "max.partition.fetch.bytes=10500000",
        "--command-property",
        "fetch.max.bytes=20000000",
    ]
    equal(consumed(name, 1, *sizes) == [line + "\n"], True)


@case("producer-perf-test")
def _():
    name = created(topic("perf"), partitions=2)
    text = tool(
        TOOLS + "ProducerPerformance",
        "--topic",
        name,
        "--num-records",
        "100000",
        "--record-size",
        "1000",
        "--throughput",
        "-1",
        "--command-property",
        "acks=all",
        "--command-property",
        "compression.type=lz4",
    )
    holds(text, "^100000 records sent|\n100000 records sent")
    offsets = tool(TOOLS + "GetOffsetShell", "--topic", name).split()
    equal(sum(int(line.split(":")[2]) for line in offsets), 100000, "records")


@case("by timestamp")
def _():
    name = topic("offsets")
    produced(name, ["a\n", "b\n", "c\n"])
    for time, offset in [("earliest", 0), ("latest", 3), ("max-timestamp", None)]:
        found = tool(TOOLS + "GetOffsetShell", "--topic", name, "--time", time).strip()
        holds(found, f"^{name}:0:{'[012]' if offset is None else offset}$")


@case("log directories")
def _():
    name = topic("dirs")
    produced(name, ["some bytes\n"])
    text = tool(TOOLS + "LogDirsCommand", "--describe", "--topic-list", name)
    holds(text, f'"partition":"{name}-0","size":78,"offsetLag":0,"isFuture":false', '"error":null')


@case("features")
def _():
    holds(
        tool(TOOLS + "FeatureCommand", "describe"),
        r"Feature: metadata\.version\s+SupportedMinVersion: \S+\s+"
        r"SupportedMaxVersion: \S+\s+FinalizedVersionLevel: \S+",
        r"Feature: kraft\.version",
    )


@case("delete records")
def _():
    name = topic("cut")
    produced(name, [f"{i}\n" for i in range(10)])
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write('{"partitions": [{"topic": "%s", "partition": 0, "offset": 4}], "version": 1}' % name)
        file.flush()
        text = tool(TOOLS + "DeleteRecordsCommand", "--offset-json-file", file.name)
    holds(text, f"partition: {name}-0\tlow_watermark: 4")
    equal(consumed(name, 6), [f"{i}\n" for i in range(4, 10)])


@case("quorum")
def _():
    holds(
        tool(TOOLS + "MetadataQuorumCommand", "describe", "--status"),
        r"ClusterId:\s+\S+",
        r"LeaderId:\s+\d+",
        r"HighWatermark:\s+\d+",
        r"CurrentVoters:",
    )
    holds(tool(TOOLS + "MetadataQuorumCommand", "describe", "--replication"), "Leader")


@case("cluster")
def _():
    holds(tool(TOOLS + "BrokerApiVersionsCommand"), r"Produce\(0\): 0 to 13", r"Fetch\(1\): 4 to 18 \[usable: 18\]")


@case("second listener")
def _():
    name = created(topic("second"), server=SECOND)
    produced(name, ["through the other door\n"], server=SECOND)
    equal(consumed(name, 1), ["through the other door\n"])
    equal(consumed(name, 1, server=SECOND), ["through the other door\n"])
