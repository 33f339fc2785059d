"""A parallel merge sort: the parts are sorted at once, then merged in rounds, each of which is cut into tasks of about the same length."""

from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor

from inputs import Random

PARTS = 16


def prepare(size):
    random = Random(11)
    numbers = [random.below(1 << 40) for _ in range(max(1000, int(400_000 * size)))]
    return numbers, sorted(numbers)


def sort_part(numbers):
    """Merge sort itself, from runs of eight upwards."""
    runs = [sorted(numbers[start : start + 8]) for start in range(0, len(numbers), 8)]
    while len(runs) > 1:
        merged = [merge(first, second) for first, second in zip(runs[::2], runs[1::2])]
        if len(runs) % 2:
            merged.append(runs[-1])
        runs = merged
    return runs[0] if runs else []


def merge(first, second):
    merged = []
    i = j = 0
    length, other = len(first), len(second)
    while i < length and j < other:
        a, b = first[i], second[j]
        if b < a:
            merged.append(b)
            j += 1
        else:
            merged.append(a)
            i += 1
    merged.extend(first[i:])
    merged.extend(second[j:])
    return merged


def cut(first, second, pieces):
    """Pairs of slices that, merged one by one, follow each other."""
    begin, other = 0, 0
    for piece in range(1, pieces + 1):
        if piece == pieces:
            end, other_end = len(first), len(second)
        else:
            end = len(first) * piece // pieces
            other_end = bisect_left(second, first[end])
        yield first[begin:end], second[other:other_end]
        begin, other = end, other_end


def run(work, threads):
    numbers, expected = work
    length = len(numbers)
    bounds = [length * part // PARTS for part in range(PARTS + 1)]
    with ThreadPoolExecutor(threads) as pool:
        runs = list(pool.map(lambda part: sort_part(numbers[bounds[part] : bounds[part + 1]]), range(PARTS)))
        while len(runs) > 1:
            pieces = PARTS * 2 // len(runs)
            tasks = []
            for first, second in zip(runs[::2], runs[1::2]):
                tasks.extend(cut(first, second, pieces))
            done = list(pool.map(lambda task: merge(*task), tasks))
            runs = []
            for start in range(0, len(done), pieces):
                run_of_pieces = []
                for piece in done[start : start + pieces]:
                    run_of_pieces += piece
                runs.append(run_of_pieces)
    (result,) = runs
    if result != expected:
        raise AssertionError("not sorted")
    return f"{length} numbers from {result[0]} to {result[-1]}, the middle one {result[length // 2]}"
