# json: texts, errors, notes.
import json
from json import decoder, encoder


def show(error):
    print(type(error).__name__, error, *getattr(error, "__notes__", ()), sep=" | ")


def attempt(function, *args, **names):
    try:
        print(function(*args, **names))
    except Exception as error:
        show(error)


document = {"name": "Grüße \U0001f600 \ud800 \"\\/\n", "list": [1, -2, 3.5, 1e300, True, None, []], "": {}, "n": 10 ** 30}
for settings in ({}, {"indent": 2}, {"ensure_ascii": False, "sort_keys": True, "indent": "\t"}, {"separators": (",", ":")}):
    text = json.dumps(document, **settings)
    print(text.encode("utf-8", "backslashreplace"))
    print(json.loads(text) == document)
for text in ("", "{", "[1,]", "[1 2]", '{"a"}', '{"a":1,}', "{1:2}", '"a', '"\\x"', '"\\u12"', '"\\ud834\\udd1e"', "nul", "-", "01", "1.e", "[NaN, -Infinity]", '["\t"]'):
    attempt(json.loads, text)
print(json.loads('{"a": 1, "a": 2}', object_pairs_hook=list), json.loads('[1.5, 2]', parse_float=str, parse_int=float))
a, b = json.loads('[{"key": 1}, {"key": 2}]')
print(next(iter(a)) is next(iter(b)))


class Numbered(int):
    def __repr__(self):
        return "not this"


attempt(json.dumps, [Numbered(5), {Numbered(6): 1, None: 2, True: 3, 1.5: 4, "s": 5}])
attempt(json.dumps, {"a": [0, {"b": object}]})
attempt(json.dumps, {(1,): 2, "x": 1}, skipkeys=True, indent=1)
attempt(json.dumps, {(1,): 2})
attempt(json.dumps, [float("nan")], allow_nan=False)
loop = []
loop.append({"loop": loop})
attempt(json.dumps, loop)
attempt(json.dumps, [1j], default=lambda value: [value.real, value.imag])
attempt(decoder.scanstring, 'plain" rest', 0)
attempt(decoder.scanstring, "a\nb", 0, False)
print(encoder.encode_basestring_ascii("é\x7f"), encoder.encode_basestring("é\x1f"))
