"""What the suites share: cases that pass or fail by themselves, and their results as lines for table.py.

A case that is made of several steps fails with its first one. A case that hangs fails after a minute.
"""

import json
import os
import signal
import sys
import time
import traceback
import uuid

BROKER = os.environ["BROKER"]
SECOND = os.environ["SECOND"]
KAFKIT = os.environ["KAFKIT"]
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
# The clients that ran before this one against the same broker: what they left is read.
BEFORE = os.environ.get("BEFORE", "").split()
SECONDS_MAX = 60

_cases = []


def case(name):
    """Registers a function as the case of that name."""

    def register(function):
        _cases.append((name, function))
        return function

    return register


def left(client):
    """What a client leaves for the others: a topic for each codec, and the values in each of them."""
    return {codec: f"from-{client}-{codec}" for codec in CODECS}, [f"{i} of {client}" for i in range(100)]


def from_the_others(values_in):
    """The case that reads what those before have left; values_in has (topic, count). Without any before there is none."""

    def read():
        for client in BEFORE:
            topics, values = left(client)
            for name in topics.values():
                equal(values_in(name, len(values)), values, name)

    if BEFORE:
        case("from the others")(read)


def topic(what):
    """A name that no other case uses."""
    return f"{what}-{uuid.uuid4().hex[:8]}"


def equal(got, wanted, what="value"):
    if got != wanted:
        raise AssertionError(f"{what}: got {short(got)}, wanted {short(wanted)}")


def short(value):
    text = repr(value)
    return text if len(text) < 2000 else f"{text[:2000]}..."


class TooLong(Exception):
    pass


def _too_long(*_):
    raise TooLong(f"not done after {SECONDS_MAX} s")


def run(client, chosen):
    """Runs the chosen cases, or all where none is; appends their results to $RESULTS; exits 1 if one failed."""
    signal.signal(signal.SIGALRM, _too_long)
    failed = 0
    for name, function in _cases:
        if chosen and name not in chosen:
            continue
        start = time.monotonic()
        error = None
        signal.alarm(SECONDS_MAX)
        try:
            function()
        except BaseException as caught:  # A client may raise anything; the next case is to run all the same.
            if isinstance(caught, KeyboardInterrupt):
                raise
            error = f"{type(caught).__name__}: {caught}"
            trace = traceback.format_exc()
        finally:
            signal.alarm(0)
        seconds = time.monotonic() - start
        with open(os.environ["RESULTS"], "a") as results:
            results.write(json.dumps({"client": client, "case": name, "error": error, "seconds": seconds}) + "\n")
        if error:
            failed += 1
            print(f"{client}: {name}: FAILED after {seconds:.1f} s\n{trace}", flush=True)
    sys.exit(1 if failed else 0)
