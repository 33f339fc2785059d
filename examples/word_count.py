"""Counts the words of a generated log with several threads.

    grwl --gil=rwlock examples/word_count.py [THREADS]
    grwl --gil=global examples/word_count.py [THREADS]
"""

import sys
import threading
import time

WORDS = ["request", "served", "error", "retry", "cache", "miss", "hit", "timeout"]


def make_lines(count, seed):
    """Lines that look like a log's, always the same for a seed."""
    lines = []
    for number in range(count):
        seed = (seed * 1103515245 + 12345) % 2147483648
        words = [WORDS[(seed >> shift) % len(WORDS)] for shift in range(0, 24, 3)]
        lines.append(f"{number} " + " ".join(words))
    return lines


def count_words(lines, totals, lock):
    own = {}
    for line in lines:
        for word in line.split():
            own[word] = own.get(word, 0) + 1
    with lock:
        for word, count in own.items():
            totals[word] = totals.get(word, 0) + count


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    parts = [make_lines(20000, seed) for seed in range(threads)]
    totals, lock = {}, threading.Lock()
    workers = [threading.Thread(target=count_words, args=(part, totals, lock)) for part in parts]
    begin = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - begin
    for word in WORDS:
        print(word, totals[word])
    print(f"{threads} threads, {seconds:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
