#!/usr/bin/env python3
"""kafkit dump-log beside Kafka's own DumpLogSegments, on the same segments, in one run: CPU seconds and peak memory.

    cargo build --release && cargo run --release --example segments -- DIR && python3 benches/peers/dump_log.py DIR

Needs GNU time, Java and Maven (Kafka's tool comes from Maven Central, or a mirror that Maven knows). Each run is repeated and the least
CPU time taken, as everything that disturbs adds to it; output goes to /dev/null.
"""
import os, subprocess, sys, tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
KAFKIT = os.environ.get("KAFKIT", os.path.join(ROOT, "target", "release", "kafkit"))
RUNS = int(os.environ.get("RUNS", "3"))
KAFKA = os.environ.get("KAFKA_VERSION", "4.3.1")
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>kafkit</groupId><artifactId>peers</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>%s</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>%s</version></dependency>
</dependencies></project>""" % (KAFKA, KAFKA)


def classpath():
    folder = os.environ.get("KAFKA_LIBS")
    if not folder:
        folder = os.path.join(tempfile.gettempdir(), "kafkit-peers-" + KAFKA)
        if not os.path.isdir(os.path.join(folder, "lib")):
            os.makedirs(folder, exist_ok=True)
            open(os.path.join(folder, "pom.xml"), "w").write(POM)
            subprocess.run(["mvn", "-q", "-f", folder, "dependency:copy-dependencies", "-DoutputDirectory=lib"], check=True)
        folder = os.path.join(folder, "lib")
    return os.path.join(folder, "*")


def measure(command):
    # A child of this process would begin with this process's own peak of memory; GNU time is small.
    with open(os.devnull, "w") as null, tempfile.NamedTemporaryFile("r") as told:
        child = subprocess.Popen(["time", "-f", "%M", "-o", told.name, *command], stdout=null, stderr=null)
        _, _, used = os.wait4(child.pid, 0)
        kilobytes = told.read().splitlines()[-1]
    return used.ru_utime + used.ru_stime, int(kilobytes) / 1024


def best(command, runs=RUNS):
    all_runs = [measure(command) for _ in range(runs)]
    return min(cpu for cpu, _ in all_runs), max(memory for _, memory in all_runs)


def main(folder):
    kafka = ["java", "-cp", classpath(), "org.apache.kafka.tools.DumpLogSegments", "--files"]
    log = lambda name: os.path.join(folder, name, "0" * 20 + ".log")
    empty = os.path.join(folder, "0" * 20 + ".log")
    open(empty, "w").close()
    # 0.1 % of the time that the segment covers: benches/segments.rs has a batch every 100 ms, about 65,000 of them.
    first = 1_795_225_391_000
    instants = "%d..%d" % (first + 3_000_000, first + 3_006_500)
    ours = [KAFKIT, "dump-log"]
    rows = [
        ("start to exit on an empty segment", kafka + [empty], ours + [empty]),
        ("__cluster_metadata of 3.1 MB, every record", kafka + [log("__cluster_metadata-0"), "--cluster-metadata-decoder"], ours + ["--files", log("__cluster_metadata-0"), "--cluster-metadata-decoder"]),
        ("1 KB records, a line per batch", kafka + [log("kb-0")], ours + [log("kb-0")]),
        ("the same, --format kafka", None, ours + ["--files", log("kb-0")]),
        ("every record listed", kafka + [log("kb-0"), "--deep-iteration"], ours + ["--files", log("kb-0"), "--deep-iteration"]),
        ("payloads printed", kafka + [log("kb-0"), "--print-data-log"], ours + ["--files", log("kb-0"), "--print-data-log"]),
        ("100 B records, every record listed", kafka + [log("tiny-0"), "--deep-iteration"], ours + ["--files", log("tiny-0"), "--deep-iteration"]),
        ("payloads printed", kafka + [log("tiny-0"), "--print-data-log"], ours + ["--files", log("tiny-0"), "--print-data-log"]),
        ("NDJSON with payloads", None, ours + [log("tiny-0"), "--records", "--format", "ndjson"]),
        ("snappy, every record listed", kafka + [log("snappy-0"), "--deep-iteration"], ours + ["--files", log("snappy-0"), "--deep-iteration"]),
        ("--verify, 1 KB records and indexes", None, ours + ["--verify", os.path.dirname(log("kb-0"))]),
        ("--verify, 100 B records and indexes", None, ours + ["--verify", os.path.dirname(log("tiny-0"))]),
        ("0.1 % by offset, 1 KB records", None, ours + [log("kb-0"), "--offset", "500000..501000", "--records", "--format", "ndjson"]),
        ("0.1 % by time, 1 KB records", None, ours + [log("kb-0"), "--time", instants, "--records", "--format", "ndjson"]),
    ]
    print("| work | Kafka's tool %s | kafkit | |\n|---|---|---|---|" % KAFKA)
    for work, theirs, command in rows:
        cpu, memory = best(command)
        cell = "%.3f CPU-s, %.1f MB" % (cpu, memory)
        if theirs:
            peer_cpu, peer_memory = best(theirs, max(1, RUNS - 2))
            print("| %s | %.2f CPU-s, %.0f MB | %s | %.0fx |" % (work, peer_cpu, peer_memory, cell, peer_cpu / max(cpu, 0.001)))
        else:
            print("| %s | - | %s | |" % (work, cell))
        sys.stdout.flush()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("name the folder of the segments")
    main(sys.argv[1])
