"""Sets: every method that changes one beside every way to read one; and what must be atomic."""

import copy
import pickle

from race import Cases, fresh, is_element, matrix

CASES = Cases("set")

CHANGED = (RuntimeError, "changed size during iteration")


def make():
    return {fresh(0, number) for number in range(12)}


def two(t, n):
    return {fresh(t, n), fresh(t, n + 0.5)}


def add(c, t, n):
    c.add(fresh(t, n))
    return [fresh(t, n)], []


def add_again(c, t, n):
    c.add(fresh(0, n % 12))
    return [], []


def update(c, t, n):
    c.update(two(t, n))
    return two(t, n), []


def update_list(c, t, n):
    c.update(list(two(t, n)), [])
    return two(t, n), []


def ior(c, t, n):
    c |= two(t, n)
    return two(t, n), []


def discard(c, t, n):
    c.discard(fresh(0, n))


def remove(c, t, n):
    c.remove(fresh(0, n))
    return [], [fresh(0, n)]


def pop(c, t, n):
    return [], [c.pop()]


def add_pop(c, t, n):
    c.add(fresh(t, n))
    return [fresh(t, n)], [c.pop()]


def clear(c, t, n):
    c.clear()
    c |= two(t, n)


def iand(c, t, n):
    c &= make() | two(t, n)
    c.add(fresh(t, n))


def isub(c, t, n):
    c.add(fresh(t, n))
    c -= {fresh(t, n)}
    return [], []


def ixor(c, t, n):
    c ^= two(t, n)
    return two(t, n), []


def ixor_again(c, t, n):
    c ^= {fresh(t, n)}
    c ^= {fresh(t, n)}
    return [], []


def difference_update(c, t, n):
    c.difference_update([fresh(0, n)], ())


def intersection_update(c, t, n):
    c.intersection_update(make(), make())
    c.add(fresh(t, n))


def symmetric_difference_update(c, t, n):
    c.symmetric_difference_update(list(two(t, n)))
    return two(t, n), []


def init(c, t, n):
    c.__init__(two(t, n))


def star(*elements):
    return elements


def whole(run, c):
    run.same(len(c), len(list(c)), "length")
    run.same(len(c), len(set(list(c))), "different elements")
    run.expect(all(element in c for element in c), "a set at rest does not find its elements")


matrix(
    CASES,
    make,
    [
        ("add", add),
        ("add_again", add_again),
        ("update", update),
        ("update_list", update_list),
        ("ior", ior),
        ("discard", discard),
        ("remove", remove, KeyError),
        ("pop", pop, KeyError),
        ("add_pop", add_pop),
        ("clear", clear),
        ("iand", iand),
        ("isub", isub),
        ("ixor", ixor),
        ("ixor_again", ixor_again),
        ("difference_update", difference_update),
        ("intersection_update", intersection_update),
        ("symmetric_difference_update", symmetric_difference_update),
        ("init", init),
    ],
    [
        ("iterate", lambda c: [element for element in c], CHANGED),
        ("list", list),
        ("tuple", tuple),
        ("sorted", sorted),
        ("set", set),
        ("frozenset", frozenset),
        ("copy", set.copy),
        ("copy_copy", copy.copy),
        ("pickle", lambda c: pickle.loads(pickle.dumps(c))),
        ("display", lambda c: {*c}),
        ("star", lambda c: star(*c)),
        ("join", lambda c: bool("".join(c))),
        ("repr", lambda c: eval(repr(c))),
        ("or", lambda c: c | {fresh(0, 1)}),
        ("and", lambda c: c & make()),
        ("sub", lambda c: c - {fresh(0, 1)}),
        ("xor", lambda c: c ^ {fresh(0, 1)}),
        ("rsub", lambda c: make() - c),
        ("union", lambda c: set().union(c, c)),
        ("intersection", lambda c: make().intersection(c)),
        ("in", lambda c: fresh(0, 3) in c),
        ("subset", lambda c: c <= make()),
        ("superset", lambda c: c.issuperset({fresh(0, 2)})),
        ("disjoint", lambda c: c.isdisjoint({fresh(0, 2)})),
        ("equal", lambda c: c == c.copy()),
        ("dict", dict.fromkeys),
        ("max", lambda c: [max(c, default="v."), min(c, default="v.")]),
        ("next", lambda c: [next(iter(c), "v.")], CHANGED),
        ("len", lambda c: len(c) > 300 and [None]),
        ("sizeof", lambda c: c.__sizeof__()),
    ],
    list,
    is_element,
    whole,
)


@CASES.case
def each_element_is_popped_once(run):
    for _ in run.rounds():
        shared = set(range(400))

        def drain():
            mine = []
            while shared:
                try:
                    mine.append(shared.pop())
                except KeyError:
                    pass
            return mine

        run.same(sorted(sum(run.race(drain, drain, drain, drain), [])), list(range(400)), "elements")


@CASES.case
def each_element_is_removed_once(run):
    for _ in run.rounds():
        shared = set(range(150))

        def remove():
            mine = []
            for n in range(150):
                try:
                    shared.remove(n)
                except KeyError:
                    continue
                mine.append(n)
            return mine

        run.same(sorted(sum(run.race(remove, remove, remove), [])), list(range(150)), "elements")


@CASES.case
def growing_loses_nothing(run):
    for _ in run.rounds():
        shared = set()

        def work(thread):
            for n in range(300):
                shared.add(n * 4 + thread)

        run.race(*[lambda t=t: work(t) for t in range(4)])
        run.same(sorted(shared), list(range(1200)), "elements")


@CASES.case
def what_stays_is_always_found(run):
    for _ in run.rounds():
        shared = set(range(20))
        done = []

        def change(thread):
            for n in range(300):
                shared.add((thread, n))
                shared.discard((thread, n - 4))
            done.append(1)

        def look():
            while len(done) < 2:
                for n in range(20):
                    if n not in shared:
                        return n
                if not shared.issuperset(range(20)):
                    return "superset"

        run.same(run.race(lambda: change(1), lambda: change(2), look, look)[2:], [None, None], "missed")


@CASES.case
def symmetric_difference_twice(run):
    """An even number of `^=` with the same elements changes nothing."""
    for _ in run.rounds():
        shared = set(range(10))

        def work():
            nonlocal_set = shared
            for _ in range(100):
                nonlocal_set ^= {3, 4, 5, 77}

        run.race(work, work)
        run.same(shared, set(range(10)), "set")


@CASES.case
def shared_iterator_yields_once(run):
    for _ in run.rounds():
        iterator = iter(set(range(500)))
        taken = sum(run.race(*[lambda: [element for element in iterator]] * 4), [])
        run.same(sorted(taken), list(range(500)), "elements")


@CASES.case
def comparison_changes_the_set(run):
    class Strange:
        def __init__(self, owner):
            self.owner = owner
            self.left = 5

        def __hash__(self):
            return 1

        def __eq__(self, other):
            # Not for ever: a probe starts over when the table has changed.
            if self.left == 0:
                return False
            self.left -= 1
            self.owner.clear()
            self.owner.update(range(20))
            return False

    for _ in run.rounds():
        shared = set()

        def work(function):
            for _ in range(25):
                try:
                    function(Strange(shared))
                except (KeyError, RuntimeError) as error:
                    run.saw(error)

        run.race(
            lambda: work(shared.add),
            lambda: work(shared.discard),
            lambda: work(shared.remove),
            lambda: work(lambda key: key in shared),
            lambda: work(lambda key: shared | {key}),
        )
        run.expect(all(type(key) in (int, Strange) for key in shared), "strange elements", shared)
        run.same(len(shared), len(list(shared)), "length")
