# What cannot contain itself when it is read is not written; the second argument of a struct sequence is a dict.
import marshal
import time


def attempt(function, *args, **names):
    try:
        print(function(*args, **names))
    except Exception as error:
        print(type(error).__name__, error)


def f():
    return 1234.5


inside = []
code = f.__code__.replace(co_consts=f.__code__.co_consts + (inside,))
inside.append(code)
part = slice([], None)
part.start.append(part)
for version in range(6):
    attempt(marshal.dumps, code, version)
    attempt(marshal.dumps, part, version)
inside.clear()
twice = slice(1, 2)
print(marshal.loads(marshal.dumps([twice, twice, code, code])) [:2])
for dict in (None, 3, {}, {"tm_zone": "here"}, {"tm_year": 1}, {"other": 1}):
    attempt(time.struct_time, "123456789", dict)
    attempt(time.struct_time, "123456789", dict=dict)
