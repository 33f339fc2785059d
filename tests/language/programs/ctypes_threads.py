# Threads that change the same C data: no write is lost, and what is pointed to stays alive.
import ctypes
import gc
import threading
from ctypes import *

THREADS = 4
ROUNDS = 400


def together(*bodies):
    barrier = threading.Barrier(len(bodies))
    failed = []

    def run(body):
        barrier.wait()
        try:
            body()
        except BaseException as e:
            failed.append(repr(e))

    threads = [threading.Thread(target=run, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(failed)


# Bit fields of one integer.
class Bits(Structure):
    _fields_ = [("a", c_uint, 5), ("b", c_uint, 7), ("c", c_uint, 9), ("d", c_uint, 11)]


bits = Bits()


def set_bits(name, limit):
    def body():
        for number in range(ROUNDS):
            setattr(bits, name, number % limit)
            assert getattr(bits, name) == number % limit
        setattr(bits, name, limit - 1)

    return body


together(*[set_bits(name, 1 << width) for name, width in zip("abcd", (5, 7, 9, 11))])
print(bits.a, bits.b, bits.c, bits.d)

# Items of one array.
array = (c_longlong * THREADS)()


def count(index):
    def body():
        for _ in range(ROUNDS):
            array[index] += 1

    return body


together(*[count(index) for index in range(THREADS)])
print(array[:])


# Strings and pointers that are replaced while others read them.
class Holder(Structure):
    _fields_ = [("text", c_char_p), ("wide", c_wchar_p), ("pointer", POINTER(c_int)), ("object", py_object)]


holder = Holder(b"text 0", "wide 0", pointer(c_int(0)), ["object", 0])


def replace():
    for number in range(ROUNDS):
        holder.text = b"text %d" % number
        holder.wide = "wide %d" % number
        holder.pointer = pointer(c_int(number))
        holder.object = ["object", number]
        if number % 100 == 0:
            gc.collect()


def read():
    for number in range(ROUNDS):
        assert holder.text.startswith(b"text "), holder.text
        assert holder.wide.startswith("wide "), holder.wide
        assert 0 <= holder.pointer.contents.value < ROUNDS
        assert holder.object[0] == "object"
        if number % 100 == 0:
            gc.collect()


together(replace, replace, read, read)
print(holder.text, holder.wide, holder.pointer[0], holder.object)

# An array that grows while others write into it.
grown = (c_int * 8)()


def grow():
    for size in range(40, 40 + ROUNDS * 4, 4):
        resize(grown, size)


def write(index):
    def body():
        for number in range(ROUNDS):
            grown[index] = number
            assert grown[index] == number, (index, number, grown[index])

    return body


together(grow, write(1), write(2), write(3))
print(grown[:], sizeof(grown))

# Calls that wait, beside calls that do not.
libc = CDLL(None)
libc.usleep.argtypes = [c_uint]
COMPARE = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
libc.qsort.restype = None


def sleep():
    for _ in range(5):
        libc.usleep(1000)


def sort():
    for number in range(20):
        items = (c_int * 16)(*[(i * 7 + number) % 16 for i in range(16)])
        libc.qsort(items, 16, 4, COMPARE(lambda a, b: a[0] - b[0]))
        assert items[:] == list(range(16))
        if number % 10 == 0:
            gc.collect()


together(sleep, sort, sort, sleep)

# Threads of foreign code.
START = CFUNCTYPE(c_void_p, c_void_p)
seen = []


@START
def start(argument):
    seen.append(argument)
    gc.collect()
    return argument * 2


libc.pthread_create.argtypes = [POINTER(c_ulong), c_void_p, START, c_void_p]
libc.pthread_join.argtypes = [c_ulong, POINTER(c_void_p)]
for _ in range(3):
    handles = [c_ulong() for _ in range(THREADS)]
    for number, handle in enumerate(handles):
        libc.pthread_create(byref(handle), None, start, number + 1)
    answers = [c_void_p() for _ in handles]
    for handle, answer in zip(handles, answers):
        libc.pthread_join(handle, byref(answer))
    print([answer.value for answer in answers])
print(sorted(seen))
