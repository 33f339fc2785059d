"""Runs the cases of one family: `driver.py FAMILY [FROM]`, or lists them all: `driver.py`.

It writes lines to what was its stdout (the cases' own output goes to stderr): `begin NAME` and then
`pass NAME SECONDS WHAT-IT-SAW` or `fail NAME REASON`. FROM is the number of the first case to run. The environment:
`THREADS_BUDGET`, seconds a case; `THREADS_ONLY`, a part of the names to run; `THREADS_LIMIT`, seconds after which the threads' tracebacks are shown.
"""

import importlib
import os
import sys
import time
import traceback

import faulthandler

from race import Failed, Run

FAMILIES = [
    "lists",
    "dicts",
    "sets",
    "deques",
    "buffers",
    "linear",
    "attributes",
    "iterators",
    "failures",
    "weakrefs",
    "locks",
    "imports",
    "functions",
    "files",
    "foreign",
    "processes",
]

out = os.dup(1)
os.dup2(2, 1)


def say(*words):
    line = " ".join(words).replace("\\", "\\\\").replace("\n", "\\n")
    os.write(out, line.encode(errors="backslashreplace") + b"\n")


def reason(error):
    if type(error) is Failed:
        return str(error)
    words = [line.strip() for line in traceback.format_exception_only(error)]
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = [f"{os.path.basename(f.filename)}:{f.lineno} {f.name}" for f in reversed(frames)]
    return " ".join(words) + " at " + " < ".join(places)


def run(family, first):
    only = os.environ.get("THREADS_ONLY", "")
    budget = float(os.environ.get("THREADS_BUDGET", "0.5"))
    limit = float(os.environ.get("THREADS_LIMIT", "20"))
    cases = importlib.import_module(family).CASES
    # So that threads of one lock take turns often.
    sys.setswitchinterval(0.0002)
    for name, case in [(name, case) for name, case in cases.items() if only in name][first:]:
        say("begin", name)
        faulthandler.dump_traceback_later(limit, exit=False)
        started = time.monotonic()
        current = Run(budget)
        try:
            case(current)
        except BaseException as error:
            say("fail", name, reason(error))
        else:
            seen = ", ".join(f"{count} {what}" for what, count in sorted(current.seen.items()))
            say("pass", name, f"{time.monotonic() - started:.2f}", seen)
        faulthandler.cancel_dump_traceback_later()


def main():
    if len(sys.argv) > 1:
        return run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    for family in FAMILIES:
        for name in importlib.import_module(family).CASES:
            say(family, name)


main()
