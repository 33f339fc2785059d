def error(f, *args, **keywords):
    try:
        f(*args, **keywords)
    except Exception as e:
        return f'{type(e).__name__}: {e}'
    return None

def same(found, wanted):
    if found != wanted:
        raise AssertionError(f'{found!r} is not {wanted!r}')

same(error(ord, 1), "TypeError: ord() expected string of length 1, but int found")
same(error(ord, 'ab'), "TypeError: ord() expected a character, but string of length 2 found")
same(error(chr, 1 << 100), "ValueError: chr() arg not in range(0x110000)")
same(error(format, 1, 2), "TypeError: format() argument 2 must be str, not int")
same(error(getattr, 1, 2), "TypeError: attribute name must be string, not 'int'")
same(error(max, 1, 2, default=3), "TypeError: Cannot specify a default for max() with multiple positional arguments")
same(error(max, []), "ValueError: max() iterable argument is empty")
same(error(round, 'a'), "TypeError: type str doesn't define __round__ method")
same(error(sum, ['a'], ''), "TypeError: sum() can't sum strings [use ''.join(seq) instead]")
same(error(sorted, [1], foo=1), "TypeError: sort() got an unexpected keyword argument 'foo'")
same(error(print, sep=1), "TypeError: sep must be None or a string, not int")
same(error(eval, '1', []), "TypeError: globals must be a real dict; try eval(expr, {}, mapping)")
same(error(exec, '1', 1), "TypeError: exec() globals must be a dict, not int")
same(error(exec, '1', closure=()), "TypeError: closure can only be used when source is a code object")
same(error(compile, '1', '', 'foo'), "ValueError: compile() mode must be 'exec', 'eval' or 'single'")
same(error(compile, '1', '', 'exec', 0, 0, 5), "ValueError: compile(): invalid optimize value")
same(error(compile, '\ud800', '', 'exec'), "UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed")
same(error(compile, '(', 'f', 'exec'), "SyntaxError: '(' was never closed (f, line 1)")
same(error(vars, 1), "TypeError: vars() argument must have __dict__ attribute")
same(error(__import__, ''), "ValueError: Empty module name")
same(error(__import__, 'x', level=1), 'KeyError: "\'__name__\' not in globals"')
same(error(__import__, 'x', {'__package__': 'a'}, level=2), "ImportError: attempted relative import beyond top-level package")

same((bin(-5), hex(-255), oct(8)), ('-0b101', '-0xff', '0o10'))
same(sum([0.1] * 10), 1.0)
same(sum([1 << 62, 1 << 62, 1.5]), 9.223372036854776e+18)
same(sum([1j, 2.0, 3]), 5 + 1j)
same(pow(base=2, exp=3, mod=5), 3)
same(eval(b'  1+1'), 2)
same(eval('a + b', {'a': 1}, {'b': 2}), 3)
same([locals() for x in [1]], [{'x': 1}])

def outer():
    x = 1
    def inner():
        return x
    y = [sorted(locals()) for z in [1]]
    return sorted(locals()), y, inner()
same(outer(), (['inner', 'x', 'y'], [['inner', 'x', 'z']], 1))

def free():
    value = 7
    def give():
        return value
    return give
cells = free().__closure__
found = []
def collect():
    nonlocal_value = None
    def body():
        found.append(nonlocal_value)
    return body
exec(collect().__code__, {'found': found}, closure=cells)
same(found, [7])
same(error(exec, collect().__code__, {}), "TypeError: code object requires a closure of exactly length 1")

class Out:
    def __init__(self):
        self.text = ''
    def write(self, text):
        self.text += text
out = Out()
print(1, 'a', None, sep='-', end='!', file=out)
same(out.text, '1-a-None!')
