"""What the course's tester does, in words of its own: data directories that no broker wrote, and single requests.

The course's tester lays out a data directory by hand, starts the program with a server.properties, sends one or two
requests and looks at every byte that comes back or is on disk then. It is no package that could be fetched here, so
this has its directories and its requests, written anew from what its stages look at. What is peculiar about the
directories: no snapshot, no registration of a broker and no index is in them; the metadata log begins at offset 1 in
older ones, and its records claim -1 headers; topic ids in partition.metadata are base64 with padding and without a
line end; all batches claim producer 0, epoch 0 and sequence 0.
"""

import base64
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import uuid

import crc32c

from suite import KAFKIT, case, equal

DIRECTORY_ID = uuid.UUID("10000000-0000-4000-8000-000000000001")
EMPTY, ONE, TWO = (uuid.UUID(f"00000000-0000-4000-8000-0000000000{i}") for i in (11, 22, 33))
# Its name in base64 has both characters that URLs must not have.
ODD = uuid.UUID("fbefbeff-ffff-4fff-bfff-fffbefbeffff")


def varint(value):
    value = (value << 1) ^ (value >> 63)
    return unsigned(value & (2**64 - 1))


def unsigned(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def compact(data):
    return unsigned(len(data) + 1) + data


def array(items):
    return unsigned(len(items) + 1) + b"".join(items)


def batch(offset, values, headers=0, producer=(-1, -1, -1), epoch=0, timestamp=1726045973899):
    records = b""
    for delta, value in enumerate(values):
        record = b"\0" + varint(0) + varint(delta) + varint(-1) + varint(len(value)) + value + varint(headers)
        records += varint(len(record)) + record
    rest = struct.pack(">hiqq", 0, len(values) - 1, timestamp, timestamp) + struct.pack(">qhi", *producer)
    rest += struct.pack(">i", len(values)) + records
    return struct.pack(">qiibI", offset, len(rest) + 9, epoch, 2, crc32c.crc32c(rest)) + rest


def padded(identity):
    return base64.b64encode(identity.bytes).decode()


def data_directory(directory, topics, first=0, headers=0):
    """As the tester lays it out. Topics: (name, id, list of partitions, each a list of batches)."""

    def write(name, content):
        with open(os.path.join(directory, name), "wb") as file:
            file.write(content)

    write(
        "meta.properties",
        b"#\n#Mon Jan 15 15:04:05 UTC 2024\ncluster.id=IAAAAAAAQACAAAAAAAAAAQ\n"
        b"directory.id=" + padded(DIRECTORY_ID).rstrip("=").encode() + b"\nnode.id=1\nversion=1\n",
    )
    write(".kafka_cleanshutdown", b'{"version":0,"brokerEpoch":10}')
    feature = b"\1\x0c\0" + compact(b"metadata.version") + struct.pack(">h", 20) + b"\0"
    log = batch(first, [feature], headers, epoch=1)
    offset = first + 1
    for name, identity, partitions in topics:
        records = [b"\1\2\0" + compact(name.encode()) + identity.bytes + b"\0"]
        for index, batches in enumerate(partitions):
            one = array([struct.pack(">i", 1)])
            record = b"\1\3\1" + struct.pack(">i", index) + identity.bytes + one + one + array([]) + array([])
            records.append(record + struct.pack(">iii", 1, 0, 0) + array([DIRECTORY_ID.bytes]) + b"\0")
            os.mkdir(os.path.join(directory, f"{name}-{index}"))
            write(f"{name}-{index}/partition.metadata", f"version: 0\ntopic_id: {padded(identity)}".encode())
            write(f"{name}-{index}/00000000000000000000.log", b"".join(batches))
        log += batch(offset, records, headers, epoch=1)
        offset += len(records)
    os.mkdir(os.path.join(directory, "__cluster_metadata-0"))
    write("__cluster_metadata-0/00000000000000000000.log", log)
    write("__cluster_metadata-0/partition.metadata", b"version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ")


class Broker:
    """The program, started on such a directory as the tester starts it, but for the port."""

    def __init__(self, *topics, **rest):
        self.home = tempfile.mkdtemp(prefix="kafkit-course-")
        self.data = os.path.join(self.home, "logs")
        os.mkdir(self.data)
        data_directory(self.data, topics, **rest)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        properties = os.path.join(self.home, "server.properties")
        with open(properties, "w") as file:
            file.write(f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9093
listeners=PLAINTEXT://:{self.port},CONTROLLER://:9093
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
log.dirs={self.data}""")
        self.process = subprocess.Popen([KAFKIT, "serve", properties], stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        if not self.process.stdout.readline():
            raise AssertionError(f"did not start: {self.process.stderr.read().decode()}")
        return self

    def __exit__(self, kind, *_):
        self.process.terminate()
        said = self.process.communicate(timeout=10)[1].decode()
        shutil.rmtree(self.home)
        if kind:
            print(said)
        else:
            equal((self.process.returncode, "ERROR" in said, said), (0, False, said), "end")

    def connection(self):
        return socket.create_connection(("localhost", self.port), timeout=10)

    def log(self, partition):
        with open(os.path.join(self.data, partition, "00000000000000000000.log"), "rb") as file:
            return file.read()


def send(connection, key, version, correlation, body):
    frame = struct.pack(">hhih", key, version, correlation, 9) + b"kafka-cli" + b"\0" + body
    connection.sendall(struct.pack(">i", len(frame)) + frame)


def received(connection):
    def exactly(count):
        data = b""
        while len(data) < count:
            more = connection.recv(count - len(data))
            if not more:
                raise AssertionError(f"closed after {data!r}")
            data += more
        return data

    return exactly(struct.unpack(">i", exactly(4))[0])


def asked(connection, key, version, body):
    """The body of the answer to a request with a flexible response header."""
    correlation = 0x12345678
    send(connection, key, version, correlation, body)
    answer = received(connection)
    equal(answer[:5], struct.pack(">ib", correlation, 0), "response header")
    return answer[5:]


def fetch(connection, identity):
    partition = struct.pack(">iiqiqi", 0, -1, 0, -1, -1, 1048576) + b"\0"
    topics = [] if identity is None else [identity.bytes + array([partition]) + b"\0"]
    body = struct.pack(">iiibii", 500, 1, 52428800, 0, 0, 0) + array(topics) + array([]) + compact(b"") + b"\0"
    return asked(connection, 1, 16, body)


def fetched(records, identity, end):
    """What a fetch of the only partition has to answer, behind the session id."""
    # Who reads what is not committed gets no list of aborted transactions: null, not an empty one.
    partition = struct.pack(">ihqqq", 0, 0, end, end, 0) + b"\0"
    partition += struct.pack(">i", -1) + compact(records) + b"\0"
    return array([identity.bytes + array([partition]) + b"\0"]) + b"\0"


API_VERSIONS = compact(b"kafka-cli") + compact(b"0.1") + b"\0"


@case("api versions")
def _():
    with Broker() as broker, broker.connection() as connection, broker.connection() as other:
        # Several clients at once, several requests of each, answered in order.
        for correlation in (7, -3):
            for peer in (connection, other):
                send(peer, 18, 4, correlation, API_VERSIONS)
        for correlation in (7, -3):
            for peer in (other, connection):
                answer = received(peer)
                equal(answer[:6], struct.pack(">ih", correlation, 0), "correlation id and error")
                count = answer[6] - 1
                keys = {}
                for i in range(count):
                    key, first, last = struct.unpack_from(">hhh", answer, 7 + 7 * i)
                    keys[key] = (first, last)
                equal(keys[18], (0, 4))
                equal(keys[75], (0, 0))
                equal(keys[1][0] <= 16 <= keys[1][1] and keys[0][1] >= 11, True, f"{keys}")
        send(connection, 18, 12345, 99, API_VERSIONS)
        equal(received(connection)[:6], struct.pack(">ih", 99, 35), "answer to an unknown version")


for what, first, headers in [("", 0, 0), (" from offset 1", 1, -1)]:
    peculiar = {"first": first, "headers": headers}

    @case("describe topics" + what)
    def _(peculiar=peculiar):
        topics = [("bar", ONE, [[]]), ("baz", TWO, [[]]), ("foo", ODD, [[], []])]
        with Broker(*topics, **peculiar) as broker, broker.connection() as connection:
            names = ["foo", "bar", "baz", "qux"]
            body = array([compact(name.encode()) + b"\0" for name in names]) + struct.pack(">ib", 10, -1) + b"\0"
            answer = asked(connection, 75, 0, body)
            wanted = struct.pack(">i", 0)
            # All that can be done with a topic is allowed here, whether it is there or not.
            authorized = struct.pack(">i", 0xDF8)
            found = []
            for name, identity, partitions in topics:
                one = array([struct.pack(">i", 1)])
                nothing = array([])
                parts = [
                    struct.pack(">hiii", 0, index, 1, 0) + one + one + nothing * 3 + b"\0"
                    for index in range(len(partitions))
                ]
                found.append(
                    b"\0\0" + compact(name.encode()) + identity.bytes + b"\0" + array(parts) + authorized + b"\0"
                )
            found.append(struct.pack(">h", 3) + compact(b"qux") + bytes(16) + b"\0" + array([]) + authorized + b"\0")
            equal(answer.hex(), (wanted + array(found) + b"\xff\0").hex(), "answer")

    @case("fetch" + what)
    def _(peculiar=peculiar):
        batches = [
            batch(i, [text], headers=peculiar["headers"], producer=(0, 0, 0))
            for i, text in enumerate([b"Hello", b"World!"])
        ]
        topics = [("empty", EMPTY, [[]]), ("one", ONE, [batches[:1]]), ("two", ODD, [batches])]
        with Broker(*topics, **peculiar) as broker, broker.connection() as connection:
            equal(fetch(connection, None)[10:], array([]) + b"\0", "no topics")
            unknown = uuid.uuid4()
            answer = fetch(connection, unknown)
            equal(answer[:6], bytes(6), "throttle time and error")
            equal(
                struct.unpack_from(">ih", answer, 10 + 1 + 16 + 1), (0, 100), "partition and error of an unknown topic"
            )
            for _, identity, (wanted,) in topics:
                answer = fetch(connection, identity)
                equal(answer[:6], bytes(6), "throttle time and error")
                equal(answer[10:].hex(), fetched(b"".join(wanted), identity, len(wanted)).hex(), "answer")

    @case("produce" + what)
    def _(peculiar=peculiar):
        topics = [("one", ONE, [[], []]), ("two", TWO, [[]])]
        with Broker(*topics, **peculiar) as broker, broker.connection() as connection:
            sent = {
                part: batch(0, [part.encode(), b"more"], producer=(0, 0, 0)) for part in ("one-0", "one-1", "two-0")
            }

            def produce(*topics):
                data = [
                    compact(name.encode())
                    + array([struct.pack(">i", index) + compact(records) + b"\0" for index, records in parts])
                    + b"\0"
                    for name, parts in topics
                ]
                return asked(connection, 0, 11, b"\0" + struct.pack(">hi", -1, 1000) + array(data) + b"\0")

            def answer(*topics):
                data = []
                for name, parts in topics:
                    parts = [struct.pack(">ihqqq", index, *rest) + array([]) + b"\0\0" for index, *rest in parts]
                    data.append(compact(name.encode()) + array(parts) + b"\0")
                return (array(data) + struct.pack(">i", 0) + b"\0").hex()

            done = (0, 0, -1, 0)
            unknown = (3, -1, -1, -1)
            equal(produce(("none", [(0, sent["one-0"])])).hex(), answer(("none", [(0, *unknown)])), "unknown topic")
            equal(produce(("one", [(9, sent["one-0"])])).hex(), answer(("one", [(9, *unknown)])), "unknown partition")
            got = produce(("one", [(0, sent["one-0"]), (1, sent["one-1"])]), ("two", [(0, sent["two-0"])]))
            equal(got.hex(), answer(("one", [(0, *done), (1, *done)]), ("two", [(0, *done)])), "answer")
            # On disk it is what was sent, byte by byte.
            equal(
                {part: broker.log(part).hex() for part in sent},
                {part: data.hex() for part, data in sent.items()},
                "log",
            )
            equal(fetch(connection, TWO)[10:].hex(), fetched(sent["two-0"], TWO, 2).hex(), "fetched")
