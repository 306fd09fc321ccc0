#!/usr/bin/env python3
"""kafkit decode beside tshark, on the same messages, in one run: CPU seconds and peak memory.

    cargo build --release && python3 benches/peers/tshark.py

Needs tshark and GNU time. Inputs are made anew in a temporary folder: kafkit reads the frames as they are, tshark the
same frames in a capture. Each run is repeated and the median taken.
"""
import os, statistics, struct, subprocess, sys, tempfile, time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
KAFKIT = os.environ.get("KAFKIT", os.path.join(ROOT, "target", "release", "kafkit"))
RUNS = int(os.environ.get("RUNS", "3"))

TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def varint(number):
    number, out = (number << 1) ^ (number >> 63), b""
    while number >= 128:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def sized(frame):
    return struct.pack(">I", len(frame)) + frame


def api_versions_v4():
    return sized(bytes.fromhex("001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100"))


def api_versions_pair():
    request = struct.pack(">hhih", 18, 3, 7, 3) + b"rdk\0" + b"\x07librdk\x062.4.0\0"
    apis = b"".join(struct.pack(">hhh", key, 0, 9) + b"\0" for key in range(60))
    return sized(request), sized(struct.pack(">ih", 7, 0) + bytes([61]) + apis + struct.pack(">i", 0) + b"\0")


def produce_v8():
    """100 records of 200 bytes."""
    records = b""
    for i in range(100):
        key, value = b"key-%06d" % i, (b"%07d the quick brown fox jumps over the lazy dog; " % i * 5)[:181]
        record = b"\0" + varint(i) + varint(i) + varint(len(key)) + key + varint(len(value)) + value + varint(0)
        records += varint(len(record)) + record
    behind = struct.pack(">hiqqqhii", 0, 99, 1700000000000, 1700000000099, -1, -1, -1, 100) + records
    batch = struct.pack(">qiibI", 0, 9 + len(behind), -1, 2, crc32c(behind)) + behind
    head = struct.pack(">hhih", 0, 8, 5, 6) + b"client" + struct.pack(">hhiih", -1, -1, 30000, 1, 5) + b"topic"
    return sized(head + struct.pack(">iii", 1, 0, len(batch)) + batch)


def pcap(path, messages):
    """Writes (towards the broker?, frame) as one TCP connection."""
    sequence = [1, 1]
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
        for number, (towards, frame) in enumerate(messages):
            for at in range(0, len(frame), 60000):
                part = frame[at : at + 60000]
                ports = (50000, 9092) if towards else (9092, 50000)
                tcp = struct.pack(">HHIIBBHHH", *ports, sequence[towards], sequence[not towards], 0x50, 0x18, 65535, 0, 0)
                sequence[towards] += len(part)
                ip = struct.pack(">BBHHHBBHII", 0x45, 0, 40 + len(part), 0, 0, 64, 6, 0, 0x7F000001, 0x7F000001)
                packet = ip + tcp + part
                file.write(struct.pack("<IIII", number // 1000, number % 1000, len(packet), len(packet)) + packet)


def run(command):
    """CPU seconds, peak MB: the median run. GNU time forks from a small process: a child's peak begins with its parent's."""
    seconds, peaks = [], []
    for _ in range(RUNS):
        timed = subprocess.run(["time", "-f", "%U %S %M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        user, system, peak = timed.stderr.splitlines()[-1].split()
        seconds.append(float(user) + float(system))
        peaks.append(int(peak) / 1024)
    return statistics.median(seconds), max(peaks)


def row(what, unit, ours, our_count, theirs, their_count):
    rate, peer = our_count / ours[0], their_count / theirs[0]
    print(f"| {what} | {rate / 1e3:,.0f} k {unit}/s, {ours[1]:.1f} MB | {peer / 1e3:,.1f} k {unit}/s, {theirs[1]:.0f} MB | {rate / peer:.0f}x |")


def main():
    print(f"{os.cpu_count()} cores; {subprocess.run(['tshark', '-v'], capture_output=True, text=True).stdout.splitlines()[0]}; medians of {RUNS}\n")
    print("| work | kafkit | tshark | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        raw, capture = os.path.join(folder, "in.bin"), os.path.join(folder, "in.pcap")

        def both(what, unit, frames, times, their_times, form, per=1):
            with open(raw, "wb") as file:
                file.write(b"".join(frame for _, frame in frames) * times)
            pcap(capture, frames * their_times)
            tshark = ["tshark", "-n", "-r", capture, *(["-T", "ek"] if form == "ndjson" else ["-V"])]
            ours = run([KAFKIT, "decode", raw, "--format", form])
            row(what, unit, ours, times * per, run(tshark), their_times * per)

        one = api_versions_v4()
        with open(raw, "wb") as file:
            file.write(one)
        pcap(capture, [(True, one)])
        start = []
        for command in ([KAFKIT, "decode", raw], ["tshark", "-n", "-r", capture, "-V"]):
            times = []
            for _ in range(10):
                began = time.perf_counter()
                subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                times.append(time.perf_counter() - began)
            start.append(statistics.median(times) * 1e3)
        print(f"| start to exit on one frame | {start[0]:.1f} ms | {start[1]:.0f} ms | {start[1] / start[0]:.0f}x |")
        both("ApiVersions v4 requests to full text", "frames", [(True, one)], 1_000_000, 20_000, "tree")
        request, response = api_versions_pair()
        both("request and 60-API response to NDJSON", "pairs", [(True, request), (False, response)], 100_000, 3_000, "ndjson")
        both("Produce v8 of 100 records of 200 B to full text", "records", [(True, produce_v8())], 5_000, 300, "tree", 100)
        with open(raw, "wb") as file:
            for _ in range(50):
                file.write(one * (20_000_000 // len(one)))
        _, peak = run([KAFKIT, "decode", raw])
        print(f"| peak memory of a stream of 1 GB | {peak:.1f} MB | (reads captures only) | |")


if __name__ == "__main__":
    sys.exit(main())
