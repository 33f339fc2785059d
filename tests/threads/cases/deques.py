"""Deques: every method that changes one beside every way to read one; and what must be atomic."""

import copy
import pickle
from collections import deque

from race import Cases, fresh, is_element, matrix

CASES = Cases("deque")

MUTATED = (RuntimeError, "mutated during iteration")


def make():
    return deque(fresh(0, number) for number in range(12))


def two(t, n):
    return [fresh(t, n), fresh(t, n + 0.5)]


def append(c, t, n):
    c.append(fresh(t, n))
    return [fresh(t, n)], []


def appendleft(c, t, n):
    c.appendleft(fresh(t, n))
    return [fresh(t, n)], []


def pop(c, t, n):
    return [], [c.pop()]


def popleft(c, t, n):
    return [], [c.popleft()]


def append_popleft(c, t, n):
    c.append(fresh(t, n))
    return [fresh(t, n)], [c.popleft()]


def appendleft_pop(c, t, n):
    c.appendleft(fresh(t, n))
    return [fresh(t, n)], [c.pop()]


def extend(c, t, n):
    c.extend(two(t, n))
    return two(t, n), []


def extendleft(c, t, n):
    c.extendleft(two(t, n))
    return two(t, n), []


def iadd(c, t, n):
    c += two(t, n)
    return two(t, n), []


def imul(c, t, n):
    c *= 2
    while len(c) > 20:
        try:
            c.pop()
        except IndexError:
            pass


def rotate(c, t, n):
    c.rotate(n % 5 - 2)
    return [], []


def reverse(c, t, n):
    c.reverse()
    return [], []


def insert(c, t, n):
    c.insert(5, fresh(t, n))
    return [fresh(t, n)], []


def remove(c, t, n):
    c.remove(fresh(0, n))
    return [], [fresh(0, n)]


def setitem(c, t, n):
    c[n % 6 + 6 * t - 6] = fresh(t, n)


def delitem(c, t, n):
    del c[0]
    c.append(fresh(t, n))


def clear(c, t, n):
    c.clear()
    c.extend(two(t, n))


def init(c, t, n):
    c.__init__(two(t, n))


WRITERS = [
    ("append", append),
    ("appendleft", appendleft),
    ("pop", pop, IndexError),
    ("popleft", popleft, IndexError),
    ("append_popleft", append_popleft),
    ("appendleft_pop", appendleft_pop),
    ("extend", extend),
    ("extendleft", extendleft),
    ("iadd", iadd),
    ("imul", imul),
    ("rotate", rotate),
    ("reverse", reverse),
    ("insert", insert),
    ("remove", remove, ValueError, IndexError),
    ("setitem", setitem),
    ("delitem", delitem, IndexError),
    ("clear", clear),
    ("init", init),
]
READERS = [
    ("iterate", lambda c: [element for element in c], MUTATED),
    ("reversed", lambda c: [element for element in reversed(c)], MUTATED),
    ("list", list),
    ("tuple", tuple),
    ("set", set),
    ("sorted", sorted),
    ("copy", deque.copy),
    ("copy_copy", copy.copy),
    ("pickle", lambda c: pickle.loads(pickle.dumps(c)), MUTATED),
    ("display", lambda c: [*c]),
    ("join", lambda c: bool("".join(c))),
    ("repr", lambda c: eval(repr(c))),
    ("first", lambda c: [c[0]], IndexError),
    ("last", lambda c: [c[-1]], IndexError),
    ("middle", lambda c: [c[len(c) // 2]], IndexError),
    ("add", lambda c: c + deque()),
    ("mul", lambda c: c * 2),
    ("in", lambda c: fresh(0, 3) in c),
    ("index", lambda c: c.index(fresh(0, 0)), ValueError),
    ("count", lambda c: c.count(fresh(0, 3))),
    ("equal", lambda c: c == c.copy()),
    ("less", lambda c: c < c.copy()),
    ("len", lambda c: len(c) > 300 and [None]),
    ("bool", bool),
    ("maxlen", lambda c: c.maxlen is None or [None]),
    ("sizeof", lambda c: c.__sizeof__()),
]

matrix(CASES, make, WRITERS, READERS, list, is_element)


@CASES.case
def bounded(run):
    """A deque with a bound never holds more, and holds the last ones."""
    for _ in run.rounds():
        shared = deque(maxlen=10)
        done = []

        def work(thread):
            for n in range(300):
                shared.append((thread, n))
            done.append(1)

        def look():
            while len(done) < 2:
                if len(shared) > 10 or len(shared.copy()) > 10:
                    return len(shared)

        run.same(run.race(lambda: work(1), lambda: work(2), look)[2], None, "too long")
        run.same(len(shared), 10, "length")
        for thread in (1, 2):
            mine = [n for t, n in shared if t == thread]
            run.same(mine, list(range(300 - len(mine), 300)), "the last ones")


@CASES.each(
    ("right_left", "append", "popleft"),
    ("left_right", "appendleft", "pop"),
    ("right_right", "append", "pop"),
    ("left_left", "appendleft", "popleft"),
)
def nothing_is_lost_or_doubled(run, put, take):
    for _ in run.rounds():
        shared = deque()
        done = []

        def produce(thread):
            for n in range(300):
                getattr(shared, put)((thread, n))
            done.append(1)

        def consume():
            mine = []
            while len(done) < 2 or shared:
                try:
                    mine.append(getattr(shared, take)())
                except IndexError:
                    pass
            return mine

        got = run.race(lambda: produce(1), lambda: produce(2), consume, consume)[2:]
        run.same(sorted(sum(got, [])), [(t, n) for t in (1, 2) for n in range(300)], "elements")
        if take.endswith("left") != put.endswith("left"):
            for mine in got:
                for thread in (1, 2):
                    numbers = [n for t, n in mine if t == thread]
                    run.same(numbers, sorted(numbers), "order")


@CASES.case
def rotations_keep_the_ring(run):
    for _ in run.rounds():
        shared = deque(range(30))
        done = []

        def work(step):
            for _ in range(200):
                shared.rotate(step)
            done.append(1)

        def look():
            while len(done) < 2:
                ring = list(shared)
                start = ring.index(0) if 0 in ring else 0
                if ring[start:] + ring[:start] != list(range(30)):
                    return ring

        run.same(run.race(lambda: work(1), lambda: work(-3), look, look)[2:], [None, None], "ring")


@CASES.case
def shared_iterator_yields_once(run):
    for _ in run.rounds():
        iterator = iter(deque(range(500)))
        taken = sum(run.race(*[lambda: [element for element in iterator]] * 4), [])
        run.same(sorted(taken), list(range(500)), "elements")


@CASES.case
def comparison_lets_others_in(run):
    class Strange:
        def __init__(self, owner):
            self.owner = owner

        def __eq__(self, other):
            self.owner.clear()
            self.owner.extend([Strange(self.owner)] * 3)
            return False

    for _ in run.rounds():
        shared = deque()
        shared.extend([Strange(shared)] * 3)

        def work(function):
            for _ in range(40):
                try:
                    function(shared)
                except (ValueError, RuntimeError, IndexError) as error:
                    run.saw(error)

        run.race(
            lambda: work(lambda c: c.index(1)),
            lambda: work(lambda c: c.remove(1)),
            lambda: work(lambda c: c.count(1)),
            lambda: work(lambda c: 1 in c),
        )
        run.expect(all(type(element) is Strange for element in list(shared)), "strange elements", shared)
