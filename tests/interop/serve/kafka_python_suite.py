"""kafka-python: the protocol in Python alone."""

import threading
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import (
    InvalidConfigurationError,
    InvalidPartitionsError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    OffsetOutOfRangeError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
)

from suite import BROKER, CODECS, case, equal, from_the_others, left, topic

admin = KafkaAdminClient(bootstrap_servers=BROKER)


def created(name, partitions=1, **configs):
    configs = {key.replace("_", "."): value for key, value in configs.items()}
    admin.create_topics({name: {"num_partitions": partitions, "replication_factor": 1, "configs": configs}})
    return name


def produced(name, values, partition=0, settings=None, **rest):
    """Sends and waits; the offsets, or the first error."""
    sender = KafkaProducer(bootstrap_servers=BROKER, **(settings or {}))
    try:
        futures = [sender.send(name, value, partition=partition, **rest) for value in values]
        sender.flush(40)
        return [future.get(40).offset for future in futures]
    finally:
        sender.close(5)


def consumer(**settings):
    return KafkaConsumer(bootstrap_servers=BROKER, group_id=None, enable_auto_commit=False, **settings)


def consumed(name, count, offset=None, partition=0, **settings):
    reader = consumer(auto_offset_reset="none", **settings)
    assigned = TopicPartition(name, partition)
    reader.assign([assigned])
    reader.seek_to_beginning(assigned) if offset is None else reader.seek(assigned, offset)
    messages = []
    end = time.monotonic() + 30
    while len(messages) < count and time.monotonic() < end:
        messages += reader.poll(1000).get(assigned, [])
    reader.close()
    equal(len(messages), count, "messages")
    return messages


def values_of(messages):
    return [message.value for message in messages]


def refused(kind, action):
    try:
        action()
    except KafkaError as error:
        equal(type(error).__name__, kind.__name__, "error")
        return
    raise AssertionError("was not refused")


@case("create topic")
def _():
    name = created(topic("create"), 3)
    (described,) = admin.describe_topics([name])
    equal(sorted(partition["partition_index"] for partition in described["partitions"]), [0, 1, 2])
    equal(name in admin.list_topics(), True)
    refused(TopicAlreadyExistsError, lambda: created(name))
    refused(InvalidConfigurationError, lambda: created(topic("wrong"), retention_ms="soon"))
    admin.create_topics({(name := topic("validated")): {"num_partitions": 1}}, validate_only=True)
    equal(name in admin.list_topics(), False, "created though only validated")


@case("topic on demand")
def _():
    name = topic("on-demand")
    equal(produced(name, [b"first"]), [0])
    equal(values_of(consumed(name, 1)), [b"first"])


@case("produce, consume")
def _():
    name = created(topic("plain"), 2)
    values = [b"value %d" % i for i in range(1000)]
    equal(produced(name, values, partition=1, key=b"k"), list(range(1000)), "offsets")
    messages = consumed(name, 1000, partition=1)
    equal(values_of(messages), values)
    equal([message.offset for message in messages], list(range(1000)))
    equal({message.key for message in messages}, {b"k"})
    equal(values_of(consumed(name, 1, offset=999, partition=1)), values[999:])


for codec in CODECS:

    @case(f"{codec}")
    def _(codec=codec):
        name = created(topic(codec))
        values = [b"%d %s " % (i, codec.encode()) * 40 for i in range(300)]
        produced(name, values, settings={"compression_type": None if codec == "none" else codec, "linger_ms": 50})
        equal(values_of(consumed(name, 300)), values)

    @case(f"{codec} by the broker")
    def _(codec=codec):
        name = created(topic(f"broker-{codec}"), compression_type="uncompressed" if codec == "none" else codec)
        values = [b"%d %s " % (i, codec.encode()) * 40 for i in range(300)]
        produced(name, values, settings={"compression_type": "gzip" if codec == "none" else None, "linger_ms": 50})
        equal(values_of(consumed(name, 300)), values)


@case("for the others")
def _():
    topics, values = left("kafka-python")
    for codec, name in topics.items():
        settings = {"compression_type": None if codec == "none" else codec, "linger_ms": 50}
        produced(created(name), [value.encode() for value in values], settings=settings)


from_the_others(lambda name, count: [value.decode() for value in values_of(consumed(name, count))])


@case("1 MB")
def _():
    name = created(topic("mb"))
    value = bytes(range(250)) * 4000
    produced(name, [value], settings={"max_request_size": 2000000})
    equal(consumed(name, 1)[0].value == value, True)


@case("over the limit")
def _():
    name = created(topic("over"))
    large = {"max_request_size": 3000000}
    refused(MessageSizeTooLargeError, lambda: produced(name, [b"x" * 1048588], settings=large))
    equal(produced(name, [b"small"]), [0], "offset after the refused one")


@case("10 MB")
def _():
    name = created(topic("ten"), max_message_bytes="10500000")
    value = bytes(range(250)) * 40000
    produced(name, [value, value], settings={"max_request_size": 20000000})
    messages = consumed(name, 2, fetch_max_bytes=50000000, max_partition_fetch_bytes=25000000)
    equal([message.value == value for message in messages], [True, True])
    equal(consumed(name, 2, max_partition_fetch_bytes=1000)[1].value == value, True)


@case("invalid names")
def _():
    for name in ["grün", "日本", "a b", "a/b", "..", ".", "x" * 250, "a:b"]:
        refused(InvalidTopicError, lambda: created(name))


@case("idempotent")
def _():
    name = created(topic("idempotent"))
    values = [b"%d" % i for i in range(2000)]
    settings = {"enable_idempotence": True, "linger_ms": 0, "batch_size": 500}
    equal(produced(name, values, settings=settings), list(range(2000)), "offsets")
    equal(values_of(consumed(name, 2000)), values)


@case("pipelined")
def _():
    name = created(topic("pipelined"))
    values = [b"%d" % i for i in range(1000)]
    settings = {
        "enable_idempotence": False,
        "retries": 0,
        "max_in_flight_requests_per_connection": 50,
        "batch_size": 0,
        "linger_ms": 0,
    }
    equal(produced(name, values, settings=settings), list(range(1000)), "offsets")
    equal(values_of(consumed(name, 1000)), values)


@case("acks 0 and 1")
def _():
    name = created(topic("acks"))
    produced(name, [b"none"] * 100, settings={"acks": 0, "enable_idempotence": False})
    produced(name, [b"one"] * 100, settings={"acks": 1, "enable_idempotence": False})
    equal(values_of(consumed(name, 200)), [b"none"] * 100 + [b"one"] * 100)


@case("long poll")
def _():
    name = created(topic("poll"))
    reader = consumer(fetch_max_wait_ms=20000, request_timeout_ms=40000)
    partition = TopicPartition(name, 0)
    reader.assign([partition])
    reader.seek_to_beginning(partition)
    equal(reader.poll(2000), {}, "before anything is there")
    start = time.monotonic()
    timer = threading.Timer(0.3, lambda: produced(name, [b"wake"]))
    timer.start()
    equal(values_of(reader.poll(10000)[partition]), [b"wake"])
    # The fetch is answered when the record comes, not when its 20 s are over.
    equal(time.monotonic() - start < 4, True, "woken in time")
    timer.join()
    reader.close()


@case("by timestamp")
def _():
    name = created(topic("time"))
    for i in range(10):
        produced(name, [b"%d" % i], timestamp_ms=1700000000000 + i * 1000)
    reader = consumer()
    partition = TopicPartition(name, 0)

    def at(timestamp):
        found = reader.offsets_for_times({partition: timestamp})[partition]
        return found and (found.offset, found.timestamp)

    equal(at(1700000003000), (3, 1700000003000))
    equal(at(1700000003001), (4, 1700000004000))
    equal(at(1600000000000), (0, 1700000000000))
    equal(at(1900000000000), None)
    equal((reader.beginning_offsets([partition]), reader.end_offsets([partition])), ({partition: 0}, {partition: 10}))
    reader.close()
    for spec, offset in [(OffsetSpec.EARLIEST, 0), (OffsetSpec.LATEST, 10), (OffsetSpec.MAX_TIMESTAMP, 9)]:
        equal(admin.list_partition_offsets({partition: spec})[partition].offset, offset, repr(spec))


@case("headers")
def _():
    name = created(topic("headers"))
    headers = [("a", b"1"), ("a", b"2"), ("empty", b""), ("größe", "ß".encode())]
    produced(name, [b"v"], headers=headers)
    equal(list(consumed(name, 1)[0].headers), headers)


@case("tombstones")
def _():
    name = created(topic("tombstones"), cleanup_policy="compact")
    produced(name, [b"v", None, b""], key=b"k")
    equal([(message.key, message.value) for message in consumed(name, 3)], [(b"k", b"v"), (b"k", None), (b"k", b"")])


@case("partitions")
def _():
    name = created(topic("grow"))
    admin.create_partitions({name: 4})
    (described,) = admin.describe_topics([name])
    equal(len(described["partitions"]), 4)
    equal(produced(name, [b"in the new one"], partition=3), [0])
    refused(InvalidPartitionsError, lambda: admin.create_partitions({name: 2}))


@case("configurations")
def _():
    name = created(topic("configured"), retention_ms="3600000")

    def described(keys=None):
        resource = ConfigResource(ConfigResourceType.TOPIC, name, configs=keys)
        return admin.describe_configs([resource], config_filter="all")["topic"][name]

    equal(described()["retention.ms"]["value"], "3600000")
    equal(described()["max.message.bytes"]["value"], "1048588")
    change = {
        "max.message.bytes": ("SET", "2000"),
        "retention.ms": ("DELETE", None),
        "cleanup.policy": ("APPEND", "compact"),
    }
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=change)])
    equal(described()["max.message.bytes"]["value"], "2000")
    equal(described()["retention.ms"]["value"], "604800000")
    equal(described()["cleanup.policy"]["value"], "delete,compact")


@case("delete records")
def _():
    name = created(topic("cut"))
    produced(name, [b"%d" % i for i in range(10)])
    partition = TopicPartition(name, 0)
    admin.delete_records({partition: 4})
    equal(values_of(consumed(name, 6)), [b"%d" % i for i in range(4, 10)])
    refused(OffsetOutOfRangeError, lambda: consumed(name, 1, offset=2))
    refused(OffsetOutOfRangeError, lambda: admin.delete_records({partition: 99}))


@case("log directories")
def _():
    name = created(topic("dirs"), 2)
    produced(name, [b"some bytes"])
    (node,) = admin.describe_log_dirs({name: [0, 1]})
    (directory,) = node["log_dirs"] if "log_dirs" in node else node["results"]
    (found,) = directory["topics"]
    sizes = {partition["partition_index"]: partition["partition_size"] for partition in found["partitions"]}
    equal(sizes, {0: 61 + 17, 1: 0})


@case("cluster")
def _():
    cluster = admin.describe_cluster()
    equal(len(cluster["brokers"]), 1, "nodes")
    equal(len(cluster["cluster_id"]) > 10, True, cluster)
    equal("finalized" in admin.describe_features()["metadata.version"], True, "features")
    quorum = admin.describe_metadata_quorum()
    equal(quorum["topics"][0]["partitions"][0]["leader_id"], cluster["controller_id"], "leader of the quorum")


@case("delete topic")
def _():
    name = created(topic("gone"))
    produced(name, [b"v"])
    admin.delete_topics([name])
    equal(name in admin.list_topics(), False)
    refused(UnknownTopicOrPartitionError, lambda: admin.delete_topics([name]))
    created(name)
    equal(produced(name, [b"again"]), [0])
