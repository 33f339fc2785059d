"""Linearizability: could what the threads saw have come from one operation after the other?

A history is a list of operations; each has a start and an end, by the clock that all threads share, what was called, and what
it returned. It is linearizable if there is an order of the operations that respects time (an operation that
ended before another began comes first) in which each returns what a plain, unshared object would have returned. `check` looks for
such an order depth first, and remembers which sets of operations with which state have led nowhere (Wing and Gong 1993, with Lowe's memory).
"""

import time
from collections import namedtuple

from race import Cases

CASES = Cases("linear")

Operation = namedtuple("Operation", "start end call result")


def check(history, state, apply):
    """An order of the history that explains it, or None. `apply(state, call)` returns `(result, state)`; states are hashable."""
    history = sorted(history)
    dead = set()
    # Each entry: which operations are done (as bits), the state after them, their order.
    stack = [(0, state, ())]
    everything = (1 << len(history)) - 1
    while stack:
        done, state, order = stack.pop()
        if done == everything:
            return order
        if (done, state) in dead:
            continue
        dead.add((done, state))
        # Whoever began after the first end of those still open cannot be next.
        first_end = min(op.end for bit, op in enumerate(history) if not done >> bit & 1)
        for bit, op in enumerate(history):
            if done >> bit & 1:
                continue
            if op.start > first_end:
                break
            result, after = apply(state, op.call)
            if result == op.result:
                stack.append((done | 1 << bit, after, (*order, op)))
    return None


def record(run, threads):
    """Races threads, each a list of `(call, function)`; the history."""

    def work(steps):
        mine = []
        for call, function in steps:
            start = time.perf_counter_ns()
            try:
                result = function()
            except (IndexError, KeyError, AttributeError) as error:
                result = type(error).__name__
            mine.append(Operation(start, time.perf_counter_ns(), call, result))
        return mine

    return sum(run.race(*[lambda steps=steps: work(steps) for steps in threads]), [])


def explain(run, history, state, apply):
    if check(history, state, apply) is None:
        base = min(op.start for op in history)
        rows = [f"[{op.start - base}..{op.end - base}] {op.call} -> {op.result}" for op in sorted(history)]
        run.expect(False, "not linearizable: " + "; ".join(rows))


def op(start, end, call, result):
    return Operation(start, end, call, result)


def register(state, call):
    name, *rest = call
    return (state, state) if name == "read" else (None, rest[0])


@CASES.case
def the_checker_can_tell(run):
    """Histories whose verdict is known."""
    old, new = ("write", 1), ("write", 2)
    good = [op(0, 10, old, None), op(2, 8, new, None), op(5, 6, ("read",), 2), op(11, 12, ("read",), 1)]
    run.expect(check(good, 0, register), "a good history was refused")
    stale = [op(0, 1, old, None), op(2, 3, new, None), op(4, 5, ("read",), 1)]
    run.expect(check(stale, 0, register) is None, "a stale read was let through")
    back = [op(0, 10, old, None), op(1, 2, ("read",), 1), op(3, 4, ("read",), 0)]
    run.expect(check(back, 0, register) is None, "a value that went back was let through")
    twice = [op(0, 9, ("put", 1), None), op(2, 8, ("take",), 1), op(3, 7, ("take",), 1)]
    run.expect(check(twice, (), queue) is None, "an element taken twice was let through")
    swapped = [op(0, 1, ("put", 1), None), op(2, 3, ("put", 2), None), op(4, 5, ("take",), 2)]
    run.expect(check(swapped, (), queue) is None, "a queue out of order was let through")
    run.expect(check(swapped, (), stack_of) is not None, "a stack in order was refused")


def queue(state, call):
    name, *rest = call
    if name == "put":
        return None, (*state, rest[0])
    return (state[0], state[1:]) if state else ("IndexError", state)


def stack_of(state, call):
    name, *rest = call
    if name == "put":
        return None, (*state, rest[0])
    return (state[-1], state[:-1]) if state else ("IndexError", state)


def mapping(state, call):
    """A dict, its state a tuple of pairs in order."""
    name, *rest = call
    now = dict(state)
    try:
        result = {
            "set": lambda key, value: now.__setitem__(key, value),
            "get": lambda key: now.get(key),
            "pop": lambda key: now.pop(key),
            "setdefault": lambda key, value: now.setdefault(key, value),
            "popitem": lambda: now.popitem(),
            "delete": lambda key: now.__delitem__(key),
            "in": lambda key: key in now,
            "len": lambda: len(now),
            "clear": lambda: now.clear(),
            "list": lambda: list(now),
            "items": lambda: list(now.items()),
            "copy": lambda: now.copy(),
            "update": lambda other: now.update(dict(other)),
        }[name](*rest)
    except KeyError:
        result = "KeyError"
    return result, tuple(now.items())


def mixed(run, number, calls, threads=3, steps=4):
    """Steps for each thread, drawn from the table of calls by the round's number."""
    state = number * 2654435761 % 2**32 or 1
    plan = []
    for thread in range(threads):
        mine = []
        for step in range(steps):
            state = (state * 1103515245 + 12345) % 2**31
            mine.append(calls[(state >> 16) % len(calls)](thread * 10 + step))
        plan.append(mine)
    return plan


@CASES.case
def attribute_as_a_register(run):
    class Plain:
        pass

    for number in run.rounds():
        shared = Plain()
        shared.x = 0

        def write(n):
            return ("write", n + 1), lambda: setattr(shared, "x", n + 1)

        def read(n):
            return ("read",), lambda: shared.x

        explain(run, record(run, mixed(run, number, [write, read, read])), 0, register)


VARIABLE = 0


@CASES.case
def global_as_a_register(run):
    def write(n):
        def store():
            global VARIABLE
            VARIABLE = n + 1

        return ("write", n + 1), store

    def read(n):
        return ("read",), lambda: VARIABLE

    for number in run.rounds():
        write(-1)[1]()
        explain(run, record(run, mixed(run, number, [write, read, read])), 0, register)


@CASES.case
def item_as_a_register(run):
    for number in run.rounds():
        shared = [0]

        def write(n):
            return ("write", n + 1), lambda: shared.__setitem__(0, n + 1)

        def read(n):
            return ("read",), lambda: shared[0]

        explain(run, record(run, mixed(run, number, [write, read, read])), 0, register)


@CASES.case
def class_attribute_as_a_register(run):
    for number in run.rounds():

        class Shared:
            x = 0

        instance = Shared()

        def write(n):
            return ("write", n + 1), lambda: setattr(Shared, "x", n + 1)

        def read(n):
            return ("read",), lambda: instance.x

        explain(run, record(run, mixed(run, number, [write, read, read])), 0, register)


@CASES.case
def closure_cell_as_a_register(run):
    for number in run.rounds():
        cell = 0

        def write(n):
            def store():
                nonlocal cell
                cell = n + 1

            return ("write", n + 1), store

        def read(n):
            return ("read",), lambda: cell

        explain(run, record(run, mixed(run, number, [write, read, read])), 0, register)


@CASES.case
def list_as_a_stack(run):
    for number in run.rounds():
        shared = []

        def put(n):
            return ("put", n), lambda: shared.append(n)

        def take(n):
            return ("take",), shared.pop

        explain(run, record(run, mixed(run, number, [put, take])), (), stack_of)


@CASES.case
def list_as_a_queue(run):
    for number in run.rounds():
        shared = []

        def put(n):
            return ("put", n), lambda: shared.append(n)

        def take(n):
            return ("take",), lambda: shared.pop(0)

        explain(run, record(run, mixed(run, number, [put, take])), (), queue)


@CASES.case
def deque_as_a_queue(run):
    from collections import deque

    for number in run.rounds():
        shared = deque()

        def put(n):
            return ("put", n), lambda: shared.append(n)

        def take(n):
            return ("take",), shared.popleft

        explain(run, record(run, mixed(run, number, [put, take])), (), queue)


@CASES.case
def simple_queue_as_a_queue(run):
    import queue as queues

    for number in run.rounds():
        shared = queues.SimpleQueue()

        def put(n):
            return ("put", n), lambda: shared.put(n)

        def get():
            try:
                return shared.get_nowait()
            except queues.Empty:
                raise IndexError from None

        def take(n):
            return ("take",), get

        explain(run, record(run, mixed(run, number, [put, take])), (), queue)


def list_state(state, call):
    name, *rest = call
    now = list(state)
    try:
        result = {
            "append": lambda e: now.append(e),
            "pop": lambda: now.pop(),
            "insert": lambda e: now.insert(1, e),
            "extend": lambda e: now.extend([e, e]),
            "copy": lambda: now[:],
            "clear": lambda: now.clear(),
            "reverse": lambda: now.reverse(),
            "set": lambda e: now.__setitem__(0, e),
            "slice": lambda e: now.__setitem__(slice(0, 2), [e] * 3),
            "len": lambda: len(now),
            "first": lambda: now[0],
            "last": lambda: now[-1],
        }[name](*rest)
    except IndexError:
        result = "IndexError"
    return result, tuple(now)


def of_object(shared, table):
    """Rows for `mixed`: `name: function(shared, n)` or `name: function(shared)`."""
    import inspect

    def entry(name, function):
        if len(inspect.signature(function).parameters) == 2:
            return lambda n: ((name, n), lambda: function(shared, n))
        return lambda n: ((name,), lambda: function(shared))

    return [entry(name, function) for name, function in table.items()]


@CASES.case
def list_as_a_list(run):
    for number in run.rounds():
        shared = [100, 101]
        table = {
            "append": lambda c, n: c.append(n),
            "pop": lambda c: c.pop(),
            "insert": lambda c, n: c.insert(1, n),
            "extend": lambda c, n: c.extend([n, n]),
            "copy": lambda c: c[:],
            "clear": lambda c: c.clear(),
            "reverse": lambda c: c.reverse(),
            "set": lambda c, n: c.__setitem__(0, n),
            "slice": lambda c, n: c.__setitem__(slice(0, 2), [n] * 3),
            "len": lambda c: len(c),
            "first": lambda c: c[0],
            "last": lambda c: c[-1],
        }
        history = record(run, mixed(run, number, of_object(shared, table)))
        explain(run, history, (100, 101), list_state)


def dict_calls(shared, keys):
    def key(n):
        return n * 7 % keys

    return [
        lambda n: (("set", key(n), n), lambda: shared.__setitem__(key(n), n)),
        lambda n: (("get", key(n)), lambda: shared.get(key(n))),
        lambda n: (("pop", key(n)), lambda: shared.pop(key(n))),
        lambda n: (("setdefault", key(n), n), lambda: shared.setdefault(key(n), n)),
        lambda n: (("popitem",), lambda: shared.popitem()),
        lambda n: (("delete", key(n)), lambda: shared.__delitem__(key(n))),
        lambda n: (("in", key(n)), lambda: key(n) in shared),
        lambda n: (("len",), lambda: len(shared)),
        lambda n: (("clear",), lambda: shared.clear()),
        lambda n: (("list",), lambda: list(shared)),
        lambda n: (("items",), lambda: list(shared.items())),
        lambda n: (("copy",), lambda: shared.copy()),
        lambda n: (("update", ((0, n), (1, n))), lambda: shared.update({0: n, 1: n})),
    ]


@CASES.each(("one_key", 1), ("two_keys", 2), ("five_keys", 5))
def dict_as_a_dict(run, keys):
    for number in run.rounds():
        shared = {}
        history = record(run, mixed(run, number, dict_calls(shared, keys)))
        explain(run, history, (), mapping)


@CASES.case
def dict_set_and_pop(run):
    for number in run.rounds():
        shared = {}
        calls = dict_calls(shared, 2)
        history = record(run, mixed(run, number, calls[:4], threads=4))
        explain(run, history, (), mapping)


@CASES.case
def instance_dict_as_a_dict(run):
    """Attribute stores and the `__dict__` of one object are one thing."""

    class Plain:
        pass

    for number in run.rounds():
        shared = Plain()
        names = ["a", "b"]

        def name(n):
            return names[n % 2]

        calls = [
            lambda n: (("set", name(n), n), lambda: setattr(shared, name(n), n)),
            lambda n: (("get", name(n)), lambda: getattr(shared, name(n), None)),
            lambda n: (("set", name(n), n), lambda: shared.__dict__.__setitem__(name(n), n)),
            lambda n: (("pop", name(n)), lambda: shared.__dict__.pop(name(n))),
            lambda n: (("get", name(n)), lambda: vars(shared).get(name(n))),
            lambda n: (("in", name(n)), lambda: hasattr(shared, name(n))),
            lambda n: (("len",), lambda: len(vars(shared))),
            lambda n: (("copy",), lambda: vars(shared).copy()),
        ]
        explain(run, record(run, mixed(run, number, calls)), (), mapping)


def set_state(state, call):
    name, *rest = call
    now = set(state)
    result = {
        "add": lambda e: now.add(e),
        "discard": lambda e: now.discard(e),
        "in": lambda e: e in now,
        "len": lambda: len(now),
        "copy": lambda: now.copy(),
        "clear": lambda: now.clear(),
        "xor": lambda e: now.symmetric_difference_update({e, 9}),
        "update": lambda e: now.update({e, 8}),
        "intersect": lambda e: now.intersection_update({e, 8, 9, 0}),
    }[name](*rest)
    return result, frozenset(now)


@CASES.case
def set_as_a_set(run):
    for number in run.rounds():
        shared = {0, 1}
        table = {
            "add": lambda c, n: c.add(n % 3),
            "discard": lambda c, n: c.discard(n % 3),
            "in": lambda c, n: n % 3 in c,
            "len": lambda c: len(c),
            "copy": lambda c: c.copy(),
            "clear": lambda c: c.clear(),
            "xor": lambda c, n: c.symmetric_difference_update({n % 3, 9}),
            "update": lambda c, n: c.update({n % 3, 8}),
            "intersect": lambda c, n: c.intersection_update({n % 3, 8, 9, 0}),
        }
        calls = [
            lambda n, call=call: (
                (call(n)[0][0], n % 3) if len(call(n)[0]) == 2 else call(n)[0],
                call(n)[1],
            )
            for call in of_object(shared, table)
        ]
        history = record(run, mixed(run, number, calls))
        explain(run, history, frozenset({0, 1}), set_state)


@CASES.case
def counter_by_unique_append(run):
    """`next` of a shared count gives each number once, in an order that respects time."""
    import itertools

    for number in run.rounds():
        shared = itertools.count()
        calls = [lambda n: (("next",), lambda: next(shared))]
        history = record(run, mixed(run, number, calls, threads=4, steps=4))
        explain(run, history, 0, lambda state, call: (state, state + 1))
