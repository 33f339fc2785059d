"""Counts the words of a log with all cores.

    grwl examples/word_count.py [MEGABYTES]

makes a log of that size (100 unless told), counts its words with one thread for each core, once with `-X gil=1` (one thread runs at a time)
and once with `-X gil=0` (all run at once), and prints what was found, the times, and their ratio.
"""

import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time

LEVELS = ["INFO", "INFO", "INFO", "INFO", "WARN", "ERROR"]
ACTIONS = ["GET", "PUT", "POST", "DELETE"]
WORDS_IN_A_LINE = 10
LINES_IN_A_BLOCK = 20_000
PIECE = 1 << 20


def lines_of_a_block():
    """Lines that look like a log's, always the same."""
    state = 1
    for number in range(LINES_IN_A_BLOCK):
        state = (state * 1103515245 + 12345) % 2147483648
        level = LEVELS[(state >> 8) % len(LEVELS)]
        action = ACTIONS[(state >> 16) % len(ACTIONS)]
        host, path, took = (state >> 5) % 50, (state >> 12) % 3000, (state >> 7) % 900
        clock = f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
        yield f"2026-11-23 {clock} host{host:02} {level} {action} /item/{path} by user{state % 9973} took {took}ms\n"


def make_log(megabytes):
    """A file of that size; returns its path and how many lines it has."""
    block = "".join(lines_of_a_block()).encode()
    repeats = max(1, round(megabytes * 1_000_000 / len(block)))
    folder = os.path.join(tempfile.gettempdir(), "grwl-bench-scaling")
    path = os.path.join(folder, f"log-{repeats}.txt")
    if not os.path.exists(path) or os.path.getsize(path) != repeats * len(block):
        os.makedirs(folder, exist_ok=True)
        unfinished = f"{path}.{os.getpid()}"
        with open(unfinished, "wb") as file:
            for _ in range(repeats):
                file.write(block)
        os.replace(unfinished, path)
    return path, repeats * LINES_IN_A_BLOCK


def read_piece(path, index):
    """The lines that begin in a piece of the file."""
    with open(path, "rb") as file:
        if index > 0:
            file.seek(index * PIECE - 1)
            file.readline()
        text = file.read((index + 1) * PIECE - file.tell())
        return text if text.endswith(b"\n") else text + file.readline()


def count_pieces(path, pieces, totals, lock):
    """What each thread does: takes pieces until there are no more, and adds what it found to the totals."""
    counts = {}
    for index in pieces:
        for word in read_piece(path, index).decode().split():
            counts[word] = counts.get(word, 0) + 1
    with lock:
        for word, count in counts.items():
            totals[word] = totals.get(word, 0) + count


class Pieces:
    """The numbers of pieces not yet taken; all threads take from it."""

    def __init__(self, count):
        self.numbers = itertools.count()
        self.count = count

    def __iter__(self):
        return self

    def __next__(self):
        number = next(self.numbers)
        if number >= self.count:
            raise StopIteration
        return number


def prepare(size):
    """For `bench/scaling`: 200 MB at size 1."""
    return make_log(200 * size)


def run(log, threads):
    """Counts with so many threads; returns the answer in words."""
    path, lines = log
    totals, lock = {}, threading.Lock()
    pieces = Pieces(-(-os.path.getsize(path) // PIECE))
    workers = [
        threading.Thread(target=count_pieces, args=(path, pieces, totals, lock))
        for _ in range(threads)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    words = sum(totals.values())
    if words != lines * WORDS_IN_A_LINE:
        raise AssertionError(f"{words} words in {lines} lines")
    return f"{words} words, {len(totals)} different; {totals['INFO']} INFO, {totals['WARN']} WARN, {totals['ERROR']} ERROR"


def measure(megabytes):
    log = make_log(megabytes)
    begin = time.perf_counter()
    answer = run(log, os.cpu_count())
    print(answer)
    print(time.perf_counter() - begin)


def compare(megabytes):
    """Runs itself in both modes."""
    make_log(megabytes)
    answers, times = [], []
    for mode in ("1", "0"):
        command = [sys.executable, "-X", f"gil={mode}", __file__, "--measure", str(megabytes)]
        output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        answer, seconds = output.splitlines()
        answers.append(answer)
        times.append(float(seconds))
    if answers[0] != answers[1]:
        raise AssertionError(f"the modes disagree: {answers}")
    print(answers[0])
    print(f"one thread at a time: {times[0]:.2f} s")
    print(f"{os.cpu_count()} threads at once: {times[1]:.2f} s, {times[0] / times[1]:.2f} times as fast")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(float(sys.argv[2]))
    else:
        compare(float(sys.argv[1]) if len(sys.argv) > 1 else 100.0)
