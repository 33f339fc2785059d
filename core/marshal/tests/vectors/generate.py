"""Writes the vectors in this directory. Run with CPython 3.14: python3.14 generate.py

values.txt: the version that CPython wrote them for, or `-` where it did not; marshalled bytes in hex; what loading them
makes, in the form that `show` gives. code.txt: name, source and dump of code objects. Tabs between the columns.
"""

import marshal
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))


def show(value, seen=None):
    """One text for one value; a container that came before is shown as its number, so that sharing is seen."""
    seen = {} if seen is None else seen
    if value is None or value is True or value is False or value is ...:
        return repr(value)
    if value is StopIteration:
        return "StopIteration"
    kind = type(value).__name__
    if kind == "int":
        return f"int {value:x}"
    if kind == "float":
        return "float " + struct.pack(">d", value).hex()
    if kind == "complex":
        return "complex " + struct.pack(">d", value.real).hex() + struct.pack(">d", value.imag).hex()
    if kind == "str":
        return "str " + value.encode("utf-8", "surrogatepass").hex()
    if kind == "bytes":
        return "bytes " + value.hex()
    if kind in ("tuple", "list", "set", "frozenset", "dict", "slice"):
        if value not in ((), frozenset()) if kind in ("tuple", "frozenset") else True:
            if id(value) in seen:
                return f"^{seen[id(value)]}"
            seen[id(value)] = len(seen)
        if kind == "dict":
            parts = [f"{show(k, seen)}: {show(v, seen)}" for k, v in value.items()]
        elif kind == "slice":
            parts = [show(part, seen) for part in (value.start, value.stop, value.step)]
        else:
            parts = [show(part, seen) for part in value]
            if kind in ("set", "frozenset"):
                parts.sort()
        return f"{kind}[{', '.join(parts)}]"
    if kind == "code":
        return f"code {value.co_name} {value.co_qualname} {value.co_filename} {value.co_firstlineno} {value.co_code.hex()}"
    raise TypeError(kind)


def loaded(data, **options):
    try:
        return show(marshal.loads(data, **options))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


HEAD = b"c" + b"\0" * 20
S = b"s\0\0\0\0"
T = b")\0"
Z = b"z\1a"
L = b"\1\0\0\0"
TAIL = T + T + T + S + Z + Z + Z + L + S + S

BAD = [
    b"", b"Z", b"?", b"i", b"s\x05\0\0\0a", b"(\x01\0\0\0", b"(\x01\0\0\x00Z", b"r\0\0\0\0", b"\xff", b"0",
    b"(\xff\xff\xff\xff", b"u\x01\0\0\0\xff", b"l\x01\0\0\0\0\x80", b"l\x01\0\0\0\0\0", b"l\0\0\0\x80",
    b"\xe9\1\0\0\0", b"(\x01\0\0\x000", b"{0", b"{N", b"{i\0\0\0\0", b"{i\0\0\0\x000", b"{Ni\1\0\0\0i\2\0\0\x000",
    b"f\x03abc", b"f", b"f\x031.5", b"c", HEAD, HEAD + b"0", HEAD + S + b"0", b")\1" + HEAD + b"0", b"g123",
    b"I12345678", b"I\0\0\0\0\0\0\0\x80", b":NNN", b":NN0", b":NNZ", b")\1:N0", b"[\1\0\0\0:0", b">\0\0\0\0",
    b"\xbe\0\0\0\0", b"a\1\0\0\0\xff", b"z\1\xff", b"z", b"s\xff\xff\xff\xff", b"u\xff\xff\xff\xff",
    b"[\xff\xff\xff\xff", b"<\xff\xff\xff\xff", b">\xff\xff\xff\xff", b"a\xff\xff\xff\xff", b"t\xff\xff\xff\xff",
    b"l\xff\xff\xff\x7f", b"S", b"T", b".", b"x", b"y", b"R\0\0\0\0", b"\xa8\x01\0\0\0r\0\0\0\0",
    b"\xdb\x01\0\0\0r\0\0\0\0", b"\xfbNr\0\0\0\x000", b"\xbe\x01\0\0\0r\0\0\0\0", b"\xbaNNr\0\0\0\0",
    b"x\x011\x012", b"x\x011", b"x\x011\x01a", b"t\2\0\0\0\xff\xff", b"A\1\0\0\0\xff", b"Z\1\xff", b"P\1\0\0\0",
    b"u\x03\0\0\0\xed\xa0\x80", b"u\x02\0\0\0\xed\xa0", b"l\1\0\0\0", b"l\1\0\0\0\1\0", b"l\xfe\xff\xff\xff\0\0\1\0",
    b"f\3nan", b"f\4-nan", b"f\4 1.5", b"f\x031_0", b"f\x050x1.0", b"f\0", b"f\3inf", b"f\5hello", b"f\5\xffello",
    b"f\5\x00ello", b"f\0051.5\x00z", b"f\x031.\0", b"f\5+1.e5", b"f\x051e999", b"f\x04infi", b"f\1.", b"f\2.5", b"f\1e",
    b"f\x08Infinity", b"f\x05-iNF ", b"Q", b"i\1\2\3", b"\xf0", b"\xd4", b")\2N", b")\2N0", b"\xa9\0",
    b"l\2\0\0\0\1\0\0\0", b"l\0\0\0\0", b"l\5\0\0\0\0\0\0\0\0\0\0\0\x08\0", b"l\xfb\xff\xff\xff\0\0\0\0\0\0\0\0\x08\0",
    b"l\xfb\xff\xff\xff\1\0\0\0\0\0\0\0\x08\0", b"l\5\0\0\0\xff\x7f\xff\x7f\xff\x7f\xff\x7f\x07\0",
    b"[\1\0\0\0\xa9\0", b"{N{0{0", b"{Nr\5\0\0\0", b"{N\x5f", b"[\1\0\0\x000", b"<\1\0\0\x000", b">\1\0\0\x000",
    b"\xa8\x01\0\0\0[\x01\0\0\0r\0\0\0\0", b"\xa8\x01\0\0\0{Nr\0\0\0\x000", b"\xba[\x01\0\0\0r\0\0\0\0NN",
    b"\xbaN[\x01\0\0\0r\0\0\0\0N", b"\xbaNN[\x01\0\0\0r\0\0\0\0", b"\xba{Nr\0\0\0\x000NN", b"\xbar\0\0\0\0NN",
    b"(\2\0\0\0\xda\3abcr\0\0\0\0", b"(\3\0\0\0\xdb\1\0\0\0\xe9\1\0\0\0r\0\0\0\0r\1\0\0\0", b"(\2\0\0\0\xceNr\0\0\0\0",
    b"(\2\0\0\0Nr\xff\xff\xff\xff", b"(\xff\xff\xff\x7fN", b"[\xff\xff\xff\x7fNNZ", b"\xfbNN0", b"(\3\0\0\0\xbcN",
    b"(\2\0\0\0\xbc\1\0\0\0Nr\0\0\0\0", b"(\2\0\0\0\xbe\1\0\0\0Nr\0\0\0\0", b"(\2\0\0\0\xbaNNNr\0\0\0\0",
    b"u\x03\0\0\0a\xe4A", b"u\x03\0\0\0a\xe4\x80", b"u\6\0\0\0\xed\xa0\x80\xed\xb0\x80", b"u\4\0\0\0\xf5\x80\x80\x80",
    b"u\4\0\0\0\xf0\x80\x80\x80", b"u\4\0\0\0\xf4\x90\x80\x80", b"u\3\0\0\0\xf0\x90\x80", b"u\3\0\0\0\xe0\x80\x80",
    b"u\2\0\0\0\xc0\x80", b"u\1\0\0\0\xc3", b"u\2\0\0\0\xc3a", b"u\3\0\0\0\xf0\x90a", b"u\1\0\0\0\x80",
    b"u\2\0\0\0\xed\x9f", b"u\1\0\0\0\xed", b"u\3\0\0\0\xed\xa0a", b"u\3\0\0\0\xe4\x80a", b"u\4\0\0\0\xed\xa0\x80\xff",
    b"a\4\0\0\0ab", HEAD + S + TAIL, b"\xe3" + HEAD[1:] + S + b")\1r\0\0\0\0" + TAIL[2:], HEAD[:9],
    HEAD + S + T + T + T + S + Z + Z + Z + b"\1\0", HEAD + b"?", b"[\2\0\0\0" + HEAD + S + TAIL,
    b"\xe9\1\0\0\0junk",
]

shared = [1.5]
loop = []
loop.append((loop, {"k": loop}))
VALUES = [
    None, True, False, ..., StopIteration, 0, 1, -1, 127, 2**31 - 1, -(2**31), 2**31, 2**62, 2**63 - 1, 2**63, -(2**63),
    -(2**63) - 1, 10**40, -(10**40), 0.0, -0.0, 1.5, 0.1, 1e300, 1e-5, 0.0001, 1e16, 1e17, 123456789012345678901234567.0,
    5e-324, float("inf"), float("-inf"), float("nan"), 1j, -0.0j, complex(0.1, float("inf")), "", "abc", "two words",
    "\xe9", "\U0001f600", "\ud800", "\ud800\udc00", "a" * 255, "a" * 256, "\xe9" * 130, b"", b"abc", bytes(range(256)), (),
    (1,), (None,) * 255, (None,) * 256, [], [1, "x"], {}, {"a": 1, 2: "b"}, {1}, frozenset({1, "a"}), frozenset(),
    slice(1, 2, 3), slice(None), (shared, shared), loop, ("abc", "abc", ["abc"]), (1.5, (2, (3, [4, {5: {6}}]))),
]

SOURCES = {
    "empty": "",
    "function": "def f(a, /, b, *c, d=1, **e):\n    'doc'\n    def g():\n        return a + x\n    return g\n",
    "constants": "x = [1, 2**40, 2**70, -5, 1.5, 2j, 'a b', 'name', '\\ud800', b'b', None, True, ..., (1, (2, 'n')), y[1:2], z[:], 1e999]\nq in {'a'}\n",
    "classes": "class A[T]:\n    x: int = 1\n    async def f(self):\n        async with a as b:\n            await b\n            yield [i for i in b if i]\n",
    "try": "try:\n    f(a=1, b=2)\nexcept* E as e:\n    raise\nfinally:\n    del x\n" * 3,
    "long": "\n" * 70000 + "a" + "\n".join(f"x{i} = {i}" for i in range(40)),
}


def main():
    with open(os.path.join(HERE, "values.txt"), "w") as out:
        for data in BAD:
            text = loaded(data)
            print("-", data.hex(), text.encode("unicode_escape").decode(), sep="\t", file=out)
        for value in VALUES:
            last = None
            for version in range(marshal.version + 1):
                try:
                    data = marshal.dumps(value, version)
                except ValueError:
                    continue
                if data != last:
                    print(version, data.hex(), loaded(data), sep="\t", file=out)
                last = data
    with open(os.path.join(HERE, "code.txt"), "w") as out:
        for name, source in SOURCES.items():
            code = compile(source, f"{name}.py", "exec", dont_inherit=True, optimize=0)
            print(name, source.encode().hex(), marshal.dumps(code).hex(), sep="\t", file=out)


main()
