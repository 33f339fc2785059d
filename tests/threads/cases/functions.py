"""Caches and other parts of the standard library that keep a state behind the scenes."""

import functools
import random
import re
import threading

from race import Cases

CASES = Cases("functools")
STATE = Cases("state")


@CASES.each(("unbounded", None), ("bounded", 16), ("one", 1), ("none", 0))
def lru_cache(run, maxsize):
    """Hits and misses add up, values are right, the bound is kept, and what is remembered is found again."""
    for _ in run.rounds():

        @functools.lru_cache(maxsize)
        def square(n):
            return (n, n * n)

        def work(thread):
            for n in range(200):
                key = (n * 7 + thread) % 40
                if square(key) != (key, key * key):
                    return key

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "values")
        info = square.cache_info()
        run.same(info.hits + info.misses, 800, "hits and misses")
        run.same(info.currsize, 40 if maxsize is None else min(maxsize, 40), "size")
        if maxsize is None:
            square(3)
            run.same(square.cache_info().hits, info.hits + 1, "a hit after the race")


@CASES.case
def lru_cache_cleared(run):
    for _ in run.rounds():

        @functools.lru_cache(20)
        def square(n):
            return n * n

        done = []

        def clear():
            for _ in range(100):
                square.cache_clear()
                square.cache_info()
            done.append(1)

        def work():
            while not done:
                for n in range(30):
                    if square(n) != n * n:
                        return n

        run.same(run.race(clear, work, work)[1:], [None] * 2, "values")
        run.expect(square.cache_info().currsize <= 20, "too large", square.cache_info())


@CASES.case
def lru_cache_recursive(run):
    for _ in run.rounds():

        @functools.cache
        def fibonacci(n):
            return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

        run.same(run.race(*[lambda: fibonacci(60)] * 4), [1548008755920] * 4, "values")


@CASES.case
def lru_cache_of_slow_keys(run):
    """Keys with a Python `__eq__` and `__hash__`."""

    class Key:
        def __init__(self, n):
            self.n = n

        def __hash__(self):
            return self.n % 3

        def __eq__(self, other):
            return self.n == other.n

    for _ in run.rounds():

        @functools.lru_cache(8)
        def value(key):
            return key.n

        def work():
            for n in range(60):
                if value(Key(n % 12)) != n % 12:
                    return n

        run.same(run.race(*[work] * 3), [None] * 3, "values")
        run.expect(value.cache_info().currsize <= 8, "too large", value.cache_info())


@CASES.case
def cached_property(run):
    for _ in run.rounds():

        class Local:
            @functools.cached_property
            def value(self):
                return object()

        shared = Local()
        run.race(*[lambda: shared.value] * 4)
        run.expect(len({shared.value for _ in range(3)}) == 1, "still changing")


@CASES.case
def single_dispatch(run):
    for _ in run.rounds():

        @functools.singledispatch
        def name(x):
            return "object"

        classes = [type(f"C{n}", (), {}) for n in range(20)]
        done = []

        def register():
            for c in classes:
                name.register(c, lambda x, c=c: c.__name__)
            done.append(1)

        def one(c):
            try:
                return name(c())
            except RuntimeError as error:
                # The table of implementations is iterated in Python.
                run.saw(error)
                return "object"

        def work():
            while not done:
                for c in classes:
                    if one(c) not in ("object", c.__name__):
                        return c

        run.same(run.race(register, work, work)[1:], [None] * 2, "names")
        run.same([name(c()) for c in classes], [c.__name__ for c in classes], "names")


@CASES.case
def partials(run):
    for _ in run.rounds():
        shared = functools.partial(lambda *a, **k: (a, k), 1, x=2)

        def work():
            for n in range(150):
                if shared(n, y=n) != ((1, n), {"x": 2, "y": n}):
                    return n

        def change():
            for n in range(150):
                shared.attribute = n
                shared.__setstate__((shared.func, (1,), {"x": 2}, {}))

        run.same(run.race(work, work, change)[:2], [None] * 2, "results")


@STATE.case
def regular_expressions(run):
    """The cache of compiled patterns overflows in all threads."""
    for number in run.rounds():

        def work(thread):
            for n in range(40):
                if not re.fullmatch(f"a{number}{{1}}b{n}(c|d)", f"a{number}b{n}c"):
                    return n
            re.purge()

        run.same(run.race(*[lambda t=t: work(t) for t in range(3)]), [None] * 3, "matches")


@STATE.case
def random_numbers(run):
    """One generator for all: no number comes twice, and none is lost."""
    for _ in run.rounds():
        shared, alone = random.Random(5), random.Random(5)
        got = sum(run.race(*[lambda: [shared.getrandbits(64) for _ in range(100)] for _ in range(4)]), [])
        run.same(sorted(got), sorted(alone.getrandbits(64) for _ in range(400)), "numbers")


@STATE.case
def hashes(run):
    import hashlib

    for _ in run.rounds():
        shared = hashlib.sha256()
        run.race(*[lambda: [shared.update(b"x" * 100) for _ in range(50)]] * 4)
        run.same(shared.hexdigest(), hashlib.sha256(b"x" * 20000).hexdigest(), "digest")


@STATE.case
def compressors(run):
    import zlib

    for _ in run.rounds():
        shared = zlib.compressobj()
        parts = []

        def work():
            for _ in range(30):
                shared.compress(b"abc" * 50)

        run.race(work, work)
        parts.append(shared.flush())
        checked = zlib.compressobj()
        run.expect(len(parts[0]) > 0 and checked is not shared, "nothing came out")


@STATE.case
def encoders_beside_changes(run):
    """json and pickle of something that changes: an error that says so, or a text of what was there."""
    import json
    import pickle

    for _ in run.rounds():
        shared = {"list": [1, 2, 3], "dict": {"a": 1}}
        done = []

        def change():
            for n in range(150):
                shared["list"].append(n)
                shared["dict"][str(n)] = n
                if n % 10 == 9:
                    shared["list"].clear()
                    shared["dict"].clear()
            done.append(1)

        def work(encode, decode):
            while not done:
                try:
                    got = decode(encode(shared))
                except RuntimeError as error:
                    run.expect("changed size" in str(error), "message", str(error))
                    run.saw(error)
                    continue
                if any(str(value) != key for key, value in got["dict"].items() if key != "a"):
                    return got

        got = run.race(change, lambda: work(json.dumps, json.loads), lambda: work(pickle.dumps, pickle.loads))
        run.same(got[1:], [None] * 2, "encoded")


@STATE.case
def warnings_shown_once(run):
    import warnings

    for _ in run.rounds():
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")

            def work(thread):
                for n in range(20):
                    warnings.warn(f"{thread}.{n}")

            run.race(*[lambda t=t: work(t) for t in range(3)])
        run.same(len(seen), 60, "warnings")


@STATE.case
def log_records(run):
    import io
    import logging

    for _ in run.rounds():
        stream = io.StringIO()
        logger = logging.Logger("race")
        logger.addHandler(logging.StreamHandler(stream))

        def work(thread):
            for n in range(40):
                logger.warning("thread %d number %d", thread, n)

        run.race(*[lambda t=t: work(t) for t in range(3)])
        lines = stream.getvalue().splitlines()
        run.same(sorted(lines), sorted(f"thread {t} number {n}" for t in range(3) for n in range(40)), "lines")


@STATE.case
def compiled_at_once(run):
    import ast

    for _ in run.rounds():

        def work(thread):
            for n in range(10):
                tree = ast.parse(f"def f(x):\n    return [x + {n} for _ in range(3)]\n")
                space = {}
                exec(compile(tree, "<race>", "exec"), space)
                if space["f"](thread) != [thread + n] * 3:
                    return n

        run.same(run.race(*[lambda t=t: work(t) for t in range(3)]), [None] * 3, "results")


@STATE.case
def one_function_warms_up_in_all(run):
    """A function is specialised for other types in each thread."""
    for _ in run.rounds():

        def add(a, b):
            total = a + b
            for _ in range(3):
                total = total + b
            return total

        class Vector:
            def __init__(self, x):
                self.x = x

            def __add__(self, other):
                return Vector(self.x + other.x)

        def work(a, b, expected, read=lambda x: x):
            for _ in range(150):
                if read(add(a, b)) != expected:
                    return read(add(a, b))

        got = run.race(
            lambda: work(1, 2, 9),
            lambda: work(0.5, 0.25, 1.5),
            lambda: work("a", "b", "abbbb"),
            lambda: work([1], [2], [1, 2, 2, 2, 2]),
            lambda: work(Vector(1), Vector(2), 9, lambda v: v.x),
            lambda: work(2**70, 1, 2**70 + 4),
        )
        run.same(got, [None] * 6, "results")


@STATE.case
def large_numbers_and_texts(run):
    for _ in run.rounds():

        def work(thread):
            number = 3**300 + thread
            for _ in range(20):
                text = str(number)
                if int(text) != number or hash(text) != hash(str(number)) or f"{number:x}" != hex(number)[2:]:
                    return text

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "texts")


@STATE.case
def struct_and_codecs(run):
    import codecs
    import struct

    for number in run.rounds():

        def work(thread):
            for n in range(60):
                if struct.unpack(f"<{n + 1}h", struct.pack(f"<{n + 1}h", *range(n + 1)))[n] != n:
                    return n
                if codecs.decode(codecs.encode("äöü€" * n, "utf-16"), "utf-16") != "äöü€" * n:
                    return n

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "results")


@STATE.case
def environment_of_all(run):
    import os

    for _ in run.rounds():

        def work(thread):
            for n in range(60):
                os.environ[f"RACE{thread}"] = str(n)
                if os.environ[f"RACE{thread}"] != str(n) or os.getenv("RACE_NOT", "no") != "no":
                    return n
                dict(os.environ)
            del os.environ[f"RACE{thread}"]

        def safe(thread):
            try:
                return work(thread)
            except (RuntimeError, KeyError) as error:
                # A copy is made key by key, in Python.
                run.saw(error)

        run.same(run.race(*[lambda t=t: safe(t) for t in range(3)]), [None] * 3, "variables")


@STATE.case
def switch_interval_and_limits(run):
    import sys

    interval = sys.getswitchinterval()
    try:
        for _ in run.rounds():

            def change():
                for n in range(1, 60):
                    sys.setswitchinterval(n / 10000)
                    sys.setrecursionlimit(1000 + n)
                    threading.stack_size()

            run.race(change, change, lambda: [str(n) for n in range(1000)])
    finally:
        sys.setswitchinterval(interval)
        sys.setrecursionlimit(1000)


CASES.update(STATE)
