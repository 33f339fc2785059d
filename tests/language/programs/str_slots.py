# Subclasses of str with members: where they lie does not depend on the length of the text.
import copy
import gc
import pickle


class Line(str):
    __slots__ = ('clean', 'number')


class Longer(Line):
    __slots__ = ('more',)


class Open(Longer):
    pass




for cls in Line, Longer, Open:
    for text in '', 'x', 'some text', 'ünïcode', '日本語', '\U0001f600' * 3:
        line = cls(text)
        print(cls.__name__, ascii(line), hasattr(line, 'clean'), hasattr(line, '__dict__'), end=' ')
        line.clean = [text, 1]
        line.number = 7
        if cls is not Line:
            line.more = {text: line.clean}
        if cls is Open:
            line.other = 'attribute'
            line.__dict__['last'] = 3
        gc.collect()
        print(line.clean == [text, 1], line.number, line == text, hash(line) == hash(text), len(line),
              getattr(line, 'more', None) == {text: [text, 1]}, getattr(line, 'other', None), getattr(line, 'last', None))
        del line.number
        try:
            line.number
        except AttributeError as error:
            print(ascii(error))

lines = [Longer('n%d' % number) for number in range(2000)]
for number, line in enumerate(lines):
    line.clean, line.number, line.more = [number], number, str(number)
gc.collect()
print(all(line.clean == [number] and line.number == number and line.more == str(number) for number, line in enumerate(lines)))
line = Open('kept')
line.clean, line.other = 'c', 'o'
for again in copy.copy(line), copy.deepcopy(line), pickle.loads(pickle.dumps(line, 2)):
    print(type(again).__name__, again, again.clean, again.other, hasattr(again, 'number'))
print(Line.clean, sorted(name for name in Longer.__dict__ if not name.startswith('__')))
try:
    class Wrong(Line, int):
        pass
except TypeError as error:
    print(error)
for base in bytes, tuple, int:
    try:
        type('Refused', (base,), {'__slots__': ('a',)})
    except TypeError as error:
        print(error)
