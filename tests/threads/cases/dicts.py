"""Dicts and their kin: every method that changes one beside every way to read one; and what must be atomic.

In the matrices a key goes with one value only, made of the key: a reader that sees a key with another key's value has seen
what was never there.
"""

import copy
import json
import pickle
from collections import ChainMap, Counter, OrderedDict, defaultdict

from race import Cases, fresh, matrix

CASES = Cases("dict")
ORDERED = Cases("ordereddict")
DEFAULT = Cases("defaultdict")

CHANGED = (RuntimeError, "changed size during iteration")
KEYS_CHANGED = (RuntimeError, "keys changed during iteration")
MUTATED = (RuntimeError, "mutated during iteration")


def value_of(key):
    return ("value", key)


def good(element):
    """A key, or a pair of a key with its value."""
    if type(element) is tuple:
        key, value = element
        return good(key) and value == ("value", key)
    return type(element) is str and element[:1] == "v"


def pairs(*keys):
    return {key: value_of(key) for key in keys}


def make():
    return pairs(*[fresh(0, number) for number in range(10)])


def elements(c):
    return list(c.items())


def added(*keys):
    return list(pairs(*keys).items()), []


def two(t, n):
    return fresh(t, n), fresh(t, n + 0.5)


def setitem(c, t, n):
    key = fresh(t, n)
    c[key] = value_of(key)
    return added(key)


def setitem_again(c, t, n):
    key = fresh(0, n % 10)
    c[key] = value_of(key)
    return [], []


def setdefault(c, t, n):
    key = fresh(t, n)
    c.setdefault(key, value_of(key))
    return added(key)


def update(c, t, n):
    c.update(pairs(*two(t, n)))
    return added(*two(t, n))


def update_pairs(c, t, n):
    c.update((key, value_of(key)) for key in two(t, n))
    return added(*two(t, n))


def update_words(c, t, n):
    c.update(**pairs(*two(t, n)))
    return added(*two(t, n))


def ior(c, t, n):
    c |= pairs(*two(t, n))
    return added(*two(t, n))


def delitem(c, t, n):
    key = fresh(0, n)
    del c[key]
    return [], [(key, value_of(key))]


def pop(c, t, n):
    key = fresh(0, n)
    return [], [(key, c.pop(key))]


def pop_default(c, t, n):
    key = fresh(0, n)
    value = c.pop(key, None)
    return [], [] if value is None else [(key, value)]


def popitem(c, t, n):
    return [], [c.popitem()]


def set_and_delete(c, t, n):
    key = fresh(t, n)
    c[key] = value_of(key)
    del c[key]
    return [], []


def set_and_popitem(c, t, n):
    key = fresh(t, n)
    c[key] = value_of(key)
    return [(key, value_of(key))], [c.popitem()]


def clear(c, t, n):
    c.clear()
    c.update(pairs(*two(t, n)))


def init(c, t, n):
    c.__init__(pairs(*two(t, n)))
    return added(*two(t, n))


def words(**names):
    return names


WRITERS = [
    ("setitem", setitem),
    ("setitem_again", setitem_again),
    ("setdefault", setdefault),
    ("update", update),
    ("update_pairs", update_pairs),
    ("update_words", update_words),
    ("ior", ior),
    ("delitem", delitem, KeyError),
    ("pop", pop, KeyError),
    ("pop_default", pop_default),
    ("popitem", popitem, KeyError),
    ("set_and_delete", set_and_delete),
    ("set_and_popitem", set_and_popitem),
    ("clear", clear),
    ("init", init),
]

READERS = [
    ("iterate", lambda c: [key for key in c], CHANGED, KEYS_CHANGED),
    ("iterate_keys", lambda c: [key for key in c.keys()], CHANGED, KEYS_CHANGED),
    ("iterate_values", lambda c: [v[1] for v in c.values()], CHANGED, KEYS_CHANGED),
    ("iterate_items", lambda c: [item for item in c.items()], CHANGED, KEYS_CHANGED),
    ("reversed", lambda c: [key for key in reversed(c)], CHANGED, KEYS_CHANGED),
    ("list", list),
    ("list_values", lambda c: [v[1] for v in list(c.values())]),
    ("list_items", lambda c: list(c.items())),
    ("tuple", tuple),
    ("set", set),
    ("sorted", sorted),
    ("dict", lambda c: dict(c).items()),
    ("copy", lambda c: c.copy().items()),
    ("copy_copy", lambda c: copy.copy(c).items()),
    ("display", lambda c: {**c}.items()),
    ("display_list", lambda c: [*c]),
    ("words", lambda c: words(**c).items()),
    ("or", lambda c: (c | {}).items()),
    ("update_of", lambda c: updated(c).items()),
    ("get", lambda c: [(fresh(0, 1), c[fresh(0, 1)])], KeyError),
    ("get_default", lambda c: [c.get(fresh(0, 2), value_of("v0.2"))[1]]),
    ("in", lambda c: fresh(0, 3) in c),
    ("in_values", lambda c: ("value", "") in c.values()),
    ("in_items", lambda c: (fresh(0, 4), value_of(fresh(0, 4))) in c.items()),
    ("keys_and", lambda c: c.keys() & {fresh(0, 1), fresh(1, 1)}),
    ("equal", lambda c: c == make()),
    ("equal_copy", lambda c: c == c.copy()),
    ("repr", lambda c: dict(eval(repr(c))).items()),
    ("next", lambda c: [next(iter(c), "v.")], CHANGED),
    ("match", lambda c: matched(c)),
    ("len", lambda c: len(c) > 500 and [None]),
    ("bool", bool),
    ("sizeof", lambda c: c.__sizeof__()),
    ("json", lambda c: json.loads(json.dumps(c)).keys()),
    ("fromkeys", lambda c: dict.fromkeys(c)),
]


def updated(c):
    other = {}
    other.update(c)
    return other


def matched(c):
    match c:
        case {"v0.1": found}:
            return [("v0.1", found)]


def whole(run, c):
    for key, value in c.items():
        run.expect(c[key] is value and key in c, "a dict at rest does not find", key)
    run.same(len(c), len(list(c)), "length")


matrix(
    CASES,
    make,
    WRITERS,
    [*READERS, ("pickle", lambda c: pickle.loads(pickle.dumps(c)).items(), CHANGED)],
    elements,
    good,
    whole,
)


def make_ordered():
    return OrderedDict(make())


def move_to_end(c, t, n):
    c.move_to_end(fresh(0, n % 10), last=n % 2 == 0)
    return [], []


def popitem_first(c, t, n):
    return [], [c.popitem(last=False)]


# Copies of an OrderedDict call Python's methods for each key, so others get in between.
BETWEEN = {"repr", "copy", "copy_copy", "dict", "display", "words", "or", "update_of", "json", "equal", "equal_copy"}
matrix(
    ORDERED,
    make_ordered,
    [*WRITERS, ("move_to_end", move_to_end), ("popitem_first", popitem_first, KeyError)],
    [
        (
            name,
            function,
            *may,
            CHANGED,
            MUTATED,
            *([KeyError] if name in BETWEEN or "iterate" in name or "items" in name or "values" in name else []),
        )
        for name, function, *may in READERS
        if name != "repr"
    ],
    elements,
    good,
    whole,
)


@ORDERED.each(
    ("get", lambda c: {key: c[key] for key in range(30)}),
    ("list", lambda c: list(c)),
    ("items", lambda c: dict(list(c.items()))),
    ("copy", lambda c: c.copy()),
    ("dict", dict),
    ("len", lambda c: range(len(c))),
    ("ordered", OrderedDict),
    ("in", lambda c: [key for key in range(30) if key in c]),
)
def a_moving_key_is_always_there(run, read):
    """Keys go from one end to the other: whoever reads finds each of them, and finds it once."""
    for _ in run.rounds():
        shared = OrderedDict.fromkeys(range(30), "v")
        done = []

        def move(first):
            for n in range(600):
                shared.move_to_end((first + n * 7) % 30, last=n % 3 > 0)
            done.append(1)

        def look():
            while len(done) < 2:
                found = sorted(read(shared))
                if found != list(range(30)):
                    return found

        got = run.race(lambda: move(0), lambda: move(11), look, look)
        run.same(got[2:], [None, None], "keys")
        run.same(sorted(shared), list(range(30)), "keys after the race")
        run.same(list(reversed(list(reversed(shared)))), list(shared), "the two directions")


@ORDERED.case
def a_queue_gives_each_key_once(run):
    """popitem at both ends, beside insertions and moves."""
    for _ in run.rounds():
        shared = OrderedDict()
        done = []

        def put(thread):
            for n in range(300):
                shared[thread, n] = n
                if n % 4 == 0:
                    try:
                        shared.move_to_end((thread, n), last=False)
                    except KeyError:
                        pass
            done.append(1)

        def take(last):
            mine = []
            while True:
                over = len(done) == 2
                try:
                    (thread, n), value = shared.popitem(last)
                except KeyError:
                    if over:
                        return mine
                    continue
                if value != n:
                    return "another key's value", n, value
                mine.append((thread, n))

        got = run.race(lambda: put(0), lambda: put(1), lambda: take(True), lambda: take(False))
        run.expect(type(got[2]) is list and type(got[3]) is list, "a strange item", got[2:])
        run.same(sorted(got[2] + got[3]), [(t, n) for t in (0, 1) for n in range(300)], "items")


def make_default():
    shared = defaultdict(lambda: value_of("v.new"))
    shared.update(make())
    return shared


matrix(
    DEFAULT,
    make_default,
    [row for row in WRITERS if row[0] in ("setitem", "update", "pop", "popitem", "clear", "setdefault")],
    [row for row in READERS if row[0] not in ("repr", "equal", "get")],
    elements,
    good,
    whole,
)


@DEFAULT.case
def missing_makes_for_all(run):
    """Each thread that misses a key gets a value, and after the race there is one for all."""
    for _ in run.rounds():
        shared = defaultdict(list)

        def work():
            for key in range(100):
                shared[key].append(1)

        run.race(work, work, work)
        run.same(sorted(shared), list(range(100)), "keys")
        run.expect(all(1 <= len(v) <= 3 for v in shared.values()), "strange values", shared)


@CASES.case
def setdefault_has_one_winner(run):
    for _ in run.rounds():
        shared = {}

        def work(thread):
            return [shared.setdefault(key, (thread, key)) for key in range(100)]

        got = run.race(*[lambda t=t: work(t) for t in range(4)])
        for other in got:
            run.same(other, list(shared.values()), "winners")


@CASES.case
def setdefault_of_a_list_loses_nothing(run):
    for _ in run.rounds():
        shared = {}

        def work(thread):
            for n in range(200):
                shared.setdefault(n % 20, []).append((thread, n))

        run.race(*[lambda t=t: work(t) for t in range(4)])
        run.same(sum(map(len, shared.values())), 800, "elements")


@CASES.case
def each_key_is_popped_once(run):
    for _ in run.rounds():
        shared = dict.fromkeys(range(300))

        def drain(pick):
            mine = []
            while shared:
                try:
                    mine.append(pick(len(mine)))
                except KeyError:
                    pass
            return mine

        def by_key(n):
            key = next(iter(list(shared)), None)
            shared.pop(key)
            return key

        taken = sum(run.race(*[lambda: drain(lambda n: shared.popitem()[0])] * 2, *[lambda: drain(by_key)] * 2), [])
        run.same(sorted(taken), list(range(300)), "keys")


@CASES.case
def pop_gives_what_was_set(run):
    for _ in run.rounds():
        shared = {}
        done = []

        def put():
            for n in range(300):
                shared[n % 7] = ("value", n % 7, n)
            done.append(1)

        def take():
            mine = []
            while not done:
                for key in range(7):
                    value = shared.pop(key, None)
                    if value is not None:
                        if value[1] != key:
                            return value
                        mine.append(value)
            return mine if len(mine) == len(set(mine)) else ("twice", mine)

        for got in run.race(put, take, take)[1:]:
            run.expect(type(got) is list, "a pop gave", got)


@CASES.each(("items", 4), ("few", 1), ("many", 60))
def growing_loses_nothing(run, start):
    for _ in run.rounds():
        shared = dict.fromkeys(range(-start, 0))

        def work(thread):
            for n in range(250):
                shared[n * 4 + thread] = thread

        run.race(*[lambda t=t: work(t) for t in range(4)])
        run.same(len(shared), 1000 + start, "length")
        run.expect(all(shared[n] == n % 4 for n in range(1000)), "a lost or strange value")


@CASES.case
def deleting_and_growing(run):
    """A table that is rebuilt all the time keeps what stays."""
    for _ in run.rounds():
        shared = {("stays", n): n for n in range(20)}
        done = []

        def change(thread):
            for n in range(300):
                shared[thread, n] = n
                if n >= 5:
                    del shared[thread, n - 5]
            done.append(1)

        def look():
            while len(done) < 2:
                for n in range(20):
                    if shared.get(("stays", n)) != n:
                        return "missed", n

        got = run.race(lambda: change(1), lambda: change(2), look, look)
        run.same(got[2:], [None, None], "a key that stays")
        run.same(len(shared), 30, "length")


@CASES.each(
    ("copy", dict.copy),
    ("dict", dict),
    ("display", lambda c: {**c}),
    ("items", lambda c: list(c.items())),
    ("values", lambda c: dict(enumerate(list(c.values())))),
    ("or", lambda c: c | {}),
)
def copies_are_of_one_moment(run, read):
    """Stores go round the keys: a copy shows at most one step between any two."""
    for _ in run.rounds():
        shared = dict.fromkeys(range(16), 0)
        done = []

        def store():
            for n in range(1, 60):
                for key in range(16):
                    shared[key] = n
            done.append(1)

        def look():
            while not done:
                values = [value for _, value in dict(read(shared)).items()]
                if values != sorted(values, reverse=True) or values[0] - values[-1] > 1:
                    return values

        run.same(run.race(store, look, look)[1:], [None, None], "values")


@CASES.case
def updates_are_seen_whole(run):
    for _ in run.rounds():
        shared = dict.fromkeys(range(20), 0)
        done = []

        def store():
            for n in range(1, 200):
                shared.update(dict.fromkeys(range(20), n))
            done.append(1)

        def look():
            while not done:
                values = list(shared.copy().values())
                if len(set(values)) != 1:
                    return values

        run.same(run.race(store, look, look)[1:], [None, None], "values")


class Slow:
    """A key that calls Python, and hits others."""

    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return hash(self.name) % 3

    def __eq__(self, other):
        return type(other) is Slow and self.name == other.name


@CASES.case
def keys_compared_by_python(run):
    for _ in run.rounds():
        shared = {}

        def work(thread):
            for n in range(30):
                shared[Slow((thread, n))] = (thread, n)
                if n % 3 == 0:
                    del shared[Slow((thread, n))]

        run.race(*[lambda t=t: work(t) for t in range(3)])
        run.same(len(shared), 60, "length")
        for key, value in shared.items():
            run.same(key.name, value, "key and value")
            run.expect(shared[Slow(value)] == value, "not found", value)


@CASES.case
def comparison_changes_the_dict(run):
    """`__eq__` clears and fills the dict in the middle of a probe."""

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
            self.owner.update(dict.fromkeys(range(20)))
            return False

    for _ in run.rounds():
        shared = {}

        def work(function):
            for _ in range(25):
                try:
                    function(Strange(shared))
                except (KeyError, RuntimeError) as error:
                    run.saw(error)

        run.race(
            lambda: work(lambda key: shared.__setitem__(key, 1)),
            lambda: work(lambda key: shared.get(key)),
            lambda: work(lambda key: shared.pop(key)),
            lambda: work(lambda key: shared.setdefault(key, 1)),
        )
        run.expect(all(type(key) in (int, Strange) for key in shared), "strange keys", shared)
        run.same(len(shared), len(list(shared)), "length")


@CASES.case
def shared_iterator_yields_once(run):
    for kind in run.rounds(least=3):
        shared = {n: n for n in range(500)}
        view = [shared.keys, shared.values, shared.items][kind % 3]()
        iterator = iter(view)
        taken = sum(run.race(*[lambda: [element for element in iterator]] * 4), [])
        run.same(len(taken), 500, "elements")
        run.same(len(set(taken)), 500, "different ones")


@CASES.case
def iterating_says_that_it_changed(run):
    """RuntimeError once the size is another, never a silent end."""
    for _ in run.rounds():
        shared = dict.fromkeys(range(50))
        begun, added = [], []

        def look():
            seen = []
            try:
                for key in shared:
                    seen.append(key)
                    begun.append(1)
                    while not added:
                        pass
            except RuntimeError as error:
                run.saw(error)
                return str(error)
            return seen

        def change():
            while not begun:
                pass
            shared["new"] = 1
            added.append(1)

        run.same(run.race(look, change)[0], "dictionary changed size during iteration", "message")


@CASES.case
def chain_map_of_shared(run):
    for _ in run.rounds():
        first, second = {}, dict.fromkeys(range(50), "second")
        chain = ChainMap(first, second)
        done = []

        def store():
            for n in range(400):
                chain[n % 50] = "first"
                chain.pop(n % 50, None)
            done.append(1)

        def look():
            while not done:
                for key in range(50):
                    if chain[key] not in ("first", "second"):
                        return key

        run.same(run.race(store, look)[1], None, "look")


@CASES.case
def counter_under_a_lock(run):
    import threading

    for _ in run.rounds():
        shared, lock = Counter(), threading.Lock()

        def work():
            for n in range(200):
                with lock:
                    shared[n % 10] += 1

        run.race(work, work, work, work)
        run.same(shared, Counter(dict.fromkeys(range(10), 80)), "counts")


# The standard library's own class, of Python, has links that other threads see half changed: only a native one is safe.
if not hasattr(OrderedDict.__init__, "__code__"):
    CASES.update(ORDERED)
CASES.update(DEFAULT)
