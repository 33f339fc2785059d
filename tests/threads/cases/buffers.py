"""Bytearrays, arrays and views of them: every method that changes one beside every way to read one.

Element 0 is never put in, so a reader that sees it has seen unwritten or freed memory.
"""

import array
import copy
import pickle
import struct

from race import Cases, matrix

CASES = Cases("bytearray")
ARRAY = Cases("array")
VIEW = Cases("memoryview")


def good(element):
    return type(element) is int and 1 <= element <= 200


def make():
    return bytearray(range(1, 13))


def byte(t, n):
    return 20 + t * 50 + n


def append(c, t, n):
    c.append(byte(t, n))
    return [byte(t, n)], []


def extend(c, t, n):
    c.extend([byte(t, n)] * 2)
    return [byte(t, n)] * 2, []


def iadd(c, t, n):
    c += type(c)(*([c.typecode] if isinstance(c, array.array) else []), [byte(t, n)] * 2)
    return [byte(t, n)] * 2, []


def imul(c, t, n):
    c *= 2
    del c[20:]


def insert(c, t, n):
    c.insert(3, byte(t, n))
    return [byte(t, n)], []


def pop(c, t, n):
    return [], [c.pop()]


def pop_front(c, t, n):
    return [], [c.pop(0)]


def append_pop(c, t, n):
    c.append(byte(t, n))
    return [byte(t, n)], [c.pop()]


def remove(c, t, n):
    c.remove(n % 12 + 1)
    return [], [n % 12 + 1]


def reverse(c, t, n):
    c.reverse()
    return [], []


def clear(c, t, n):
    c.clear()
    c.extend([byte(t, n)] * 2)


def setitem(c, t, n):
    c[n % 6 + 6 * t - 6] = byte(t, n)


def setslice(c, t, n):
    c[2:4] = bytes([byte(t, n)] * 2)


def setslice_grow(c, t, n):
    c[3:3] = bytes([byte(t, n)] * 2)
    return [byte(t, n)] * 2, []


def delitem(c, t, n):
    del c[0]
    c.append(byte(t, n))


def delslice(c, t, n):
    del c[1:3]
    c += bytes([byte(t, n)] * 2)


def init(c, t, n):
    c.__init__([byte(t, n)] * 2)


def resize(c, t, n):
    c.resize(4)
    c[:] = bytes([7]) * 4


READERS = [
    ("iterate", lambda c: [element for element in c]),
    ("reversed", lambda c: [element for element in reversed(c)], IndexError),
    ("list", list),
    ("tuple", tuple),
    ("bytes", bytes, BufferError),
    ("sorted", sorted),
    ("get", lambda c: [c[0], c[-1]], IndexError),
    ("slice", lambda c: c[1:-1]),
    ("slice_extended", lambda c: c[::-2]),
    ("copy_copy", copy.copy),
    ("pickle", lambda c: pickle.loads(pickle.dumps(c))),
    ("add", lambda c: c + c),
    ("mul", lambda c: c * 2),
    ("in", lambda c: 3 in c),
    ("index", lambda c: c.index(7), ValueError),
    ("count", lambda c: c.count(3)),
    ("equal", lambda c: c == c[:]),
    ("repr", lambda c: bool(repr(c))),
    ("len", lambda c: len(c) > 300 and [0]),
    ("sizeof", lambda c: c.__sizeof__()),
]
WRITERS = [
    ("append", append),
    ("extend", extend),
    ("iadd", iadd),
    ("imul", imul),
    ("insert", insert),
    ("pop", pop, IndexError),
    ("pop_front", pop_front, IndexError),
    ("append_pop", append_pop),
    ("remove", remove, ValueError),
    ("reverse", reverse),
    ("setitem", setitem),
    ("delitem", delitem, IndexError),
]


def viewed(c):
    with memoryview(c) as view:
        return view.tolist()


def may_be_held(rows):
    """A reader's buffer forbids that the size changes: BufferError."""
    return [(*row, BufferError) for row in rows]


matrix(
    CASES,
    make,
    may_be_held(
        [
            *WRITERS,
            ("clear", clear),
            ("setslice", setslice),
            ("setslice_grow", setslice_grow),
            ("delslice", delslice),
            ("init", init),
            ("resize", resize),
        ]
    ),
    [
        *[row for row in READERS if row[0] != "bytes"],
        ("bytes", lambda c: bytes(c)),
        ("copy", bytearray.copy),
        ("find", lambda c: c.find(b"\x03")),
        ("rfind", lambda c: c.rfind(3)),
        ("startswith", lambda c: c.startswith(b"\x01\x02")),
        ("hex", lambda c: bytes.fromhex(c.hex())),
        ("decode", lambda c: [ord(character) for character in c.decode("latin-1")]),
        ("split", lambda c: [e for part in c.split(b"\x05") for e in part]),
        ("replace", lambda c: c.replace(b"\x05", b"\x06")),
        ("strip", lambda c: c.strip(b"\x01")),
        ("translate", lambda c: c.translate(bytes(range(256)))),
        ("partition", lambda c: c.partition(b"\x04")[0]),
        ("join", lambda c: b"".join([c, c])),
        ("join_with", lambda c: bool(c.join([b"a", b"b"]))),
        ("upper", lambda c: bool(c.upper())),
        ("int", lambda c: list(int.from_bytes(c, "big").to_bytes(400, "big").lstrip(b"\0"))),
        ("unpack", lambda c: struct.unpack_from("BB", c), struct.error),
        ("view", viewed),
    ],
    list,
    good,
)


def make_array():
    return array.array("H", range(1, 13))


def extend_array(c, t, n):
    c.extend(array.array("H", [byte(t, n)] * 2))
    return [byte(t, n)] * 2, []


def frombytes(c, t, n):
    c.frombytes(array.array("H", [byte(t, n)] * 2).tobytes())
    return [byte(t, n)] * 2, []


def fromlist(c, t, n):
    c.fromlist([byte(t, n)] * 2)
    return [byte(t, n)] * 2, []


def setslice_array(c, t, n):
    c[2:4] = array.array("H", [byte(t, n)] * 2)


matrix(
    ARRAY,
    make_array,
    may_be_held(
        [
            *WRITERS,
            ("extend_array", extend_array),
            ("frombytes", frombytes),
            ("fromlist", fromlist),
            ("setslice", setslice_array),
        ]
    ),
    [
        *[row for row in READERS if row[0] != "bytes"],
        ("tolist", lambda c: c.tolist()),
        ("tobytes", lambda c: array.array("H", c.tobytes())),
        ("view", viewed),
        ("buffer_info", lambda c: c.buffer_info()[1]),
    ],
    list,
    good,
)


@VIEW.case
def no_resize_while_viewed(run):
    """BufferError, or the view sees the whole; never freed memory."""
    for _ in run.rounds():
        shared = bytearray(b"\x07" * 64)
        done = []

        # Not many: grwl looks for dead views with two collections before it raises.
        def change():
            for n in range(20):
                try:
                    shared.extend(b"\x07" * 16)
                    del shared[64:]
                except BufferError as error:
                    run.saw(error)
            done.append(1)

        def look():
            while len(done) < 2:
                with memoryview(shared) as view:
                    if set(view.tolist()) - {7}:
                        return view.tolist()

        run.same(run.race(change, change, look, look)[2:], [None, None], "a view")


@VIEW.case
def released_while_read(run):
    for _ in run.rounds():
        shared = bytearray(range(1, 100))
        views = [memoryview(shared) for _ in range(100)]

        def release():
            for view in views:
                view.release()

        def look():
            for view in views:
                try:
                    if not all(1 <= element < 100 for element in view.tolist()):
                        return view.tolist()
                    view[3:7].release()
                    hash(view.nbytes)
                except ValueError as error:
                    run.expect("released" in str(error), "message", str(error))
                    run.saw(error)
                except BufferError as error:
                    run.saw(error)

        def let_go():
            try:
                release()
            except BufferError as error:
                run.saw(error)

        run.same(run.race(let_go, look, look)[1:], [None, None], "views")


@VIEW.case
def stores_through_a_view(run):
    for _ in run.rounds():
        shared = memoryview(bytearray(400)).cast("I")

        def work(thread):
            for n in range(1, 100):
                for index in range(thread, 100, 4):
                    shared[index] = n
                    if shared[index] != n:
                        return index

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "own item")
        run.same(set(shared.tolist()), {99}, "items")


@CASES.case
def appends_keep_all(run):
    for _ in run.rounds():
        shared = bytearray()

        def work(thread):
            for n in range(300):
                shared.append(thread)

        run.race(*[lambda t=t: work(t) for t in range(4)])
        run.same([shared.count(t) for t in range(4)], [300] * 4, "bytes of each thread")


@CASES.case
def extends_stay_together(run):
    for _ in run.rounds():
        shared = bytearray()

        def work(thread):
            for n in range(100):
                shared.extend(bytes([thread]) * 5)

        run.race(*[lambda t=t: work(t) for t in range(4)])
        run.same(len(shared), 2000, "length")
        run.expect(all(len(set(shared[n : n + 5])) == 1 for n in range(0, 2000, 5)), "torn", shared)


def copies_are_of_one_moment(run, make, others, ways):
    """Each assignment gives all items one value: nobody sees two."""
    for _ in run.rounds():
        shared = make(1)
        over = []

        def assign():
            for n in range(1000):
                shared[:] = others[n % len(others)]
            over.append(True)

        def read(way):
            while not over:
                found = way(shared)
                if found.count(found[0]) != len(found):
                    return found.index(found[-1])

        found = run.race(assign, *[lambda way=way: read(way) for way in ways])
        run.same(found[1:], [None] * len(ways), "items of two moments")


@CASES.case
def copies_of_a_bytearray_are_of_one_moment(run):
    others = [bytes([value]) * size for value in (1, 2, 3) for size in (200_000, 190_000)]
    copies_are_of_one_moment(run, lambda value: bytearray([value]) * 200_000, others, [bytes, bytearray.copy])


@ARRAY.case
def copies_of_an_array_are_of_one_moment(run):
    others = [array.array("i", [value]) * size for value in (1, 2, 3) for size in (50_000, 45_000)]
    copies_are_of_one_moment(run, lambda value: array.array("i", [value]) * 50_000, others, [copy.copy, lambda shared: array.array("i", shared.tobytes())])


CASES.update(ARRAY)
CASES.update(VIEW)
