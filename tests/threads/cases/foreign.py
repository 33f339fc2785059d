"""C data and foreign calls: stores beside reads of the same memory, types that are made at once, calls that wait, Python functions that foreign code calls.

An item of one, two, four or eight bytes is read and written as a whole. What points to something keeps it alive, whoever stores something else there.

CPython does not promise all of that: a pointer's contents are freed when another thread lets it point elsewhere, memory is freed when it is resized. Such cases
are entered for grwl only.
"""

import ctypes
import errno
import gc
import itertools
import struct
import sys
import time
import weakref
from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Structure,
    Union,
    byref,
    c_char,
    c_char_p,
    c_double,
    c_int,
    c_int16,
    c_int64,
    c_long,
    c_size_t,
    c_ubyte,
    c_uint,
    c_uint32,
    c_ulong,
    c_void_p,
    c_wchar_p,
    cast,
    pointer,
    py_object,
    resize,
    sizeof,
    string_at,
)

from race import Cases

CASES = Cases("ctypes")


def beyond_cpython(function):
    """A case of which CPython promises nothing."""
    return CASES.case(function) if sys.implementation.name == "grwl" else function


LIBC = CDLL(None)
COMPARE = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
UNARY = CFUNCTYPE(c_int, c_int)
START = CFUNCTYPE(c_void_p, c_void_p)

qsort = LIBC["qsort"]
qsort.argtypes = [c_void_p, c_size_t, c_size_t, COMPARE]
qsort.restype = None
usleep = LIBC["usleep"]
usleep.argtypes = [c_uint]

# What may be in an item: all its bytes are equal.
WORDS = [int.from_bytes(bytes([n]) * 8, "little") for n in range(1, 9)]


class Whole(Structure):
    """Fields of all sizes; each is written by a thread of its own."""

    _fields_ = [
        ("eight", c_int64),
        ("double", c_double),
        ("four", c_uint32),
        ("two", c_int16),
        ("one", c_ubyte),
        ("first", c_uint, 3),
        ("second", c_uint, 13),
        ("inner", c_int64 * 3),
    ]


def whole_values(n):
    word = WORDS[n % 8].to_bytes(8, "little")
    return {
        "eight": int.from_bytes(word, "little"),
        "double": struct.unpack("d", word)[0],
        "four": int.from_bytes(word[:4], "little"),
        "two": int.from_bytes(word[:2], "little"),
        "one": word[0],
        "first": n % 8,
        "second": (n % 8) * 0x421,
    }


VALUES = [whole_values(n) for n in range(8)]
ALLOWED = {name: {values[name] for values in VALUES} for name in VALUES[0]}


@CASES.case
def fields_are_read_whole(run):
    """Each field has one writer, who finds what it wrote; readers see no half of a value."""
    for _ in run.rounds():
        shared = Whole(**VALUES[0])
        over = []

        def write(name):
            try:
                for n in range(150):
                    setattr(shared, name, VALUES[n % 8][name])
                    if getattr(shared, name) != VALUES[n % 8][name]:
                        return n
            finally:
                over.append(name)

        def read():
            with memoryview(shared).cast("B") as view, view[:8].cast("q") as eight, view[8:16].cast("d") as double:
                while len(over) < len(ALLOWED):
                    for name, allowed in ALLOWED.items():
                        value = getattr(shared, name)
                        if value not in allowed:
                            return name, value
                    if eight[0] not in ALLOWED["eight"] or double[0] not in ALLOWED["double"]:
                        return eight.tolist(), double.tolist()
                    copy = Whole.from_buffer_copy(shared)
                    if copy.one not in ALLOWED["one"] or copy.first not in ALLOWED["first"]:
                        return copy.one, copy.first

        writers = [lambda name=name: write(name) for name in ALLOWED]
        run.same(run.race(*writers, read, read), [None] * (len(ALLOWED) + 2), "field")
        run.same({name: getattr(shared, name) for name in ALLOWED}, VALUES[149 % 8], "fields")


@CASES.case
def items_of_an_array(run):
    """Two threads write each item, as an item or through a view; whoever reads sees what one of them wrote."""
    for _ in run.rounds():
        shared = (c_int64 * 16)(*[WORDS[0]] * 16)
        over = []

        def write():
            for n in range(100):
                shared[n % 16] = WORDS[n % 8]
                shared[4:8] = [WORDS[n % 8]] * 4
            over.append(1)

        def write_view():
            view = memoryview(shared).cast("B").cast("q")
            for n in range(100):
                view[n % 16] = WORDS[(n + 3) % 8]
            over.append(1)

        def read():
            view = memoryview(shared).cast("B").cast("q")
            inner = cast(shared, POINTER(c_int64))
            while len(over) < 4:
                for seen in (list(shared), shared[::3], view.tolist(), inner[:16], [inner[5]]):
                    if not set(seen) <= set(WORDS):
                        return seen

        run.same(run.race(write, write, write_view, write_view, read, read)[4:], [None] * 2, "items")


@CASES.case
def union_members(run):
    for _ in run.rounds():

        class Both(Union):
            _fields_ = [("word", c_int64), ("bytes", c_ubyte * 8)]

        shared = Both(WORDS[0])

        def write():
            for n in range(200):
                shared.word = WORDS[n % 8]

        def read():
            part = shared.bytes
            for _ in range(100):
                if shared.word not in WORDS or not all(1 <= byte <= 8 for byte in part):
                    return shared.word, part[:]

        run.same(run.race(write, write, read, read)[2:], [None] * 2, "members")


@beyond_cpython
def resized_while_used(run):
    """What was stored stays; a view goes on seeing memory that is there."""
    for _ in run.rounds():
        shared = (c_int64 * 8)(*[WORDS[0]] * 8)
        over = []

        def grow():
            try:
                for n in range(30):
                    resize(shared, 64 + 8 * (n * 7 % 40))
                    if n % 10 == 0:
                        gc.collect()
            finally:
                over.append(1)

        def write(index):
            try:
                for n in range(200):
                    shared[index] = WORDS[n % 8]
                    if shared[index] != WORDS[n % 8]:
                        return n
            finally:
                over.append(1)

        def read():
            while len(over) < 4:
                view = memoryview(shared).cast("B")
                items = view[:64].cast("q").tolist()
                if not set(items) <= set(WORDS) or set(view[64:]) - {0}:
                    return items
                if not set(shared) <= set(WORDS):
                    return shared[:]

        found = run.race(grow, grow, lambda: write(1), lambda: write(2), read)
        run.same(found[2:], [None] * 3, "items")
        run.expect(sizeof(shared) in {64 + 8 * (29 * 7 % 40)}, "size", sizeof(shared))


class Pair(Structure):
    """The second is made of the first."""

    _fields_ = [("number", c_int64), ("inverse", c_int64)]


def pair(number):
    return Pair(number, ~number)


@beyond_cpython
def contents_of_a_pointer(run):
    """Whoever follows it finds a pair that was put there, not memory that was freed."""
    for _ in run.rounds():
        shared = pointer(pair(1))
        over = []

        def write(thread):
            for n in range(60):
                shared.contents = pair(thread * 1000 + n)
                if n % 20 == 0:
                    gc.collect()
            over.append(thread)

        def read():
            while len(over) < 2:
                for seen in (shared.contents, shared[0], shared[:1][0]):
                    # An instance for itself: it does not change with the pointer.
                    if seen.inverse != ~seen.number:
                        return seen.number, seen.inverse

        run.same(run.race(lambda: write(1), lambda: write(2), read, read)[2:], [None] * 2, "pair")
        run.expect(shared.contents.number in (1059, 2059), "last", shared.contents.number)


@beyond_cpython
def pointers_in_a_structure(run):
    """Strings, objects and pointers that two threads replace, and copies of the structure."""

    class Holder(Structure):
        _fields_ = [("text", c_char_p), ("wide", c_wchar_p), ("pair", POINTER(Pair)), ("object", py_object)]

    class Outer(Structure):
        _fields_ = [("before", c_int), ("holders", Holder * 2)]

    def holder(n):
        return Holder(b"text %d" % n, "wide %d" % n, pointer(pair(n)), ["object", n])

    def is_good(seen):
        found = seen.pair.contents
        return (
            seen.text.startswith(b"text ")
            and seen.wide.startswith("wide ")
            and found.inverse == ~found.number
            and seen.object[0] == "object"
        )

    for _ in run.rounds():
        shared = Outer(0, (holder(1), holder(2)))
        over = []

        def write(thread):
            mine = shared.holders[thread]
            for n in range(40):
                mine.text = b"text %d" % n
                mine.wide = "wide %d" % n
                mine.pair = pointer(pair(n))
                mine.object = ["object", n]
                shared.holders[thread] = holder(n)
                if n % 20 == 0:
                    gc.collect()
            over.append(thread)

        def read(thread):
            while len(over) < 2:
                copy = Outer()
                copy.holders[0] = shared.holders[thread]
                if not is_good(shared.holders[thread]):
                    return "shared"
                if not is_good(copy.holders[0]):
                    return "copy"

        found = run.race(lambda: write(0), lambda: write(1), lambda: read(0), lambda: read(1))
        run.same(found[2:], [None] * 2, "holder")


@CASES.case
def cast_while_it_changes(run):
    for _ in run.rounds():
        shared = (c_char_p * 4)(*[b"item 0000"] * 4)

        def write():
            for n in range(60):
                shared[n % 4] = b"item %04d" % n
                if n % 30 == 0:
                    gc.collect()

        def read():
            for n in range(60):
                other = cast(shared, POINTER(c_char_p))
                if not shared[n % 4].startswith(b"item "):
                    return shared[n % 4]
                copy = (c_char_p * 4)(*shared)
                if not all(text.startswith(b"item ") for text in copy):
                    return copy[:]
                del other

        run.same(run.race(write, write, read, read)[2:], [None] * 2, "item")


@CASES.case
def from_buffer_of_what_is_resized(run):
    """BufferError, or it sees the whole; never freed memory."""
    for _ in run.rounds():
        shared = bytearray(b"\x07" * 64)
        over = []

        def change():
            # Not many: grwl looks for dead views with two collections before it raises.
            for n in range(5):
                try:
                    shared.extend(b"\x07" * 16)
                    del shared[64:]
                except BufferError as error:
                    run.saw(error)
            over.append(1)

        def look():
            while len(over) < 2:
                try:
                    seen = (c_ubyte * 64).from_buffer(shared)
                except BufferError as error:
                    run.saw(error)
                    continue
                seen[3] = 7
                found = seen[:]
                inner = (c_ubyte * 32).from_buffer(seen, 16)
                del seen
                if set(found) != {7} or set(inner) != {7}:
                    return found
                copy = (c_ubyte * 64).from_buffer_copy(shared)
                if set(copy) != {7}:
                    return copy[:]

        run.same(run.race(change, change, look, look)[2:], [None] * 2, "bytes")


@CASES.case
def sorted_by_callbacks(run):
    """One comparison for all, each thread's own, and one for each call."""
    calls = itertools.count()

    def compare(a, b):
        next(calls)
        return a[0] - b[0]

    shared = COMPARE(compare)
    for _ in run.rounds():

        def work(thread):
            own = COMPARE(lambda a, b: b.contents.value - a.contents.value)
            for n in range(6):
                items = (c_int * 20)(*[(i * 7 + n + thread) % 20 for i in range(20)])
                qsort(items, 20, 4, shared)
                if items[:] != list(range(20)):
                    return items[:]
                qsort(items, 20, 4, own)
                if items[:] != list(range(19, -1, -1)):
                    return items[:]
                qsort(items, 20, 4, COMPARE(lambda a, b: a[0] - b[0]))
                if items[:] != list(range(20)):
                    return items[:]

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "items")


@CASES.case
def callbacks_dropped_while_called(run):
    for _ in run.rounds():
        shared = [UNARY(lambda n: n + 1) for _ in range(6)]
        over = []

        def replace():
            for n in range(60):
                shared[n % 6] = UNARY(lambda n, k=n: n + 1 + k - k)
                if n % 20 == 0:
                    gc.collect()
            over.append(1)

        def work():
            n = 0
            while len(over) < 2:
                n += 1
                found = shared[n % 6](n)
                if found != n + 1:
                    return n, found

        run.same(run.race(replace, replace, work, work)[2:], [None] * 2, "result")


@CASES.case
def callback_drops_itself(run):
    """The last reference goes while foreign code is in it."""
    for _ in run.rounds():

        def work(thread):
            for n in range(12):
                held = []

                def compare(a, b):
                    held.clear()
                    if n % 6 == 0:
                        gc.collect()
                    return a[0] - b[0]

                held.append(COMPARE(compare))
                items = (c_int * 4)(4, 3, 2, 1)
                qsort(items, 4, 4, held[0])
                if items[:] != [1, 2, 3, 4]:
                    return items[:]

        run.same(run.race(*[lambda t=t: work(t) for t in range(3)]), [None] * 3, "items")


@CASES.case
def callbacks_raise(run):
    """What a callback raises is reported, all of it; who calls meanwhile has its own result."""
    reported = []
    before = sys.unraisablehook
    sys.unraisablehook = lambda report: reported.append(type(report.exc_value))
    try:
        for _ in run.rounds():
            reported.clear()

            def inner(n):
                if n < 0:
                    raise KeyError(n)
                return n

            inside = UNARY(inner)
            outside = UNARY(lambda n: (inside(-n), inside(n))[1])

            def work():
                for n in range(1, 30):
                    inside(-n)
                    found = inside(n), outside(n)
                    if found != (n, n):
                        return found

            run.same(run.race(*[work] * 4), [None] * 4, "results")
            run.same(reported, [KeyError] * (29 * 2 * 4), "reports")
    finally:
        sys.unraisablehook = before


@CASES.case
def threads_of_foreign_code(run):
    """Threads that Python has not made call Python, while others start more of them."""
    create, join = LIBC["pthread_create"], LIBC["pthread_join"]
    create.argtypes = [POINTER(c_ulong), c_void_p, START, c_void_p]
    join.argtypes = [c_ulong, POINTER(c_void_p)]
    for _ in run.rounds():
        seen = []

        @START
        def start(argument):
            seen.append(argument)
            if argument % 4 == 0:
                gc.collect()
            return argument * 2

        def work(thread):
            handles = [c_ulong() for _ in range(4)]
            for n, handle in enumerate(handles, 1):
                create(byref(handle), None, start, thread * 100 + n)
            answers = [c_void_p() for _ in handles]
            for handle, answer in zip(handles, answers):
                join(handle, byref(answer))
            return [answer.value - thread * 200 for answer in answers]

        run.same(run.race(*[lambda t=t: work(t) for t in range(3)]), [[2, 4, 6, 8]] * 3, "answers")
        run.same(sorted(seen), [t * 100 + n for t in range(3) for n in range(1, 5)], "arguments")


@CASES.case
def calls_that_wait(run):
    """Nobody waits for them: others collect, make threads, and call."""
    for _ in run.rounds():
        over = []

        def wait():
            for _ in range(3):
                usleep(2000)
            over.append(1)

        def long_wait():
            usleep(100_000)
            return time.monotonic()

        def work():
            n = 0
            while len(over) < 2 or n < 3:
                n += 1
                gc.collect()
                run.race(lambda: LIBC.abs(-n), lambda: None)
                if LIBC.abs(-n) != n:
                    return n
            return time.monotonic()

        *_, first, second, last = run.race(wait, wait, work, work, long_wait)
        run.seen["before it ended"] += first < last or second < last


@CASES.case
def errno_of_each_thread(run):
    own = CDLL(None, use_errno=True)
    close, chdir = own["close"], own["chdir"]
    for _ in run.rounds():

        def work(thread):
            if ctypes.get_errno() != 0:
                return "fresh", ctypes.get_errno()
            for n in range(1, 60):
                ctypes.set_errno(thread * 100 + n)
                time.sleep(0)
                if ctypes.get_errno() != thread * 100 + n:
                    return "set", ctypes.get_errno()
                if (close(-1), ctypes.get_errno()) != (-1, errno.EBADF):
                    return "close", ctypes.get_errno()
                LIBC.chdir(b"/nowhere at all")
                if ctypes.get_errno() != errno.EBADF:
                    return "another library", ctypes.get_errno()
                if (chdir(b"/nowhere at all"), ctypes.get_errno()) != (-1, errno.ENOENT):
                    return "chdir", ctypes.get_errno()
                if ctypes.set_errno(0) != errno.ENOENT:
                    return "set to 0"

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "errno")


@CASES.case
def types_made_at_once(run):
    """Each thread makes structures with fields of the same types: nested ones, arrays, pointers, bit fields."""
    for _ in run.rounds():

        class Base(Structure):
            _fields_ = [("base", c_int)]

        def work(thread):
            for n in range(1, 6):

                class Node(Base):
                    pass

                Node._fields_ = [
                    ("next", POINTER(Node)),
                    ("pairs", Pair * n),
                    ("bits", c_uint, n),
                    ("text", c_char * 8),
                    ("back", CFUNCTYPE(c_int, POINTER(Node))),
                ]
                node = Node(thread, None, (pair(n),) * n, n, b"text")
                node.next = pointer(node)
                if node.next.contents.base != thread or node.next[0].pairs[n - 1].inverse != ~n:
                    return "values", n
                expected = 16 + 16 * n + 16 + 8
                if sizeof(Node) != expected or len(bytes(node)) != expected:
                    return "size", n, sizeof(Node)
                if Node.text.offset != 16 + 16 * n + 1 or node.text != b"text" or node.bits != n:
                    return "text", Node.text.offset, node.text
                again = Node.from_buffer_copy(node)
                if again.pairs[0].number != n:
                    return "copy", n

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "type")


@beyond_cpython
def fields_are_assigned_once(run):
    """Of all threads that assign `_fields_` one does, and the type is as that one says."""
    layouts = [
        [("a", c_int), ("b", c_int)],
        [("a", c_double), ("c", c_int64)],
        [("b", c_int64), ("a", c_ubyte * 40)],
    ]
    for _ in run.rounds():

        class Late(Structure):
            pass

        def work(fields):
            try:
                Late._fields_ = fields
            except AttributeError as error:
                run.expect(
                    str(error) in ("_fields_ is final", "Structure or union cannot contain itself"),
                    "message",
                    str(error),
                )
                return None
            return fields

        done = [found for found in run.race(*[lambda f=f: work(f) for f in layouts]) if found]
        run.same(len(done), 1, "assigned")

        class Same(Structure):
            _fields_ = done[0]

        run.same(sizeof(Late), sizeof(Same), "size")
        for name, of_field in done[0]:
            field, expected = getattr(Late, name), getattr(Same, name)
            run.same((field.offset, field.size), (expected.offset, expected.size), "field", name)
        run.same(Late._fields_, done[0], "_fields_")


@beyond_cpython
def contained_while_laid_out(run):
    """A type that others take for a field, an item or an instance is final from then on: either of no size, or of the one it is laid out with.

    The layout of what contains it is computed in Python: it is refused if the type was laid out meanwhile.
    """
    for _ in run.rounds():

        class Late(Structure):
            pass

        def lay_out():
            try:
                Late._fields_ = [("a", c_int64), ("b", c_int64)]
            except AttributeError as error:
                run.saw(error)
                return 0
            return 16

        def take():
            while True:
                try:

                    class Outer(Structure):
                        _fields_ = [("late", Late), ("end", c_int64)]

                    return sizeof(Outer) - 8
                except ValueError as error:
                    run.expect("does not match type size" in str(error), "message", str(error))
                    run.saw(error)

        sizes = run.race(
            lay_out,
            lambda: sizeof(Late * 3) // 3,
            lambda: sizeof(Late()),
            take,
        )
        run.seen["laid out"] += sizes[0] == 16
        run.same(sizes, [sizeof(Late)] * 4, "sizes")


@CASES.case
def first_use_of_a_type(run):
    """Arrays of it, pointers to it, instances, views, all for the first time."""
    for _ in run.rounds():

        class Fresh(Structure):
            _fields_ = [("number", c_int64), ("inverse", c_int64)]

        def work():
            pointers = POINTER(Fresh)
            array = Fresh * 3
            filled = array(*[(n, ~n) for n in range(3)])
            view = memoryview(filled)
            first = pointer(filled[2]).contents
            if (view.nbytes, view.shape, view.format) != (48, (3,), "T{<q:number:<q:inverse:}"):
                return view.nbytes, view.shape, view.format
            if first.inverse != ~2 or pointers(filled[1])[0].number != 1:
                return "values"
            return array

        arrays = run.race(*[work] * 4)
        run.same({id(array) for array in arrays}, {id(Fresh * 3)}, "types of arrays")
        run.expect(POINTER(Fresh) is POINTER(Fresh) is Fresh.__pointer_type__, "types of pointers")


@CASES.case
def types_die(run):
    """Types of arrays that nobody holds are made anew while others look for them."""
    for _ in run.rounds():

        class Item(Structure):
            _fields_ = [("number", c_int)]

        def work(thread):
            for n in range(40):
                length = n % 5 + 1
                if (Item * length)()._length_ != length or sizeof(Item * length) != 4 * length:
                    return n
                if n % 20 == thread:
                    gc.collect()

        run.same(run.race(*[lambda t=t: work(t) for t in range(3)]), [None] * 3, "type")
        gone = weakref.ref(Item)
        run.expect(gone() is Item, "reference")


@CASES.case
def prototypes_change_while_called(run):
    for _ in run.rounds():
        own = CDLL(None)
        over = []

        def change():
            for n in range(60):
                own.labs.argtypes = [[c_long], [c_int], None][n % 3]
                own.labs.restype = [c_long, c_int, c_int64, lambda value: value][n % 4]
                own.labs.errcheck = [lambda result, function, args: result, None][n % 2] or (lambda r, f, a: r)
            over.append(1)

        def work():
            while len(over) < 2:
                if own.labs(-5) != 5:
                    return "labs"

        run.same(run.race(change, change, work, work)[2:], [None] * 2, "result")


@CASES.case
def functions_looked_up_at_once(run):
    names = ["abs", "labs", "toupper", "tolower", "strlen"]
    for _ in run.rounds():
        own = CDLL(None)

        def work():
            return [getattr(own, name)(*[b"a" if name == "strlen" else 65]) for name in names]

        run.same(run.race(*[work] * 4), [[65, 65, 65, 97, 1]] * 4, "results")


@CASES.case
def strings_that_change(run):
    """A buffer of characters that two threads assign to: each byte is of one of them, and reads stay inside."""
    for _ in run.rounds():
        shared = ctypes.create_string_buffer(64)
        wide = ctypes.create_unicode_buffer(64)

        def write(thread):
            for n in range(100):
                shared.value = b"ab"[thread : thread + 1] * (n % 64)
                shared.raw = b"ab"[thread : thread + 1] * 63 + b"\0"
                wide.value = "ab"[thread] * (n % 64)

        def read():
            for n in range(100):
                if shared.value.strip(b"ab") or shared.raw.strip(b"ab\0") or wide.value.strip("ab"):
                    return shared.value, wide.value
                if string_at(shared, 64).strip(b"ab\0") or shared[5:9].strip(b"ab\0"):
                    return shared.raw

        run.same(run.race(lambda: write(0), lambda: write(1), read, read)[2:], [None] * 2, "bytes")
