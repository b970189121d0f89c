"""What a live report costs. `live.py idle|load|green FILE -- COMMAND` runs the command, and writes a table's rows to FILE.

`idle` has the live report open and does nothing. `load` asks the service as often as it answers, by turns without a live report
and with one that is open. `green` sets a mark, asks the service, and waits until the page of the handler can know which lines have run since the mark.

The variable SECONDS says how long each is looked at: 20, if it is not set.
"""

import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time

SERVICE = "127.0.0.1:18463"
SECONDS = float(os.environ.get("SECONDS", "20"))
ROUNDS = 5
TIMES = 20
HANDLER = "pages/src.routes.rs.html"
# Longer waits mean that something is wrong.
LIMIT = 120


class Run:
    """The command, once the service answers."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        said = []
        for line in self.process.stderr:
            said.append(line)
            found = re.search(r"POST http://([^/]*)/stop", line)
            if found:
                self.control = found.group(1)
                break
        else:
            sys.exit("".join(said))
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                ask(SERVICE, "/")
                return
            except OSError:
                time.sleep(0.05)
        sys.exit("the service does not answer")

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(LIMIT)


def ask(address, path, method="GET"):
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request(method, path)
    body = connection.getresponse().read()
    connection.close()
    return body


def open_page(address):
    """As a browser does it: takes the events, and asks for what has changed after each, a fifth of the time at most."""

    def follow():
        connection = http.client.HTTPConnection(address)
        connection.request("GET", "/events")
        events = connection.getresponse()
        known = number_of_event(address)
        ask(address, "/")
        while True:
            line = events.readline()
            if not line:
                return
            if line.startswith(b"data: "):
                begin = time.monotonic()
                before, known = known, number_of_event(address)
                ask(address, f"/parts?{before}&/")
                time.sleep(4 * (time.monotonic() - begin))

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()


def used(process):
    """Seconds of a processor that the process has used, without those that it has started."""
    fields = open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(command, out):
    run = Run(command)
    open_page(run.control)
    # Cargo becomes the tool.
    tool = run.process.pid
    # What the start has moved is told.
    time.sleep(5)
    before = used(tool)
    time.sleep(SECONDS)
    share = (used(tool) - before) / SECONDS
    run.stop()
    out.write(f"| nothing happens, of a core | {share * 100:.1f} % |\n")


def requests():
    """How many requests the service answers."""
    connection = http.client.HTTPConnection(SERVICE, timeout=10)
    end = time.perf_counter() + SECONDS / 2
    number = 0
    while time.perf_counter() < end:
        connection.request("GET", "/orders?customer=Ada")
        connection.getresponse().read()
        number += 1
    return number


def load(command, out):
    live = [*command[:3], "--live", "--no-open", *command[3:]]
    ratios = []
    for _ in range(ROUNDS):
        numbers = []
        for words in [command, live]:
            run = Run(words)
            if words is live:
                open_page(run.control)
            requests()
            numbers.append(requests())
            run.stop()
        ratios.append(numbers[1] / numbers[0])
    median = statistics.median(ratios)
    out.write(f"| requests that a service answers, beside a run without `--live` | {median:.3f} times |\n")


def changed(events):
    """Waits until something has run in the file of the handler."""
    for line in events:
        if line.startswith(b"data: ") and HANDLER in json.loads(line[6:]).get("pages", []):
            return
    sys.exit("the events have ended")


def green(command, out):
    run = Run(command)
    connection = http.client.HTTPConnection(run.control, timeout=LIMIT)
    connection.request("GET", "/events")
    events = connection.getresponse()
    # The first request may be that of a program whose functions are not known yet.
    ask(SERVICE, "/orders/77")
    changed(events)
    times = []
    for number in range(TIMES):
        # No line has run since the mark, so none is green.
        ask(run.control, f"/scenario/{number}", "POST")
        # Not always at the same time after somebody has looked at the counters.
        time.sleep(1 + number * 0.037)
        if lines_since_mark(run.control):
            sys.exit("a line is green before it runs")
        known = number_of_event(run.control)
        begin = time.perf_counter()
        ask(SERVICE, "/orders/77")
        changed(events)
        if b"<code>" not in ask(run.control, f"/parts?{known}&{HANDLER}"):
            sys.exit("the page does not have what has changed")
        if not lines_since_mark(run.control):
            sys.exit("no line is green")
        times.append(time.perf_counter() - begin)
    run.stop()
    out.write(f"| a line is green after, median of {TIMES} | {statistics.median(times) * 1000:.0f} ms |\n")
    out.write(f"| the worst of them | {max(times) * 1000:.0f} ms |\n")


def lines_since_mark(address):
    return json.loads(ask(address, f"/since?{HANDLER}"))["lines"]


def number_of_event(address):
    """Up to which event a page knows all that is asked for now."""
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request("GET", "/since")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return int(answer.headers["Event"])


separator = sys.argv.index("--")
with open(sys.argv[2], "w") as rows:
    {"idle": idle, "load": load, "green": green}[sys.argv[1]](sys.argv[separator + 1 :], rows)
