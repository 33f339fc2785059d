"""Lists: every method that changes one beside every way to read one; and what must be atomic."""

import bisect
import copy
import heapq
import pickle

from race import Cases, fresh, matrix

CASES = Cases("list")


def make():
    return [fresh(0, number) for number in range(12)]


def several(thread, number):
    return [fresh(thread, number), fresh(thread, number + 0.5)]


def append(c, t, n):
    c.append(fresh(t, n))
    return [fresh(t, n)], []


def extend(c, t, n):
    c.extend(several(t, n))
    return several(t, n), []


def extend_tuple(c, t, n):
    c.extend(tuple(several(t, n)))
    return several(t, n), []


def extend_iterator(c, t, n):
    c.extend(iter(several(t, n)))
    return several(t, n), []


def extend_generator(c, t, n):
    c.extend(element for element in several(t, n))
    return several(t, n), []


def iadd(c, t, n):
    c += several(t, n)
    return several(t, n), []


def insert_front(c, t, n):
    c.insert(0, fresh(t, n))
    return [fresh(t, n)], []


def insert_middle(c, t, n):
    c.insert(5, fresh(t, n))
    return [fresh(t, n)], []


def pop(c, t, n):
    return [], [c.pop()]


def pop_front(c, t, n):
    return [], [c.pop(0)]


def append_pop(c, t, n):
    c.append(fresh(t, n))
    return [fresh(t, n)], [c.pop()]


def remove(c, t, n):
    c.remove(fresh(0, n))
    return [], [fresh(0, n)]


def setitem(c, t, n):
    c[n % 4 + 4 * t - 4] = fresh(t, n)


def setslice(c, t, n):
    c[2:4] = several(t, n)


def setslice_whole(c, t, n):
    c[:] = several(t, n) * (n % 5)


def setslice_grow(c, t, n):
    c[3:3] = several(t, n)
    return several(t, n), []


def setslice_extended(c, t, n):
    c[::2] = [fresh(t, n)] * 6


def delitem(c, t, n):
    del c[0]
    c.append(fresh(t, n))


def delslice(c, t, n):
    del c[1:3]
    c += several(t, n)


def clear(c, t, n):
    c.clear()
    c += several(t, n)


def imul(c, t, n):
    c *= 2
    del c[20:]


def reverse(c, t, n):
    c.reverse()
    return [], []


def sort(c, t, n):
    c.sort(reverse=n % 2 == 0)
    return [], []


def sort_key(c, t, n):
    c.sort(key=lambda element: element[::-1])
    return [], []


def init(c, t, n):
    c.__init__(several(t, n))


def star(*elements):
    return elements


def one_of(c):
    first, *_, last = c
    return [first, last]


def matched(c):
    match c:
        case [first, *_, last]:
            return [first, last]


matrix(
    CASES,
    make,
    [
        ("append", append),
        ("extend", extend),
        ("extend_tuple", extend_tuple),
        ("extend_iterator", extend_iterator),
        ("extend_generator", extend_generator),
        ("iadd", iadd),
        ("insert_front", insert_front),
        ("insert_middle", insert_middle),
        ("pop", pop, IndexError),
        ("pop_front", pop_front, IndexError),
        ("append_pop", append_pop),
        ("remove", remove, ValueError),
        ("setitem", setitem),
        ("setslice", setslice),
        ("setslice_whole", setslice_whole),
        ("setslice_grow", setslice_grow),
        ("setslice_extended", setslice_extended),
        ("delitem", delitem, IndexError),
        ("delslice", delslice),
        ("clear", clear),
        ("imul", imul),
        ("reverse", reverse),
        ("sort", sort),
        ("sort_key", sort_key, (ValueError, "list modified during sort")),
        ("init", init),
    ],
    [
        ("iterate", lambda c: [element for element in c]),
        ("reversed", lambda c: [element for element in reversed(c)]),
        ("enumerate", lambda c: [element for _, element in enumerate(c)]),
        ("zip", lambda c: [element for pair in zip(c, c) for element in pair]),
        ("map", lambda c: list(map(str, c))),
        ("filter", lambda c: list(filter(None, c))),
        ("list", list),
        ("tuple", tuple),
        ("set", set),
        ("sorted", sorted),
        ("copy", list.copy),
        ("copy_copy", copy.copy),
        ("deepcopy", copy.deepcopy),
        ("pickle", lambda c: pickle.loads(pickle.dumps(c))),
        ("display", lambda c: [*c]),
        ("star", lambda c: star(*c)),
        ("unpack", one_of, (ValueError, "not enough values")),
        ("join", lambda c: "".join(c) and None),
        ("repr", lambda c: eval(repr(c))),
        ("get", lambda c: [c[0], c[-1], c[len(c) // 2]], IndexError),
        ("slice", lambda c: c[1:-1]),
        ("slice_extended", lambda c: c[::-2]),
        ("add", lambda c: c + c),
        ("mul", lambda c: c * 2),
        ("in", lambda c: fresh(0, 3) in c and None),
        ("index", lambda c: [c[c.index(fresh(0, 0))]], ValueError, IndexError),
        ("count", lambda c: c.count(fresh(0, 3)) and None),
        ("equal", lambda c: c == c[:] and None),
        ("less", lambda c: c < c[:] and None),
        ("max", lambda c: [max(c, default="v."), min(c, default="v.")]),
        ("any", lambda c: all(c) and any(c) and None),
        ("next", lambda c: [next(iter(c), "v.")]),
        ("match", matched, IndexError),
        ("len", lambda c: [None] if len(c) > 200 else None),
        ("sizeof", lambda c: c.__sizeof__() and None),
        ("dict", lambda c: dict.fromkeys(c)),
    ],
)


@CASES.case
def appends_keep_their_order(run):
    for _ in run.rounds():
        shared = []
        run.race(*[lambda t=t: [shared.append((t, n)) for n in range(200)] for t in range(4)])
        for thread in range(4):
            run.same([n for t, n in shared if t == thread], list(range(200)), "thread", thread)


@CASES.case
def extends_stay_together(run):
    for _ in run.rounds():
        shared = []
        run.race(*[lambda t=t: [shared.extend([(t, n)] * 7) for n in range(40)] for t in range(4)])
        for start in range(0, len(shared), 7):
            run.expect(len(set(shared[start : start + 7])) == 1, "an extend was torn", shared[start : start + 7])
        run.same(len(shared), 4 * 40 * 7, "length")


@CASES.case
def iadd_of_itself(run):
    """`shared += shared` doubles, whatever is appended in the meantime."""
    for _ in run.rounds():
        shared = ["v.0"]

        def double():
            for _ in range(8):
                shared.extend(shared)

        def add():
            for _ in range(8):
                shared.append("v.1")

        run.race(double, add)
        run.expect(len(shared) >= 256 + 8, "too short", len(shared))
        run.expect(set(shared) <= {"v.0", "v.1"}, "strange elements", set(shared))


@CASES.case
def each_element_is_popped_once(run):
    for _ in run.rounds():
        shared = [fresh(0, n) for n in range(400)]

        def drain():
            mine = []
            while shared:
                try:
                    mine.append(shared.pop(len(mine) % 2 - 1))
                except IndexError:
                    break
            return mine

        taken = sum(run.race(drain, drain, drain, drain), [])
        run.same(len(taken), 400, "popped")
        run.same(len(set(taken)), 400, "different ones")


@CASES.case
def items_stored_side_by_side_are_kept(run):
    for _ in run.rounds():
        shared = [0] * 4

        def store(thread):
            for n in range(1, 500):
                shared[thread] = n
                if shared[thread] != n:
                    return f"read {shared[thread]} after storing {n}"

        run.same(run.race(*[lambda t=t: store(t) for t in range(4)]), [None] * 4, "own item")
        run.same(shared, [499] * 4, "items")


@CASES.case
def items_are_seen_to_grow(run):
    """A store is seen by all in the order in which it was made."""
    for _ in run.rounds():
        shared = [0, 0]

        def store():
            for n in range(1, 1000):
                shared[0] = n
                shared[1] = n

        def look():
            last = 0
            while last < 999:
                second = shared[1]
                first = shared[0]
                if first < second or second < last:
                    return first, second, last
                last = second

        run.same(run.race(store, look, look)[1:], [None, None], "order of two stores")


@CASES.case
def swap_keeps_all(run):
    """`reverse` beside `sort`: nothing is lost, and no reader sees too few elements."""
    for _ in run.rounds():
        shared = list(range(64))
        done = []

        def change(method):
            for _ in range(60):
                method()
            done.append(1)

        def look():
            while len(done) < 2:
                copy = shared[:]
                if len(copy) != 64 or sorted(copy) != list(range(64)):
                    return copy

        result = run.race(lambda: change(shared.reverse), lambda: change(shared.sort), look, look)
        run.same(result[2:], [None, None], "a copy")
        run.same(sorted(shared), list(range(64)), "elements")


@CASES.each(
    ("slice", lambda c: c[:]),
    ("list", list),
    ("tuple", tuple),
    ("copy", list.copy),
    ("add", lambda c: c + []),
    ("sorted", sorted),
    ("set", set),
    ("display", lambda c: [*c]),
)
def whole_slices_are_seen_whole(run, read):
    """Stores of a whole slice are atomic, and so are copies."""
    for _ in run.rounds():
        shared = [0] * 40
        done = []

        def store():
            for n in range(1, 300):
                shared[:] = [n] * 40
            done.append(1)

        def look():
            while not done:
                copy = read(shared)
                if len(set(copy)) != 1:
                    return copy

        run.same(run.race(store, look, look)[1:], [None, None], "a copy")


@CASES.case
def heap_of_all(run):
    """`heapq` keeps a heap that is shared, and nothing is lost."""
    for _ in run.rounds():
        shared = []

        def work(thread):
            mine = []
            for n in range(120):
                heapq.heappush(shared, (n * 7919 % 1000) * 4 + thread)
                if n % 3 == 0:
                    mine.append(heapq.heappop(shared))
            return mine

        taken = sum(run.race(*[lambda t=t: work(t) for t in range(4)]), [])
        rest = [heapq.heappop(shared) for _ in range(len(shared))]
        run.same(rest, sorted(rest), "order")
        expected = sorted((n * 7919 % 1000) * 4 + t for n in range(120) for t in range(4))
        run.same(sorted(taken + rest), expected, "elements")


@CASES.case
def insort_of_all(run):
    for _ in run.rounds():
        shared = []

        def work(thread):
            for n in range(100):
                bisect.insort(shared, (n * 7919 % 1000) * 4 + thread)

        run.race(*[lambda t=t: work(t) for t in range(4)])
        run.same(shared, sorted((n * 7919 % 1000) * 4 + t for n in range(100) for t in range(4)), "list")


@CASES.case
def list_sorted_while_changed(run):
    """A key function that lets others in: ValueError, never a loss of the elements sorted."""
    for _ in run.rounds():
        shared = list(range(50))

        def sort():
            for _ in range(10):
                try:
                    shared.sort(key=lambda element: -element)
                except ValueError as error:
                    run.saw(error)
                    run.same(str(error), "list modified during sort", "message")

        def change():
            for _ in range(100):
                shared.append(50)

        run.race(sort, change)
        run.same(sorted(shared)[:50], list(range(50)), "elements")
        run.expect(set(shared[50:] + [50]) <= set(range(51)), "strange elements", shared)


@CASES.case
def shared_iterator_yields_once(run):
    for _ in run.rounds():
        shared = iter([fresh(0, n) for n in range(600)])
        taken = sum(run.race(*[lambda: [element for element in shared]] * 4), [])
        run.same(len(taken), 600, "elements")
        run.same(len(set(taken)), 600, "different ones")


@CASES.case
def comparison_lets_others_in(run):
    """`index`, `remove` and `count` call `__eq__`, which changes the list."""

    class Strange:
        def __init__(self, other):
            self.other = other

        def __eq__(self, other):
            self.other.clear()
            self.other.extend([Strange(self.other)] * 3)
            return False

    for _ in run.rounds():
        shared = []
        shared.extend([Strange(shared)] * 3)

        def work(function, *errors):
            for _ in range(40):
                try:
                    function(shared)
                except errors:
                    pass

        run.race(
            lambda: work(lambda c: c.index(1), ValueError),
            lambda: work(lambda c: c.remove(1), ValueError),
            lambda: work(lambda c: c.count(1)),
            lambda: work(lambda c: c == [1, 2, 3]),
        )
        run.expect(all(type(element) is Strange for element in shared), "strange elements", shared)
