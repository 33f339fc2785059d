# Properties whose getters are functions of Python, at a site that has seen them before.
import os
import sys
import traceback

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), '')


class Point:
    def __init__(self, x):
        self._x = x
        self.reads = 0

    @property
    def x(self):
        self.reads += 1
        return self._x

    @property
    def broken(self):
        return self._x.nothing

    @property
    def deep(self):
        return self.deep

    @property
    def each(self):
        yield self._x
        yield self.x

    @property
    def late(self, extra=3):
        return self._x + extra

    @property
    def no_default(self, extra):
        return extra


class Other(Point):
    @property
    def x(self):
        return super().x * 10


class Plain:
    def __init__(self, x):
        self.x = x


def read(value):
    return value.x


def total(values):
    result = 0
    for value in values:
        result += read(value)
    return result


points = [Point(1), Other(2), Plain(3)]
print(total(points * 40), points[0].reads, points[1].reads)

# A getter that is replaced, or goes.
Point.x = property(lambda self: 7)
print(total(points * 5))
Point.x = 5
print(read(points[0]), read(points[2]))
del Point.x
points[0].x = 6
print(read(points[0]))


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except Exception:
        print(traceback.format_exc().replace(FOLDER, ''))


def broken(value):
    return value.broken


def no_default(value):
    return (value.
            no_default)


for _ in range(3):
    attempt(broken, points[0])
    attempt(no_default, points[0])
print(list(points[0].each), [points[0].late for _ in range(4)])

try:
    points[0].deep
except RecursionError as error:
    print(error)


# The frame of a getter is one like others.
class Framed:
    @property
    def caller(self):
        return sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno - sys._getframe(1).f_code.co_firstlineno


def ask(framed):
    return framed.caller


print([ask(Framed()) for _ in range(4)])

events = []


def watch(frame, event, argument):
    events.append((event, frame.f_code.co_name))


framed = Framed()
ask(framed)
sys.setprofile(watch)
ask(framed)
sys.setprofile(None)
print(events)


# Stores at one site into objects of several shapes, and from another thread.
import threading


class Cell:
    def __init__(self):
        self.value = None


def fill(cell, value):
    cell.value = value


cells = [Cell() for _ in range(4)]
cells[1].first = 1
cells[2].__dict__['other'] = 2
for turn in range(50):
    for cell in cells:
        fill(cell, turn)
thread = threading.Thread(target=lambda: [fill(cell, 'there') for cell in cells])
thread.start()
thread.join()
print([cell.value for cell in cells])
for cell in cells:
    fill(cell, 'here')
print([vars(cell) for cell in cells])
