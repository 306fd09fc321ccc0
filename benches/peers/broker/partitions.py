#!/usr/bin/env python3
"""How long a start takes with many partitions after a clean stop, and the memory then: partitions.py [COUNT [KAFKIT]]."""
import os, signal, subprocess, sys, tempfile, time

from broker import answers, free_port

count = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
kafkit = sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(__file__), "..", "..", "..", "target", "release", "kafkit")
with tempfile.TemporaryDirectory() as folder:
    for what in ("create", "start", "start again"):
        port = free_port()
        begun = time.perf_counter()
        broker = subprocess.Popen([kafkit, "serve", "--port", str(port), "--data", folder + "/data", "--topic", f"many:{count}"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not answers(port):
            time.sleep(0.001)
        took = time.perf_counter() - begun
        time.sleep(1)
        with open(f"/proc/{broker.pid}/status") as status:
            memory = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
        begun = time.perf_counter()
        broker.send_signal(signal.SIGTERM)
        broker.wait()
        print(f"{what}: {took * 1000:.0f} ms to the first answer, {memory:.1f} MB, stopped in {(time.perf_counter() - begun) * 1000:.0f} ms")
