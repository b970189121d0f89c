"""How long it takes to ask which scenarios reach a line: the first time, and then. `ask.py FILE` writes a table's rows to FILE."""

import pathlib
import subprocess
import sys
import time

# Of so many the fastest is taken.
REPEATS = 7


def ask():
    begin = time.perf_counter()
    command = ["cargo", "itcov", "scenarios", "--reach", "crates/core/main.rs:43-80"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return time.perf_counter() - begin, len(names)


first, number = ask()
again = min(ask()[0] for _ in range(REPEATS))
runs = pathlib.Path("target/itcov/.checkouts").glob("*/runs")
size = sum(int(subprocess.check_output(["du", "-sk", run]).split()[0]) for run in runs)
with open(sys.argv[1], "w") as out:
    out.write(f"| `scenarios --reach` with 1,000 scenarios, the first time ({number} found) | {first * 1000:.0f} ms |\n")
    out.write(f"| the same again | {again * 1000:.0f} ms |\n")
    out.write(f"| a run with 1,000 scenarios at the same time, as of nextest | {size / 1024:.0f} MB on disk |\n")
