"""The suite of a measured service: what marks cost. `marks.py marks|slowdown|size FILE` writes a table's rows to FILE.

For a program with more counters than the service has, a profile that nobody writes but this suite lies beside the real one: the
tool reads its counters at each mark as those of any other.
"""

import http.client
import os
import pathlib
import random
import statistics
import struct
import sys
import threading
import time

CONTROL = os.environ["ITCOV_CONTROL"]
SERVICE = os.environ["ITCOV_READY"].split("/")[2]
# Of a profile, so many bytes are enough for any header.
HEAD = 160
MARKS = 40
SECONDS = 10


def mark(path):
    """Posts a mark, and gives how many seconds it took."""
    connection = http.client.HTTPConnection(CONTROL, timeout=60)
    begin = time.perf_counter()
    connection.request("POST", "/scenario" + path)
    status = connection.getresponse().status
    seconds = time.perf_counter() - begin
    connection.close()
    assert status == 200, status
    return seconds


def real_profile():
    parts = pathlib.Path("target/itcov/.checkouts").glob("*/runs/*/*/orders-api/*.itcov")
    # Those of this script have no counter any more.
    return max((it for it in parts if it.stat().st_size > HEAD), key=lambda it: it.stat().st_mtime)


class Counters:
    """A profile with so many bytes of counters."""

    def __init__(self, size):
        real = real_profile()
        head = bytearray(real.read_bytes()[:HEAD])
        # No build identifier, no record, no padding, and so many counters.
        struct.pack_into("<4Q", head, 16, 0, 0, 0, size // 8)
        self.path = real.with_name(f"{size}_0.itcov")
        self.size = size
        with open(self.path, "wb") as file:
            file.write(head)
            file.truncate(HEAD + size)
        self.file = open(self.path, "r+b", buffering=0)
        self.count = 0

    def move(self, number):
        """So many counters move, in stretches as those of a function."""
        self.count += 1
        for _ in range(number // 20):
            place = HEAD + random.randrange(0, self.size // 8 - 20) * 8
            self.file.seek(place)
            self.file.write(struct.pack("<Q", self.count) * 20)

    def close(self):
        """Without a counter, it is of no program."""
        self.file.truncate(0)
        self.file.close()


def marks(out):
    for size in [1, 10, 100]:
        counters = Counters(size << 20)
        mark("/first")
        times = []
        for number in range(MARKS):
            counters.move(5000)
            times.append(mark(f"/{size}-{number}"))
        mark("")
        counters.close()
        out.write(f"| a mark, {size} MB of counters, 5,000 of which moved | {statistics.median(times) * 1000:.1f} ms |\n")


def requests():
    """How many requests the service answers."""
    connection = http.client.HTTPConnection(SERVICE, timeout=10)
    end = time.perf_counter() + SECONDS
    number = 0
    while time.perf_counter() < end:
        connection.request("GET", "/orders?customer=Ada")
        connection.getresponse().read()
        number += 1
    return number


def slowdown(out):
    ratios = []
    for _ in range(3):
        plain = requests()
        is_over = threading.Event()

        def go_on():
            number = 0
            while not is_over.wait(0.01):
                mark(f"/s{number % 50}")
                number += 1

        thread = threading.Thread(target=go_on)
        thread.start()
        marked = requests()
        is_over.set()
        thread.join()
        mark("")
        ratios.append(plain / marked)
    out.write(f"| a suite with a mark every 10 ms, beside one without | {statistics.median(ratios):.2f} times |\n")


def size(out):
    tool = os.getppid()
    before = memory(tool)
    counters = Counters(10 << 20)
    mark("/first")
    log = real_profile().parents[1] / ".scenarios"
    begin = log.stat().st_size
    for number in range(1000):
        counters.move(5000)
        mark(f"/scenario-{number}")
    mark("")
    grown = log.stat().st_size - begin
    more = memory(tool) - before
    counters.close()
    out.write(f"| 1,000 scenarios with 10 MB of counters, 5,000 moved in each | {grown / 1e6:.1f} MB on disk |\n")
    out.write(f"| the same, in the tool's memory | {more / 1024:.0f} MB |\n")


def memory(process):
    """The memory that a process has, in KiB."""
    for line in open(f"/proc/{process}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1])


with open(sys.argv[2], "w") as out:
    {"marks": marks, "slowdown": slowdown, "size": size}[sys.argv[1]](out)
