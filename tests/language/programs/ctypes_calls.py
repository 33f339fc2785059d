# Foreign functions of the C library, and Python functions that they call.
import ctypes
import gc
import sys
import threading
from ctypes import *


def attempt(act):
    try:
        print(repr(act()))
    except Exception as e:
        print(type(e).__name__, e)


libc = CDLL(None, use_errno=True)
libm = CDLL("libm.so.6")

print(libc.abs(-5), libc.strlen(b"hello"), libc.toupper(ord("a")))
libm.sqrt.restype = c_double
libm.sqrt.argtypes = [c_double]
libm.pow.restype = c_double
libm.pow.argtypes = [c_double, c_double]
print(libm.sqrt(2), libm.pow(2, 10.5))
libm.sqrtf.restype = c_float
libm.sqrtf.argtypes = [c_float]
print(libm.sqrtf(4))
libm.sqrtl.restype = c_longdouble
libm.sqrtl.argtypes = [c_longdouble]
print(libm.sqrtl(6.25))
libm.csqrt.restype = c_double_complex
libm.csqrt.argtypes = [c_double_complex]
print(libm.csqrt(-4))
attempt(lambda: libm.sqrt("x"))
attempt(lambda: libm.sqrt())
attempt(lambda: libm.pow(1.0))
attempt(lambda: libc.abs(1.5))
attempt(lambda: libc.abs(2**70))
attempt(lambda: libc.abs(object()))
print(hasattr(libc, "no_such_function_at_all"))

# Structures by value.


class Division(Structure):
    _fields_ = [("quotient", c_int), ("remainder", c_int)]


class LongDivision(Structure):
    _fields_ = [("quotient", c_long), ("remainder", c_long)]


libc.div.restype = Division
libc.ldiv.restype = LongDivision
libc.ldiv.argtypes = [c_long, c_long]
r = libc.div(17, 5)
print(r.quotient, r.remainder)
r = libc.ldiv(-(10**15), 7)
print(r.quotient, r.remainder)

# Strings in and out.
libc.strchr.restype = c_char_p
libc.strchr.argtypes = [c_char_p, c_char]
print(libc.strchr(b"abcdef", b"d"), libc.strchr(b"abcdef", b"x"))
attempt(lambda: libc.strchr("abc", b"d"))
attempt(lambda: libc.strchr(b"abc", b"dd"))
libc.wcslen.restype = c_size_t
libc.wcslen.argtypes = [c_wchar_p]
print(libc.wcslen("h\U0001F600llo"))
libc.strtol.restype = c_long
libc.strtol.argtypes = [c_char_p, POINTER(c_char_p), c_int]
end = c_char_p()
print(libc.strtol(b"123abc", byref(end), 10), end.value, libc.strtol(b"-ff", None, 16))

# Variable numbers of arguments.
buffer = create_string_buffer(100)
n = libc.snprintf(buffer, c_size_t(100), b"%d %s %.2f %c %lld", 42, b"text", c_double(2.5), c_char(b"x"), c_longlong(2**40))
print(n, buffer.value)
libc.snprintf.argtypes = [c_char_p, c_size_t, c_char_p]
n = libc.snprintf(buffer, 100, b"%s-%d", b"more", 7)
print(n, buffer.value)
attempt(lambda: libc.snprintf(buffer, 100))

# Results, and what checks them.


class Checked(c_int):
    pass


libc.labs.restype = Checked
print(type(libc.labs(-3)).__name__, libc.labs(-3).value)
libc.labs.restype = lambda value: ("got", value)
print(libc.labs(-4))
libc.labs.restype = None
print(libc.labs(-4))
attempt(lambda: setattr(libc.labs, "restype", 5))
attempt(lambda: setattr(libc.labs, "argtypes", [5]))
attempt(lambda: setattr(libc.labs, "errcheck", 5))
del libc.labs.restype


def errcheck(result, function, arguments):
    print("checking", result, arguments)
    return result * 2


prototype = CFUNCTYPE(c_long, c_long)
labs = prototype(("labs", libc), ((1, "number", -8),))
labs.errcheck = errcheck
print(labs(), labs(-2), labs(number=-3))
attempt(lambda: labs(1, 2))
frexp = CFUNCTYPE(c_double, c_double, POINTER(c_int))(("frexp", libm), ((1, "x"), (2, "exponent")))
print(frexp(48.0))
modf = CFUNCTYPE(c_double, c_double, POINTER(c_double))(("modf", libm), ((1, "x"), (2, "whole")))
modf.errcheck = lambda result, function, arguments: (result, arguments[1].value)
print(modf(3.25))
attempt(lambda: CFUNCTYPE(c_int, c_int)(("abs", libc), ((2, "x"),)))
attempt(lambda: CFUNCTYPE(c_int, c_int)(("abs", libc), ((1, "x"), (1, "y"))))

# errno.
set_errno(7)
print(get_errno(), set_errno(0))
libc.close.argtypes = [c_int]
print(libc.close(-1), get_errno())
print(CDLL(None).close(-1), get_errno())

# Callbacks.
COMPARE = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
calls = []


def compare(a, b):
    calls.append((a[0], b[0]))
    return a[0] - b[0]


numbers = (c_int * 7)(5, 3, 9, -1, 4, 0, 2)
libc.qsort.restype = None
libc.qsort(numbers, len(numbers), sizeof(c_int), COMPARE(compare))
print(numbers[:], len(calls) > 6)
found = libc.bsearch
found.restype = POINTER(c_int)
found.argtypes = [POINTER(c_int), c_void_p, c_size_t, c_size_t, COMPARE]
print(found(c_int(4), numbers, 7, 4, COMPARE(compare))[0], bool(found(c_int(8), numbers, 7, 4, COMPARE(compare))))
for kind, value in [(c_byte, -5), (c_ubyte, 250), (c_short, -300), (c_int, -70000), (c_uint, 4000000000), (c_long, -2**40),
                    (c_ulonglong, 2**63), (c_float, 1.5), (c_double, 2.25), (c_longdouble, 3.125), (c_char, b"z"),
                    (c_wchar, "w"), (c_bool, True), (c_void_p, 1234), (c_char_p, b"text")]:
    identity = CFUNCTYPE(kind, kind)(lambda value: value)
    if kind is c_char_p:
        identity = CFUNCTYPE(c_void_p, kind)(lambda value: len(value))
    print(kind.__name__, identity(value))
many = CFUNCTYPE(c_double, *[c_int, c_double] * 10)(lambda *values: sum(values))
print(many(*range(20)))
print(CFUNCTYPE(c_int, c_int)(lambda n: n and again(n - 1) + 1)(0))
again = CFUNCTYPE(c_int, c_int)(lambda n: n and again(n - 1) + 1)
print(again(20))


class Pair(Structure):
    _fields_ = [("a", c_int), ("b", c_double)]


by_value = CFUNCTYPE(c_double, Pair)(lambda pair: pair.a + pair.b)
print(by_value(Pair(3, 0.5)))


class Small(Structure):
    _fields_ = [("a", c_ubyte * 3)]


class Floats(Structure):
    _fields_ = [("a", c_float), ("b", c_float), ("c", c_float)]


class Long(Structure):
    _fields_ = [("a", c_long * 5)]


class Either(Union):
    _fields_ = [("i", c_long), ("d", c_double)]


print(CFUNCTYPE(c_int, Small)(lambda s: sum(s.a))(Small((1, 2, 3))))
print(CFUNCTYPE(c_float, Floats)(lambda f: f.a + f.b + f.c)(Floats(1, 2, 3.5)))
print(CFUNCTYPE(c_long, Long)(lambda s: sum(s.a))(Long((1, 2, 3, 4, 5))))
print(CFUNCTYPE(c_long, Either)(lambda u: u.i)(Either(77)))
attempt(lambda: CFUNCTYPE(Pair)(lambda: None))
attempt(lambda: CFUNCTYPE(c_int)(5.5))
attempt(lambda: CFUNCTYPE(c_int, 5))


def wrong(n):
    raise ValueError(f"wrong {n}")


sys.unraisablehook = lambda u: print("unraisable", u.err_msg.split(" <")[0], repr(u.exc_value))
CFUNCTYPE(c_int, c_int)(wrong)(3)
CFUNCTYPE(c_int, c_int)(lambda n: "text")(3)
seen = []
CFUNCTYPE(None, py_object)(seen.append)([1, 2])
print(seen)


# A thread that Python has not started.
START = CFUNCTYPE(c_void_p, c_void_p)
result = []


def body(argument):
    me = threading.current_thread()
    result.append((argument, me is threading.main_thread(), type(me).__name__))
    gc.collect()
    return argument + 1


start = START(body)
handle = c_ulong()
libc.pthread_create.argtypes = [POINTER(c_ulong), c_void_p, START, c_void_p]
libc.pthread_join.argtypes = [c_ulong, POINTER(c_void_p)]
print(libc.pthread_create(byref(handle), None, start, 41))
answer = c_void_p()
print(libc.pthread_join(handle, byref(answer)), answer.value, result)

# Data of a library, functions by address.
print(c_void_p.in_dll(libc, "environ").value is not None)
try:
    c_int.in_dll(libc, "no_such_name_at_all")
except ValueError as e:
    print(str(e).split(": ")[-1])
address = cast(libc.abs, c_void_p).value
print(CFUNCTYPE(c_int, c_int)(address)(-9), bool(CFUNCTYPE(c_int)()))


class Parameter:
    def __init__(self, value):
        self._as_parameter_ = value


print(libc.abs(Parameter(-4)), libc.abs(Parameter(Parameter(-5))))
loop = Parameter(None)
loop._as_parameter_ = loop
try:
    c_int.from_param(loop)
except RecursionError:
    print("RecursionError")
print(c_int.from_param(5), c_double.from_param(2.5), c_char.from_param(b"x"), c_char.from_param(b"\0"))
print(type(byref(c_int())).__name__, byref(numbers)._obj is numbers)
