#!/usr/bin/env python3
"""Cost per request at 1, 100 and 5,000 connections, memory of idle connections, and 10,000 partitions, of one or more brokers.

usage: scale.py [--requests N] NAME=COMMAND...     COMMAND as for broker.py, with {port} and {dir}

Each connection has one Produce request of one record of 100 bytes at a time in flight; the broker's own CPU time
(user and system) is what counts, as the client is slower. Standard library only; kafkit is $KAFKIT.
"""
import argparse, os, shlex, socket, struct, subprocess, sys, tempfile, time

from broker import Broker, create, exactly

KAFKIT = os.environ.get("KAFKIT", os.path.join(os.path.dirname(__file__), "..", "..", "..", "target", "release", "kafkit"))


def produce_frame(port, topic):
    """One record of 100 bytes, as kafkit send writes it."""
    out = tempfile.mktemp()
    subprocess.run([KAFKIT, "send", "produce", f"127.0.0.1:{port}", topic, "--partition", "0", "--value", "x" * 100,
                    "--api-version", "9", "--hex-out", out], check=True, stdout=subprocess.DEVNULL)
    frames = [bytes.fromhex(line) for line in open(out) if line.strip() and not line.startswith("#")]
    return [frame for frame in frames if struct.unpack(">h", frame[4:6])[0] == 0 and struct.unpack(">h", frame[6:8])[0] == 9][-1]


def connect(port, count):
    return [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(count)]


def answered(sock):
    exactly(sock, struct.unpack(">i", exactly(sock, 4))[0])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--requests", type=int, default=20000); ap.add_argument("brokers", nargs="+")
    a = ap.parse_args()
    for broker in (Broker(*b.split("=", 1)) for b in a.brokers):
        broker.start()
        create(broker.port, "scale")
        frame = produce_frame(broker.port, "scale")
        time.sleep(0.5)
        for count in (1, 100, 5000):
            before = broker.status("VmRSS")
            socks = connect(broker.port, count)
            for sock in socks:
                sock.sendall(frame)
            for sock in socks:
                answered(sock)
            time.sleep(0.5)
            idle = broker.status("VmRSS") - before
            rounds = max(1, a.requests // count)
            cpu = broker.cpu()
            # So many at a time wait for the broker; it never waits for this client's next turn alone.
            for _ in range(rounds):
                for at in range(0, count, 100):
                    for sock in socks[at:at + 100]:
                        sock.sendall(frame)
                    for sock in socks[at:at + 100]:
                        answered(sock)
            cpu = (broker.cpu() - cpu) / (rounds * count)
            print(f"{broker.name}: {count} connections: {cpu * 1e6:.1f} us of CPU a request, {idle * 1024 / count:.1f} KB of memory for an idle connection")
            for sock in socks:
                sock.close()
            time.sleep(0.5)
        broker.stop()


if __name__ == "__main__":
    main()
