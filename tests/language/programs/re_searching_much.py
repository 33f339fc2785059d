"""Patterns that have searched much find what they found before: each is tried when it is new, is made to search a long text, and is tried again."""

import re
import random

PATTERNS = [
    r"a", r"abc", r"[a-c]+", r"[^a-c]+", r"\w+", r"\W+", r"\d+", r"\s+", r"\S+", r".", r".+", r".*", r".*?b", r"a|ab|abc", r"abc|ab|a", r"(a|ab)(c|bcd)?",
    r"(a)|(b)|(c)", r"((a)(b)?)", r"(?P<x>a+)(?P<y>b*)c", r"(\w+) (\w+)", r"(\w+?)(\w)", r"(?:(\d+)-)?(\d+)", r"\b\w+\b", r"\bab", r"ab\b", r"\Ba", r"^a", r"^\w+", r"(?m)^\w+", r"\w+$", r"(?m)\w+$",
    r"(\w+)$", r"(?:a|b$|c)", r"(x|y$)|z", r"\s*$", r"$", r"^$", r"(?m)^$", r"\n$", r".$", r"(?s).$", r"(?s).+$", r"(?s).+?$", r"(b)$\n", r"a\Z", r"\Aa", r"(?i)ab", r"(?i)[a-c]x", r"(?i)straße|k", r"(?a)\w+", r"(?ai)k",
    r"a{2}", r"a{2,}", r"a{1,2}", r"a{1,2}?", r"(ab){2}", r"(?:ab){2}", r"(?:ab)+?c", r"(?:a|b)*c", r"(?:a*)*b", r"(a*)?b", r"(a?)(b?)", r"(?:a?){3}b", r"(?=a)\w", r"(?!a)\w", r"(?<=a)b", r"(?<!a)b", r"(a)\1",
    r"(?>a+)b", r"a++b", r"(a)?(?(1)b|c)", r"[\w.]+@[\w.]+\.\w+", r'"([^"\\]|\\.)*"', r'"((?:[^"\\]|\\.)*)"', r"(\S+) \[(\d\d):(\d\d)\] (.*)", r"(?P<k>[a-z]+)=(?P<v>[^&]*)", r"%([0-9a-fA-F]{2})",
    r"[\xe0-\xff]+", r"[^\x00-\x7f]", r"[àéî]", r"\u0142|b", r"(?i)À", r"(?i)ß", r"[\W_]+", r"a||b", r"(|a)b", r"x*", r"(x)*", r"(?:x|y)?z", r"[]a]", r"a.c", r"(?s)a.c", r"(?:(?:a)|(?:b(c)?))d?", r"((a)|(b))c|(ab)",
]

ALPHABETS = ["abc", "abcx yz\n", "aAbBkK ", "ab01-= &%\n", "aàéÀßÿ \n", 'a"\\@.b[] :1']


def texts():
    numbers = random.Random(14)
    for alphabet in ALPHABETS:
        for length in (0, 1, 2, 3, 5, 8, 13, 40):
            for _ in range(3):
                yield "".join(numbers.choice(alphabet) for _ in range(length))
    yield from ["ab=1&c=%41", "foo [12:34] bar baz\n", "x@y.z a.b@c.de", 'say "a\\"b" "c"', "ab\n", "b\n", "\n", "\n\n", "y\n", "abcd", "łab", "\U0001f600ab ab"]


def shown(match):
    return match and (match.span(), match.regs, match.groups(), match.lastindex, match.lastgroup)


def all_of(pattern, text):
    yield shown(pattern.match(text))
    yield shown(pattern.search(text))
    yield shown(pattern.fullmatch(text))
    yield pattern.findall(text)
    yield [shown(match) for match in pattern.finditer(text)]
    yield pattern.split(text)
    yield pattern.subn(b"<>" if isinstance(text, bytes) else "<>", text)
    yield shown(pattern.match(text, 1, 5))
    for start, end in (1, 5), (2, 100), (0, 3), (3, 1):
        yield shown(pattern.search(text, start, end))
        yield [shown(match) for match in pattern.finditer(text, start, end)]


def as_bytes(source):
    """The same pattern for bytes, if there is one."""
    is_plain = source.isascii() and "\\u" not in source
    return source.encode() if is_plain else None


def main():
    numbers = random.Random(3)
    long_text = "".join(numbers.choice("abcxyz 01=&%@.\n") for _ in range(20_000))
    subjects = list(texts())
    total = 0
    for source in PATTERNS:
        for code, long, strings in (
            (source, long_text, subjects),
            (as_bytes(source), long_text.encode(), [text.encode("latin-1", "replace") for text in subjects]),
        ):
            if code is None:
                continue
            re.purge()
            pattern = re.compile(code)
            before = [list(all_of(pattern, text)) for text in strings]
            for _ in range(3):
                pattern.findall(long)
            after = [list(all_of(pattern, text)) for text in strings]
            for text, old, new in zip(strings, before, after):
                if old != new:
                    print("different", code, repr(text), old, new)
            total += len(after)
            print(repr(code), sum(len(repr(answers)) for answers in after), shown(pattern.search(long, 10)), len(pattern.findall(long)))
    print(total)


main()
