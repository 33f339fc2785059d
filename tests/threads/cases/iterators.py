"""Iterators that threads share: each element is given to one of them; generators say when they are already running."""

import itertools
import re
import struct
import time
import tokenize

from race import Cases

CASES = Cases("iterator")
GENERATOR = Cases("generator")

COUNT = 400


def drain(iterator, stop=None):
    mine = []
    for element in iterator:
        mine.append(element)
        if stop is not None and len(mine) == stop:
            break
    return mine


def pairs(count):
    return ((n, -n) for n in range(count))


@CASES.each(
    ("range", lambda: iter(range(COUNT)), range(COUNT)),
    ("tuple", lambda: iter(tuple(range(COUNT))), range(COUNT)),
    ("str", lambda: iter("".join(map(chr, range(COUNT)))), map(chr, range(COUNT))),
    ("bytes", lambda: iter(bytes(range(256))), range(256)),
    ("reversed", lambda: reversed(list(range(COUNT))), range(COUNT)),
    ("dict", lambda: iter(dict.fromkeys(range(COUNT))), range(COUNT)),
    ("enumerate", lambda: enumerate(range(1, COUNT + 1)), zip(range(COUNT), range(1, COUNT + 1))),
    ("zip", lambda: zip(range(COUNT), range(COUNT)), zip(range(COUNT), range(COUNT))),
    ("map", lambda: map(str, range(COUNT)), map(str, range(COUNT))),
    ("filter", lambda: filter(None, range(1, COUNT)), range(1, COUNT)),
    ("chain", lambda: itertools.chain(range(200), range(200, COUNT)), range(COUNT)),
    (
        "chain_from_iterable",
        lambda: itertools.chain.from_iterable([range(n, n + 10) for n in range(0, COUNT, 10)]),
        range(COUNT),
    ),
    ("islice", lambda: itertools.islice(range(1000), 5, 900, 3), range(5, 900, 3)),
    ("accumulate", lambda: itertools.accumulate([1] * COUNT), range(1, COUNT + 1)),
    ("batched", lambda: itertools.batched(range(COUNT), 4), itertools.batched(range(COUNT), 4)),
    ("pairwise", lambda: itertools.pairwise(range(COUNT)), itertools.pairwise(range(COUNT))),
    ("compress", lambda: itertools.compress(range(COUNT), [1, 0] * COUNT), range(0, COUNT, 2)),
    ("dropwhile", lambda: itertools.dropwhile((50).__gt__, range(COUNT)), range(50, COUNT)),
    ("takewhile", lambda: itertools.takewhile((300).__gt__, range(COUNT)), range(300)),
    ("filterfalse", lambda: itertools.filterfalse(None, [0] * COUNT), [0] * COUNT),
    ("starmap", lambda: itertools.starmap(max, [(n, -n) for n in range(COUNT)]), range(COUNT)),
    ("repeat", lambda: itertools.repeat(7, COUNT), [7] * COUNT),
    ("product", lambda: itertools.product(range(20), range(20)), itertools.product(range(20), range(20))),
    ("permutations", lambda: itertools.permutations(range(6), 3), itertools.permutations(range(6), 3)),
    ("combinations", lambda: itertools.combinations(range(12), 3), itertools.combinations(range(12), 3)),
    (
        "combinations_with_replacement",
        lambda: itertools.combinations_with_replacement(range(10), 3),
        itertools.combinations_with_replacement(range(10), 3),
    ),
    (
        "zip_longest",
        lambda: itertools.zip_longest(range(COUNT), range(200)),
        itertools.zip_longest(range(COUNT), range(200)),
    ),
    ("unpack", lambda: struct.iter_unpack("B", bytes(range(256))), ((n,) for n in range(256))),
    ("finditer", lambda: map(re.Match.group, re.finditer("a+b", "ab" * COUNT)), ["ab"] * COUNT),
)
def yields_once(run, make, expected):
    expected = sorted(expected, key=repr)
    for _ in run.rounds():
        iterator = make()
        taken = sum(run.race(*[lambda: drain(iterator)] * 4), [])
        run.same(len(taken), len(expected), "elements")
        run.same(sorted(taken, key=repr), expected, "elements")


@CASES.each(
    ("count", itertools.count, list),
    ("count_step", lambda: itertools.count(5, 3), list),
    ("count_float", lambda: itertools.count(0.5), list),
    ("count_large", lambda: itertools.count(2**64), list),
    ("repeat", lambda: enumerate(itertools.repeat(1)), list),
    ("iter_sentinel", lambda: iter(itertools.count().__next__, -1), list),
)
def endless_is_unique(run, make, _):
    for _ in run.rounds():
        iterator = make()
        taken = sum(run.race(*[lambda: drain(iterator, 200)] * 4), [])
        run.same(len(set(taken)), 800, "different elements")
        run.same(set(taken), set(itertools.islice(make(), 800)), "elements")


@CASES.case
def cycle(run):
    for _ in run.rounds():
        iterator = itertools.cycle(range(10))
        taken = sum(run.race(*[lambda: drain(iterator, 250)] * 4), [])
        run.same([taken.count(n) for n in range(10)], [100] * 10, "elements")


@CASES.case
def tee_in_threads(run):
    """Each copy belongs to a thread; the source is theirs together."""
    for _ in run.rounds():
        copies = itertools.tee(range(COUNT), 4)
        got = []

        def read(copy):
            while True:
                try:
                    return drain(copy)
                except RuntimeError as error:
                    run.saw(error)
                    return None

        got = run.race(*[lambda copy=copy: read(copy) for copy in copies])
        for other in got:
            if other is not None:
                run.same(other, list(range(COUNT)), "a copy")


@CASES.case
def tokens(run):
    """Each token is given to one thread, though reading the lines takes unequally long. (CPython with its GIL mixes them up.)"""
    lines = ["if a:\n", "  b\n", "  if c:\n", "    d\n", "e\n"]

    def tokenizer(pause):
        left = iter(lines)

        def read():
            line = next(left, "")
            if pause and len(line) > 4:
                time.sleep(0.0005)
            return line

        return tokenize._tokenize.TokenizerIter(read, extra_tokens=False)

    expected = sorted(tokenizer(False))
    for _ in run.rounds():
        shared = tokenizer(True)
        run.same(sorted(sum(run.race(*[lambda: drain(shared)] * 4), [])), expected, "tokens")


@CASES.case
def groupby_never_makes_up(run):
    for _ in run.rounds():
        iterator = itertools.groupby([n // 10 for n in range(300)])

        def work():
            mine = []
            for key, group in iterator:
                mine += [(key, element) for element in group]
            return mine

        for key, element in sum(run.race(work, work, work), []):
            run.expect(key in range(30) and element in range(30), "strange", key, element)


@GENERATOR.case
def already_executing(run):
    """ValueError while another thread runs it; no element is lost or doubled."""
    for _ in run.rounds():
        generator = (n for n in range(300))

        def work():
            mine = []
            while True:
                try:
                    mine.append(next(generator))
                except StopIteration:
                    return mine
                except ValueError as error:
                    run.saw(error)
                    run.same(str(error), "generator already executing", "message")

        run.same(sorted(sum(run.race(*[work] * 4), [])), list(range(300)), "elements")


@GENERATOR.case
def send_and_throw(run):
    class Stop(Exception):
        pass

    def echo():
        got = None
        count = 0
        while True:
            try:
                got = yield (got, count)
            except Stop:
                got = "thrown"
            count += 1

    for _ in run.rounds():
        generator = echo()
        next(generator)

        def work(thread):
            counts = []
            for n in range(100):
                try:
                    if n % 5:
                        got, count = generator.send((thread, n))
                        run.same(got, (thread, n), "sent")
                    else:
                        got, count = generator.throw(Stop)
                        run.same(got, "thrown", "thrown")
                    counts.append(count)
                except ValueError as error:
                    run.same(str(error), "generator already executing", "message")
                    run.saw(error)
            return counts

        counts = sum(run.race(*[lambda t=t: work(t) for t in range(3)]), [])
        run.same(sorted(counts), list(range(1, len(counts) + 1)), "counts")


@GENERATOR.case
def close_beside_next(run):
    for _ in run.rounds():
        ended = []

        def endless():
            try:
                n = 0
                while True:
                    yield n
                    n += 1
            finally:
                ended.append(1)

        generator = endless()
        next(generator)

        def close():
            for _ in range(100000):
                try:
                    generator.close()
                    return
                except ValueError as error:
                    run.same(str(error), "generator already executing", "message")

        def work():
            for _ in range(200):
                try:
                    next(generator)
                except StopIteration:
                    return
                except ValueError as error:
                    run.same(str(error), "generator already executing", "message")

        run.race(work, work, close)
        run.same(ended, [1], "finally blocks run")


@GENERATOR.case
def handed_over(run):
    """A generator goes from thread to thread through queues, one step in each."""
    import queue

    def steps():
        for n in range(200):
            yield n

    for _ in run.rounds():
        first, second = queue.SimpleQueue(), queue.SimpleQueue()

        def work(source, target):
            mine = []
            while (generator := source.get()) is not None:
                try:
                    mine.append(next(generator))
                except StopIteration:
                    target.put(None)
                    return mine
                target.put(generator)
            return mine

        first.put(steps())
        one, two = run.race(lambda: work(first, second), lambda: work(second, first))
        run.same((one, two), (list(range(0, 200, 2)), list(range(1, 200, 2))), "steps")


@GENERATOR.case
def coroutines_sent_to(run):
    import types

    @types.coroutine
    def wait():
        return (yield)

    async def count():
        total = 0
        while True:
            total += await wait()
            if total == 300:
                return total

    for _ in run.rounds():
        coroutine = count()
        coroutine.send(None)

        def work():
            sent = 0
            while sent < 100:
                try:
                    coroutine.send(1)
                    sent += 1
                except StopIteration as stop:
                    return stop.value
                except ValueError as error:
                    run.same(str(error), "coroutine already executing", "message")

        run.same(sorted(map(str, run.race(work, work, work))), ["300", "None", "None"], "results")


@GENERATOR.case
def frames_looked_at(run):
    """`gi_frame`, `f_locals` and `gi_running` of a generator that another thread runs."""
    for _ in run.rounds():

        def steps(limit):
            total = 0
            for n in range(limit):
                total += n
                yield total

        generator = steps(400)
        done = []

        def work():
            for _ in generator:
                pass
            done.append(1)

        def look():
            while not done:
                frame = generator.gi_frame
                if frame is not None:
                    now = frame.f_locals
                    if now.get("limit", 400) != 400:
                        return dict(now)
                    frame.f_lineno, frame.f_code.co_name
                generator.gi_running, generator.gi_suspended, repr(generator)

        run.same(run.race(work, look, look)[1:], [None] * 2, "locals")


@GENERATOR.case
def context_managers_in_threads(run):
    import contextlib

    entered, left = [], []

    @contextlib.contextmanager
    def managed(n):
        entered.append(n)
        try:
            yield n
        finally:
            left.append(n)

    for _ in run.rounds():

        def work(thread):
            for n in range(60):
                try:
                    with managed((thread, n)) as got:
                        if n % 3 == 0:
                            raise KeyError(n)
                        run.same(got, (thread, n), "got")
                except KeyError as error:
                    run.same(error.args, (n,), "raised")

        run.race(*[lambda t=t: work(t) for t in range(3)])
        run.same(sorted(entered), sorted(left), "entered and left")


CASES.update(GENERATOR)
