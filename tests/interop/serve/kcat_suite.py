"""kcat, as Debian has it: an older librdkafka behind a command line."""

import json
import subprocess
import threading
import time

from suite import BROKER, CODECS, KAFKIT, case, equal, from_the_others, left, topic


def kcat(*arguments, given=b"", fails=False):
    done = subprocess.run(["kcat", "-b", BROKER, *arguments], input=given, capture_output=True, timeout=40)
    text = (done.stdout + done.stderr).decode(errors="replace")
    equal((done.returncode != 0, text), (fails, text), "failed, and what it said")
    return text if fails else done.stdout


def answered(api, body):
    """kcat has no administration; kafkit has."""
    command = [KAFKIT, "send", api, BROKER, "--body", json.dumps(body), "--fail-on-error", "--format", "json"]
    done = subprocess.run(command, capture_output=True, timeout=10)
    equal((done.returncode, done.stderr), (0, b""), "kafkit send")
    return json.loads(done.stdout)["body"]


def created(name, partitions=2, **configs):
    configs = [{"name": key.replace("_", "."), "value": value} for key, value in configs.items()]
    new = {"name": name, "numPartitions": partitions, "replicationFactor": 1, "configs": configs}
    answered("create-topics", {"topics": [new], "timeoutMs": 10000})
    return name


def consumed(name, *arguments, offset="beginning", partition=0):
    return kcat("-C", "-t", name, "-p", str(partition), "-o", offset, "-e", "-q", *arguments)


@case("cluster")
def _():
    metadata = json.loads(kcat("-L", "-J"))
    equal([broker["name"] for broker in metadata["brokers"]], [BROKER])


@case("topic on demand")
def _():
    name = topic("on-demand")
    kcat("-P", "-t", name, "-p", "0", given=b"first")
    equal(consumed(name), b"first\n")


@case("produce, consume")
def _():
    name = created(topic("plain"))
    lines = b"".join(b"%d\n" % i for i in range(1000))
    kcat("-P", "-t", name, "-p", "1", "-k", "k", given=lines)
    equal(consumed(name, partition=1), lines)
    equal(consumed(name, "-f", "%k %o %s\n", offset="999", partition=1), b"k 999 999\n")
    equal(consumed(name, offset="-2", partition=1), b"998\n999\n")


for codec in CODECS:

    @case(f"{codec}")
    def _(codec=codec):
        name = created(topic(codec))
        lines = b"".join(b"%d %s\n" % (i, b"again " * 30) for i in range(500))
        kcat("-P", "-t", name, "-p", "0", "-z", codec, given=lines)
        equal(consumed(name), lines)

    @case(f"{codec} by the broker")
    def _(codec=codec):
        name = created(topic(f"broker-{codec}"), compression_type="uncompressed" if codec == "none" else codec)
        lines = b"".join(b"%d %s\n" % (i, b"again " * 30) for i in range(500))
        kcat("-P", "-t", name, "-p", "0", "-z", "gzip" if codec == "none" else "none", given=lines)
        equal(consumed(name), lines)


@case("for the others")
def _():
    topics, values = left("kcat")
    for codec, name in topics.items():
        kcat("-P", "-t", created(name), "-p", "0", "-z", codec, given="\n".join(values).encode())


from_the_others(lambda name, _: consumed(name).decode().splitlines())


@case("1 MB")
def _():
    name = created(topic("mb"))
    line = b"0123456789" * 100000
    kcat("-P", "-t", name, "-p", "0", "-X", "message.max.bytes=2000000", given=line)
    equal(consumed(name) == line + b"\n", True)


@case("over the limit")
def _():
    name = created(topic("over"))
    said = kcat("-P", "-t", name, "-p", "0", "-X", "message.max.bytes=2000000", given=b"x" * 1100000, fails=True)
    equal("Message size too large" in said, True, said)


@case("10 MB")
def _():
    name = created(topic("ten"), max_message_bytes="10500000")
    line = b"0123456789" * 1000000
    kcat("-P", "-t", name, "-p", "0", "-X", "message.max.bytes=10600000", given=line)
    equal(consumed(name, "-X", "fetch.message.max.bytes=10500000") == line + b"\n", True)


@case("invalid names")
def _():
    for name in ["grün", "a b", ".."]:
        said = kcat("-P", "-t", name, "-p", "0", given=b"v", fails=True)
        equal("Broker: Invalid topic" in said, True, said)


BATCHES = {
    "idempotent": ["-X", "enable.idempotence=true", "-X", "batch.num.messages=20"],
    "pipelined": ["-X", "batch.num.messages=1", "-X", "retries=0"],
}
for what, settings in BATCHES.items():

    @case(what)
    def _(what=what, settings=settings):
        name = created(topic(what))
        lines = b"".join(b"%d\n" % i for i in range(2000))
        kcat("-P", "-t", name, "-p", "0", *settings, given=lines)
        equal(consumed(name), lines)


@case("acks 0 and 1")
def _():
    name = created(topic("acks"))
    kcat("-P", "-t", name, "-p", "0", "-X", "acks=0", given=b"none")
    kcat("-P", "-t", name, "-p", "0", "-X", "acks=1", given=b"one")
    equal(consumed(name), b"none\none\n")


@case("long poll")
def _():
    name = created(topic("poll"))
    threading.Timer(1.5, lambda: kcat("-P", "-t", name, "-p", "0", given=b"wake")).start()
    start = time.monotonic()
    said = kcat("-C", "-t", name, "-p", "0", "-o", "beginning", "-c", "1", "-q", "-X", "fetch.wait.max.ms=20000")
    equal(said, b"wake\n")
    equal(time.monotonic() - start < 6, True, "woken in time")


@case("by timestamp")
def _():
    name = created(topic("time"))
    before = int(time.time() * 1000)
    kcat("-P", "-t", name, "-p", "0", given=b"first")
    time.sleep(0.05)
    between = int(time.time() * 1000)
    kcat("-P", "-t", name, "-p", "0", given=b"second")
    equal(kcat("-Q", "-t", f"{name}:0:{before}"), f"{name} [0] offset 0\n".encode())
    equal(kcat("-Q", "-t", f"{name}:0:{between}"), f"{name} [0] offset 1\n".encode())
    equal(kcat("-Q", "-t", f"{name}:0:{between + 1000000}"), f"{name} [0] offset -1\n".encode())
    equal(consumed(name, offset=f"s@{between}"), b"second\n")


@case("headers")
def _():
    name = created(topic("headers"))
    kcat("-P", "-t", name, "-p", "0", "-H", "a=1", "-H", "b=", "-H", "größe=ß", given=b"v")
    equal(consumed(name, "-f", "%h %s\n").decode(), "a=1,b=,größe=ß v\n")


@case("tombstones")
def _():
    name = created(topic("tombstones"), cleanup_policy="compact")
    kcat("-P", "-t", name, "-p", "0", "-K", ":", "-Z", given=b"k:v\nk:\n")
    equal(consumed(name, "-f", "%k %S\n"), b"k 1\nk -1\n")
