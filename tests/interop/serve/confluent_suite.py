"""confluent-kafka, which is librdkafka with Python around it."""

import threading
import time

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
    TIMESTAMP_CREATE_TIME,
    TIMESTAMP_LOG_APPEND_TIME,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from suite import BROKER, CODECS, SECOND, case, equal, from_the_others, left, topic

admin = AdminClient({"bootstrap.servers": BROKER})
BEGINNING = -2


def dotted(config):
    """Settings by their own names. Those that are functions of Python are called as Python has it."""
    return {key if callable(value) else key.replace("_", "."): value for key, value in config.items()}


def created(name, partitions=1, **config):
    admin.create_topics([NewTopic(name, partitions, 1, config=dotted(config))])[name].result(20)
    return name


def producer(**config):
    return Producer({"bootstrap.servers": BROKER, **dotted(config)})


def produced(sender, name, values, **rest):
    """Sends and waits; the offsets, or the first error."""
    reports = []
    for value in values:
        while True:
            try:
                sender.produce(name, value, on_delivery=lambda error, message: reports.append((error, message)), **rest)
                break
            except BufferError:
                sender.poll(0.1)
        sender.poll(0)
    sender.flush(40)
    for error, _ in reports:
        if error is not None:
            raise KafkaException(error)
    equal(len(reports), len(values), "delivery reports")
    return [message.offset() for _, message in reports]


def consumer(**config):
    return Consumer(
        {
            "bootstrap.servers": BROKER,
            "group.id": "assigned",
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            **dotted(config),
        }
    )


def consumed(name, count, offset=BEGINNING, partition=0, **config):
    reader = consumer(**config)
    reader.assign([TopicPartition(name, partition, offset)])
    messages = []
    end = time.monotonic() + 30
    while len(messages) < count and time.monotonic() < end:
        message = reader.poll(1)
        if message is None:
            continue
        if message.error():
            raise KafkaException(message.error())
        messages.append(message)
    equal(reader.poll(0.1), None, "what comes after the last")
    reader.close()
    equal(len(messages), count, "messages")
    return messages


def refused(code, action):
    try:
        action()
    except KafkaException as error:
        equal(error.args[0].code(), code, f"error code of {error.args[0]}")
        return error.args[0]
    raise AssertionError("was not refused")


@case("create topic")
def _():
    name = created(topic("create"), 3)
    metadata = admin.list_topics(name, timeout=10)
    equal(sorted(metadata.topics[name].partitions), [0, 1, 2])
    refused(KafkaError.TOPIC_ALREADY_EXISTS, lambda: created(name))
    name = topic("validated")
    admin.create_topics([NewTopic(name, 2, 1)], validate_only=True)[name].result(10)
    equal(name in admin.list_topics(timeout=10).topics, False, "created though only validated")
    refused(KafkaError.INVALID_REPLICATION_FACTOR, lambda: admin.create_topics([NewTopic(name, 1, 3)])[name].result(10))
    refused(KafkaError.INVALID_CONFIG, lambda: created(name, retention_ms="soon"))


@case("topic on demand")
def _():
    name = topic("on-demand")
    equal(produced(producer(), name, [b"first"]), [0])
    equal([message.value() for message in consumed(name, 1)], [b"first"])


@case("produce, consume")
def _():
    name = created(topic("plain"), 2)
    values = [b"value %d" % i for i in range(1000)]
    equal(produced(producer(), name, values, partition=1, key=b"k"), list(range(1000)), "offsets")
    messages = consumed(name, 1000, partition=1)
    equal([message.value() for message in messages], values)
    equal([message.offset() for message in messages], list(range(1000)))
    equal({message.key() for message in messages}, {b"k"})
    equal([message.value() for message in consumed(name, 1, offset=999, partition=1)], values[999:])


for codec in CODECS:

    @case(f"{codec}")
    def _(codec=codec):
        name = created(topic(codec))
        values = [b"%d %s " % (i, codec.encode()) * 40 for i in range(500)]
        produced(producer(compression_type=codec, linger_ms=50), name, values)
        equal([message.value() for message in consumed(name, 500)], values)

    @case(f"{codec} by the broker")
    def _(codec=codec):
        name = created(topic(f"broker-{codec}"), compression_type="uncompressed" if codec == "none" else codec)
        values = [b"%d %s " % (i, codec.encode()) * 40 for i in range(500)]
        produced(producer(compression_type="gzip" if codec == "none" else "none", linger_ms=50), name, values)
        equal([message.value() for message in consumed(name, 500)], values)


@case("for the others")
def _():
    topics, values = left("confluent")
    for codec, name in topics.items():
        produced(producer(compression_type=codec, linger_ms=50), created(name), values)


from_the_others(lambda name, count: [message.value().decode() for message in consumed(name, count)])


@case("1 MB")
def _():
    # A record of exactly max.message.bytes (1048588) as a batch of its own: 61 of batch header, 11 of the record's.
    name = created(topic("mb"))
    value = bytes(range(250)) * 3990
    produced(producer(), name, [value])
    produced(producer(message_max_bytes=1100000), name, [b"x" * (1048588 - 61 - 11)])
    first, second = consumed(name, 2)
    equal(first.value() == value, True)
    equal(len(second.value()), 1048588 - 72)


@case("over the limit")
def _():
    name = created(topic("over"))
    large = producer(message_max_bytes=2000000)
    refused(KafkaError.MSG_SIZE_TOO_LARGE, lambda: produced(large, name, [b"x" * 1048588]))
    equal(produced(large, name, [b"small"]), [0], "offset after the refused one")
    name = created(topic("over"), max_message_bytes="1000")
    refused(KafkaError.MSG_SIZE_TOO_LARGE, lambda: produced(large, name, [b"x" * 1000]))


@case("10 MB")
def _():
    name = created(topic("ten"), max_message_bytes="10500000")
    value = bytes(range(250)) * 40000
    produced(producer(message_max_bytes=10600000), name, [value, value])
    sizes = dict(fetch_message_max_bytes=10500000, receive_message_max_bytes=30000000, fetch_max_bytes=25000000)
    messages = consumed(name, 2, **sizes)
    equal([message.value() == value for message in messages], [True, True])
    # A reader whose limit is smaller gets the first message whole all the same (KIP-74).
    small = dict(
        fetch_message_max_bytes=1000, fetch_max_bytes=1000, message_max_bytes=1000, receive_message_max_bytes=30000000
    )
    equal(consumed(name, 2, **small)[1].value() == value, True)


@case("invalid names")
def _():
    for name in ["grün", "日本", "a b", "a/b", "..", ".", "x" * 250, "a:b"]:
        refused(KafkaError.TOPIC_EXCEPTION, lambda: created(name))
        metadata = admin.list_topics(name, timeout=10)
        equal(metadata.topics[name].error.code(), KafkaError.TOPIC_EXCEPTION, name)
    refused(KafkaError.TOPIC_EXCEPTION, lambda: produced(producer(message_timeout_ms=5000), "grün", [b""]))
    created(topic("x" * 240))
    one = topic("with.dot")
    created(one)
    refused(KafkaError.TOPIC_EXCEPTION, lambda: created(one.replace(".", "_")))


@case("idempotent")
def _():
    name = created(topic("idempotent"))
    values = [b"%d" % i for i in range(5000)]
    sender = producer(enable_idempotence=True, linger_ms=0, batch_num_messages=50)
    equal(produced(sender, name, values), list(range(5000)), "offsets")
    equal([message.value() for message in consumed(name, 5000)], values)


@case("pipelined")
def _():
    name = created(topic("pipelined"))
    values = [b"%d" % i for i in range(3000)]
    sender = producer(max_in_flight_requests_per_connection=100, batch_num_messages=1, linger_ms=0, retries=0)
    equal(produced(sender, name, values), list(range(3000)), "offsets")
    equal([message.value() for message in consumed(name, 3000)], values)


@case("acks 0 and 1")
def _():
    name = created(topic("acks"))
    produced(producer(acks="0"), name, [b"none"] * 100)
    produced(producer(acks="1"), name, [b"one"] * 100)
    equal([message.value() for message in consumed(name, 200)], [b"none"] * 100 + [b"one"] * 100)


@case("long poll")
def _():
    name = created(topic("poll"))
    sender = producer()
    reader = consumer(fetch_wait_max_ms=20000, fetch_min_bytes=1)
    reader.assign([TopicPartition(name, 0, BEGINNING)])
    equal(reader.poll(2), None, "before anything is there")
    times = []
    for _ in range(5):
        start = time.monotonic()
        threading.Timer(0.3, lambda: produced(sender, name, [b"wake"])).start()
        equal(reader.poll(10).value(), b"wake")
        times.append(time.monotonic() - start)
    reader.close()
    # The fetch is answered when the record comes, not when its 20 s are over.
    equal(max(times) < 3, True, f"woken after {times}")


@case("by timestamp")
def _():
    name = created(topic("time"))
    sender = producer()
    for i in range(10):
        produced(sender, name, [b"%d" % i], timestamp=1700000000000 + i * 1000)
    reader = consumer()

    def at(timestamp):
        return reader.offsets_for_times([TopicPartition(name, 0, timestamp)], timeout=10)[0].offset

    equal([at(1700000003000), at(1700000003001), at(1600000000000)], [3, 4, 0], "offsets")
    equal(at(1900000000000), -1, "offset of a time after the last")
    equal(reader.get_watermark_offsets(TopicPartition(name, 0), timeout=10), (0, 10))
    reader.close()
    for spec, offset in [(OffsetSpec.earliest(), 0), (OffsetSpec.latest(), 10), (OffsetSpec.max_timestamp(), 9)]:
        partition = TopicPartition(name, 0)
        equal(admin.list_offsets({partition: spec})[partition].result(10).offset, offset, repr(spec))
    equal(consumed(name, 1, offset=9)[0].timestamp(), (TIMESTAMP_CREATE_TIME, 1700000009000))
    name = created(topic("append-time"), message_timestamp_type="LogAppendTime")
    produced(sender, name, [b""], timestamp=1700000000000)
    kind, timestamp = consumed(name, 1)[0].timestamp()
    equal(kind, TIMESTAMP_LOG_APPEND_TIME)
    equal(abs(timestamp / 1000 - time.time()) < 60, True, "append time")


@case("headers")
def _():
    name = created(topic("headers"))
    headers = [("a", b"1"), ("a", b"2"), ("empty", b""), ("null", None), ("größe", "ß".encode())]
    produced(producer(), name, [b"v"], headers=headers)
    equal(consumed(name, 1)[0].headers(), headers)


@case("tombstones")
def _():
    name = created(topic("tombstones"), cleanup_policy="compact")
    sender = producer()
    produced(sender, name, [b"v", None, b""], key=b"k")
    equal(
        [(message.key(), message.value()) for message in consumed(name, 3)], [(b"k", b"v"), (b"k", None), (b"k", b"")]
    )
    # A compacted topic takes no record without a key.
    refused(KafkaError.INVALID_RECORD, lambda: produced(sender, name, [b"v"]))


@case("partitions")
def _():
    name = created(topic("grow"))
    admin.create_partitions([NewPartitions(name, 4)])[name].result(10)
    equal(sorted(admin.list_topics(name, timeout=10).topics[name].partitions), [0, 1, 2, 3])
    equal(produced(producer(), name, [b"in the new one"], partition=3), [0])
    refused(KafkaError.INVALID_PARTITIONS, lambda: admin.create_partitions([NewPartitions(name, 2)])[name].result(10))


@case("configurations")
def _():
    name = created(topic("configured"), retention_ms="3600000")
    resource = ConfigResource(ResourceType.TOPIC, name)

    def described():
        return admin.describe_configs([resource])[resource].result(10)

    configs = described()
    equal(configs["retention.ms"].value, "3600000")
    equal(configs["retention.ms"].is_default, False)
    equal(configs["max.message.bytes"].value, "1048588")
    equal(configs["max.message.bytes"].is_default, True)
    change = ConfigResource(
        ResourceType.TOPIC,
        name,
        incremental_configs=[
            ConfigEntry("max.message.bytes", "2000", incremental_operation=AlterConfigOpType.SET),
            ConfigEntry("retention.ms", None, incremental_operation=AlterConfigOpType.DELETE),
            ConfigEntry("cleanup.policy", "compact", incremental_operation=AlterConfigOpType.APPEND),
        ],
    )
    admin.incremental_alter_configs([change])[change].result(10)
    configs = described()
    equal(configs["max.message.bytes"].value, "2000")
    equal(configs["retention.ms"].value, "604800000")
    equal(configs["cleanup.policy"].value, "delete,compact")
    wrong = ConfigResource(
        ResourceType.TOPIC,
        name,
        incremental_configs=[ConfigEntry("no.such", "1", incremental_operation=AlterConfigOpType.SET)],
    )
    refused(KafkaError.INVALID_CONFIG, lambda: admin.incremental_alter_configs([wrong])[wrong].result(10))
    absent = ConfigResource(ResourceType.TOPIC, "no-such-topic")
    refused(KafkaError.UNKNOWN_TOPIC_OR_PART, lambda: admin.describe_configs([absent])[absent].result(10))
    node = ConfigResource(ResourceType.BROKER, next(iter(admin.list_topics(timeout=10).brokers)).__str__())
    equal("log.retention.hours" in admin.describe_configs([node])[node].result(10), True, "of the broker")


@case("delete records")
def _():
    name = created(topic("cut"))
    produced(producer(), name, [b"%d" % i for i in range(10)])
    result = admin.delete_records([TopicPartition(name, 0, 4)])
    equal(next(iter(result.values())).result(10).low_watermark, 4)
    equal([message.value() for message in consumed(name, 6)], [b"%d" % i for i in range(4, 10)])
    refused(
        KafkaError.OFFSET_OUT_OF_RANGE,
        lambda: next(iter(admin.delete_records([TopicPartition(name, 0, 99)]).values())).result(10),
    )
    refused(KafkaError._AUTO_OFFSET_RESET, lambda: consumed(name, 1, offset=2))


@case("cluster")
def _():
    cluster = admin.describe_cluster().result(10)
    equal(len(cluster.nodes), 1, "nodes")
    equal(len(cluster.cluster_id) > 10, True, cluster.cluster_id)
    equal(cluster.controller is not None, True, "controller")


@case("delete topic")
def _():
    name = created(topic("gone"))
    produced(producer(), name, [b"v"])
    admin.delete_topics([name])[name].result(10)
    equal(name in admin.list_topics(timeout=10).topics, False)
    refused(KafkaError.UNKNOWN_TOPIC_OR_PART, lambda: admin.delete_topics([name])[name].result(10))
    # Its next life begins at 0.
    created(name)
    equal(produced(producer(), name, [b"again"]), [0])


@case("second listener")
def _():
    # What the second listener tells clients is its own address, or they would leave for the first.
    there = AdminClient({"bootstrap.servers": SECOND})
    host, port = SECOND.rsplit(":", 1)
    equal([(node.host, str(node.port)) for node in there.list_topics(timeout=10).brokers.values()], [(host, port)])
    name = created(topic("second"))
    sender = Producer({"bootstrap.servers": SECOND})
    equal(produced(sender, name, [b"through the other door"]), [0])
    equal(consumed(name, 1)[0].value(), b"through the other door")
