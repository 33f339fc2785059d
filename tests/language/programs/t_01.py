"""The tokens of all kinds of text, well-formed and not, as `tokenize` gives them."""
import tokenize, io
def show(s):
    print(repr(s))
    try:
        for t in tokenize.generate_tokens(io.StringIO(s).readline): print('  ',t.type, t.exact_type, repr(t.string), t.start, t.end, repr(t.line))
    except Exception as e: print('  ', type(e), e.args)
show('f"""a\n{x}\n{y}"""\n')
show('x = f"""a\n{x}b\n{y}""" + é\n')
show('f"a{{b}}c{x!r:>{w}}"\n')
show('if x:\n  y # c')
show('if x:\n  y\n  ')
show('if x:\r\n  y # c\r\n\r\n')
show('a = (1,')
show('a = $ ? ! `\n')
show('é = 1é2 0777 1__2\n')
show('€ = 1\n')
show('x\x01 = 1\n')
show('"""abc\nd')
show('a \\\n b\n')
show('a \\')
show('a \\ b\n')
show('a\rb\n')
show(' a\n  b\n c\nd\n')
show(' a\n\tb\n')
show('if 1:\n    a\n  b\n')
show('x = "abc\n')
show('# c')
show('\n\n   \n  # c\nx')
show('x\x00y\n')
show('f"{a b\n')
show("f'{a:x\n}'\n")
show("f'a\\N{DASH}b'\n")
show("a <> b != c\n")
show('(\n # c\n\n 1)\n')
show('f"""{\nx=\n}""" \n')
show('')
show(' ')
show('\\\n')
show('if 1:\n  a\n  \\\n b\n')
show('ub"a"\n')
show('0_7 0b12 0xg 1e 1_\n')
show(')\n')
show('(]\n')
show('f"}"\n')
show('f"{x]}"\n')
show('f"{a!=b} {a!r} {a:=3} {a:{b:{c}}}"\n')
show('\ufeffa\n')

import _tokenize

def raw(s, **options):
    try:
        for t in _tokenize.TokenizerIter(io.StringIO(s).readline, **options): print('  ', t)
    except SyntaxError as e:
        print('  ', type(e).__name__, e.args, e.msg, e.filename, e.lineno, e.offset, e.text, e.end_lineno, e.end_offset)

for s in ['a b\nif x:\n  """c\nd""" + 1\n', '(a\n', '(]', "f'{(a]}'", "f'{a[)]}'", '0777']:
    print(repr(s))
    raw(s, extra_tokens=False)

def lines():
    yield 'a = (\n'
    print('asked for more')
    yield '1)\n'
    raise OSError('no more')
try:
    for t in tokenize.generate_tokens(lines().__next__): print(t.string.encode())
except OSError as e: print(repr(e))
for bad in (lambda: 1, lambda: b'x', lambda: '\ud800'):
    try: print(next(_tokenize.TokenizerIter(bad, extra_tokens=True)))
    except Exception as e: print(repr(e))
for args, options in (((), {}), ((1,), {}), ((1, 2), {'extra_tokens': 1}), ((1,), {'extra_tokens': 1, 'encoding': None}), ((1,), {'extra_tokens': 1, 'encoding': 'a\0'})):
    try: _tokenize.TokenizerIter(*args, **options)
    except Exception as e: print(repr(e))
print([t.string for t in tokenize.tokenize(io.BytesIO('# coding: latin-1\né = 1\n'.encode('latin-1')).readline)])
