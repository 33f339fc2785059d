"""Runs one benchmark with so many threads, and measures it.

    python crew.py NAME THREADS SIZE [PART/PARTS]

NAME is that of a pattern (`patterns.py`), or the path of a program. It prints "ready", waits for a line on its standard input (so that several
processes can begin at once), works, and prints what it found and what it took. Of a pattern one part of so many can be done, the first being 0.

    answer ...
    begin SECONDS       of the system's monotonic clock, which is the same for all processes
    end SECONDS
    user SECONDS        of processor time, all threads together
    system SECONDS
    switches COUNT      how often a thread went to sleep
"""

import gc
import importlib.util
import os
import resource
import sys
import threading
import time


def load(path):
    """The program's module."""
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def share(rounds, part, parts):
    """How many rounds are in one of so many parts."""
    return rounds * (part + 1) // parts - rounds * part // parts


class PatternRun:
    """A pattern's rounds, or a part of them, dealt out to threads that stand ready."""

    def __init__(self, pattern, threads, size, part=0, parts=1):
        self.pattern = pattern
        self.rounds = share(pattern.rounds_for(size), part, parts)
        self.shared = pattern.make()
        self.results = [None] * threads
        self.start = threading.Event()
        self.workers = [
            threading.Thread(target=self.work, args=(index, share(self.rounds, index, threads)))
            for index in range(threads)
        ]
        for worker in self.workers:
            worker.start()

    def work(self, index, rounds):
        self.start.wait()
        try:
            self.results[index] = self.shared(rounds)
        except BaseException as error:
            self.results[index] = error

    def run(self):
        self.start.set()
        for worker in self.workers:
            worker.join()
        for result in self.results:
            if isinstance(result, BaseException):
                raise result
        return self.pattern.check(self.rounds, sum(self.results))


class ProgramRun:
    """A program: it makes its threads itself."""

    def __init__(self, module, threads, size):
        self.module = module
        self.threads = threads
        self.work = module.prepare(size)

    def run(self):
        return self.module.run(self.work, self.threads)


def main():
    name, threads, size = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    if name.endswith(".py"):
        task = ProgramRun(load(name), threads, size)
    else:
        from patterns import PATTERNS

        part, _, parts = (sys.argv[4] if len(sys.argv) > 4 else "0/1").partition("/")
        task = PatternRun(PATTERNS[name], threads, size, int(part), int(parts))
    gc.collect()
    print("ready", flush=True)
    sys.stdin.readline()
    before = resource.getrusage(resource.RUSAGE_SELF)
    begin = time.monotonic()
    answer = task.run()
    end = time.monotonic()
    after = resource.getrusage(resource.RUSAGE_SELF)
    print("answer", answer)
    print("begin", begin)
    print("end", end)
    print("user", after.ru_utime - before.ru_utime)
    print("system", after.ru_stime - before.ru_stime)
    print("switches", after.ru_nvcsw - before.ru_nvcsw)


if __name__ == "__main__":
    main()
