"""Writes the Unicode tables of grwl-text, and the digests its tests compare them with.

The source of every fact is the running interpreter, which must be CPython 3.14 (Unicode 16.0.0):

    python3.14 core/text/generate.py core/text

writes  src/unicode/tables.rs  (two-stage tables, see src/unicode/mod.rs for how they are read)
and     tests/unicode_digests.txt  (one line a property: its name and the FNV-1a hash of its
        run-length list over all 0x110000 code points).

The digests are taken from the str methods and unicodedata directly, never from the tables, so a
fault in the packing cannot cancel itself out.
"""

import sys
import unicodedata

N = 0x110000
FLAGS = [
    "ALPHA", "DECIMAL", "DIGIT", "NUMERIC", "SPACE", "PRINTABLE", "LOWER", "UPPER", "TITLE",
    "CASED", "CASE_IGNORABLE", "IDENT_START", "IDENT_CONTINUE", "LINE_BREAK", "MIRRORED",
]


def is_cased(c):
    return (c + "a").title()[-1] == "a"


def is_case_ignorable(c):
    # Seen through the rule for a final sigma: an ignorable character is looked through.
    alone = (c + "\u03a3").lower()[-1] == "\u03c2"
    after_cased = ("A" + c + "\u03a3").lower()[-1] == "\u03c2"
    return after_cased and not alone


FLAG_OF = {
    "ALPHA": str.isalpha,
    "DECIMAL": str.isdecimal,
    "DIGIT": str.isdigit,
    "NUMERIC": str.isnumeric,
    "SPACE": str.isspace,
    "PRINTABLE": str.isprintable,
    "LOWER": str.islower,
    "UPPER": str.isupper,
    "TITLE": lambda c: c.istitle() and not c.isupper(),
    "CASED": is_cased,
    "CASE_IGNORABLE": is_case_ignorable,
    "IDENT_START": str.isidentifier,
    "IDENT_CONTINUE": lambda c: ("a" + c).isidentifier(),
    "LINE_BREAK": lambda c: len(("a" + c + "a").splitlines()) == 2,
    "MIRRORED": lambda c: bool(unicodedata.mirrored(c)),
}
CASES = {"lower": str.lower, "upper": str.upper, "title": str.title, "fold": str.casefold}


# Packing ------------------------------------------------------------------------------------

def width_of(values):
    top = max(values)
    return "u8" if top < 1 << 8 else "u16" if top < 1 << 16 else "u32"


BYTES = {"u8": 1, "u16": 2, "u32": 4, "i32": 4, "f64": 8}


def two_stage(values):
    """The cheapest (shift, first stage, second stage) for a list with one small number a code point."""
    best = None
    for shift in range(4, 11):
        size = 1 << shift
        blocks, first, second = {}, [], []
        for at in range(0, len(values), size):
            block = tuple(values[at:at + size])
            if block not in blocks:
                blocks[block] = len(blocks)
                second.extend(block)
            first.append(blocks[block])
        cost = len(first) * BYTES[width_of(first)] + len(second) * BYTES[width_of(second)]
        if best is None or cost < best[0]:
            best = cost, shift, first, second
    return best[1:]


class Writer:
    def __init__(self):
        self.out = []
        self.bytes = 0

    def array(self, doc, name, type_, values, show=str, size=None):
        self.bytes += len(values) * (size or BYTES[type_])
        self.out.append(f"/// {doc}\npub static {name}: [{type_}; {len(values)}] = [\n")
        line = "   "
        for v in values:
            item = f" {show(v)},"
            if len(line) + len(item) > 118:
                self.out.append(line + "\n")
                line = "   "
            line += item
        self.out.append(line + "\n];\n\n")

    def stages(self, doc, name, values):
        shift, first, second = two_stage(values)
        self.out.append(f"/// {doc}: bits of a code point that select within a block.\n"
                        f"pub const {name}_SHIFT: usize = {shift};\n\n")
        self.array(f"{doc}: block numbers.", f"{name}_FIRST", width_of(first), first)
        self.array(f"{doc}: the blocks.", f"{name}_SECOND", width_of(second), second)


def number_of(table, key):
    return table.setdefault(key, len(table))


# The tables ---------------------------------------------------------------------------------

def is_hangul_syllable(c):
    """These decompose and compose by arithmetic (src/unicode/normalize.rs)."""
    return "\uac00" <= c <= "\ud7a3"


def write_tables(path):
    w = Writer()
    chars = [chr(i) for i in range(N)]
    categories = sorted({unicodedata.category(c) for c in chars})
    bidis = sorted({unicodedata.bidirectional(c) for c in chars})
    widths = sorted({unicodedata.east_asian_width(c) for c in chars})

    records, record_at = {}, []
    for c in chars:
        flags = sum(1 << i for i, f in enumerate(FLAGS) if FLAG_OF[f](c))
        record_at.append(number_of(records, (
            flags,
            categories.index(unicodedata.category(c)),
            bidis.index(unicodedata.bidirectional(c)),
            unicodedata.combining(c),
            widths.index(unicodedata.east_asian_width(c)),
            unicodedata.decimal(c, 255),
            unicodedata.digit(c, 255),
        )))
    for i, f in enumerate(FLAGS):
        w.out.append(f"/// Flag of a [`RECORDS`] entry.\npub const {f}: u16 = 1 << {i};\n")
    w.out.append("\n")
    for doc, name, values in [("General categories.", "CATEGORIES", categories),
                              ("Bidirectional classes.", "BIDIRECTIONAL", bidis),
                              ("East Asian widths.", "EAST_ASIAN_WIDTHS", widths)]:
        w.array(doc, name, "&str", values, show=lambda s: f'"{s}"', size=16)
    w.array("Flags, category, bidirectional class, combining class, East Asian width, decimal, digit (255 = none).",
            "RECORDS", "(u16, u8, u8, u8, u8, u8, u8)", list(records),
            show=lambda r: "(" + ",".join(map(str, r)) + ")", size=8)
    w.stages("Record number of a code point", "RECORD", record_at)

    # Case: a record holds four i32: a difference to add, or SPECIAL | length << 16 | offset in CASE_POOL.
    pool, pool_at, case_records, case_at = [], {}, {}, []
    for i, c in enumerate(chars):
        entry = []
        for f in CASES.values():
            mapped = f(c)
            if len(mapped) == 1:
                entry.append(ord(mapped) - i)
                continue
            if mapped not in pool_at:
                pool_at[mapped] = len(pool)
                pool.extend(map(ord, mapped))
            entry.append(0x40000000 | len(mapped) << 16 | pool_at[mapped])
        case_at.append(number_of(case_records, tuple(entry)))
    w.array("Case records: lower, upper, title, fold.", "CASE_RECORDS", "[i32; 4]", list(case_records),
            show=lambda r: "[" + ",".join(map(str, r)) + "]", size=16)
    w.array("Mappings to several characters.", "CASE_POOL", "u16", pool)
    w.stages("Case record of a code point", "CASE", case_at)

    # Numeric values: runs (first, last, value number, step) with value = NUMERIC_VALUES[number] + step * (c - first).
    values, runs = {}, []
    for i, c in enumerate(chars):
        v = unicodedata.numeric(c, None)
        if v is None:
            continue
        if runs and runs[-1][1] == i - 1:
            first, last, base, step = runs[-1]
            if step is None and v - base in (0, 1):
                runs[-1] = [first, i, base, int(v - base)]
                continue
            if step is not None and v == base + step * (i - first):
                runs[-1] = [first, i, base, step]
                continue
        runs.append([i, i, v, None])
    rows = [(a, b, number_of(values, v), step or 0) for a, b, v, step in runs]
    w.array("Distinct numeric values.", "NUMERIC_VALUES", "f64", list(values), show=repr)
    w.array("Runs of numeric characters: first, last, value number of the first, step.",
            "NUMERIC_RUNS", "(u32, u32, u8, u8)", rows,
            show=lambda r: f"({r[0]:#x},{r[1]:#x},{r[2]},{r[3]})", size=12)

    # Decompositions: DECOMPOSITION_DATA[at] = tag number << 8 | length, then that many code points; 0 = none.
    data, tags, dec_at = [0], {"": 0}, []
    for c in chars:
        text = "" if is_hangul_syllable(c) else unicodedata.decomposition(c)
        if not text:
            dec_at.append(0)
            continue
        parts = text.split()
        tag = parts.pop(0).strip("<>") if parts[0].startswith("<") else ""
        dec_at.append(len(data))
        data.append(number_of(tags, tag) << 8 | len(parts))
        data.extend(int(p, 16) for p in parts)
    # Almost all mapped-to characters are of the BMP: keep 16 bits, the rest through a side list.
    far = sorted({v for v in data if v >= 0xD800 and v <= 0xDFFF or v > 0xFFFF})
    assert len(far) < 0x800 and not any(0xD800 <= v <= 0xDFFF for v in far)
    packed = [v if v <= 0xFFFF else 0xD800 + far.index(v) for v in data]
    w.array("Names of the compatibility decompositions.", "DECOMPOSITION_TAGS", "&str", list(tags),
            show=lambda s: f'"{s}"', size=16)
    w.array("Decomposed code points above U+FFFF; DECOMPOSITION_DATA holds 0xD800 + the place here.",
            "DECOMPOSITION_FAR", "u32", far)
    w.array("Decompositions.", "DECOMPOSITION_DATA", "u16", packed)
    w.stages("Place in DECOMPOSITION_DATA of a code point", "DECOMPOSITION", dec_at)

    pairs = []
    for c in chars:
        text = unicodedata.decomposition(c)
        parts = text.split()
        if len(parts) == 2 and not is_hangul_syllable(c) and not text.startswith("<"):
            a, b = (int(p, 16) for p in parts)
            if unicodedata.normalize("NFC", chr(a) + chr(b)) == c:
                pairs.append((a, b, ord(c)))
    w.array("Canonical compositions, sorted: first, second, composed.", "COMPOSITIONS", "(u32, u32, u32)",
            sorted(pairs), show=lambda r: f"({r[0]:#x},{r[1]:#x},{r[2]:#x})", size=12)

    # Unicode 3.2, which stringprep and idna go by: the same facts apart from flags, and what is not as today.
    old = unicodedata.ucd_3_2_0
    records, record_at, numeric_changes, corrections = {}, [], [], []
    for i, c in enumerate(chars):
        category = old.category(c)
        record_at.append(number_of(records, (
            categories.index(category), bidis.index(old.bidirectional(c)), old.combining(c),
            widths.index(old.east_asian_width(c)), old.mirrored(c), old.decimal(c, 255), old.digit(c, 255))))
        if category == "Cn":
            assert old.numeric(c, None) is None and old.decomposition(c) == "" and old.normalize("NFKD", c) == c
            continue
        assert old.decomposition(c) == unicodedata.decomposition(c)
        if old.numeric(c, None) != unicodedata.numeric(c, None):
            numeric_changes.append((i, old.numeric(c, -1.0)))
        if old.normalize("NFD", c) != unicodedata.normalize("NFD", c):
            corrections.append((i, ord(old.normalize("NFD", c))))
    w.array("Unicode 3.2: category, bidirectional class, combining class, East Asian width, mirrored, decimal, digit (255 = none).",
            "OLD_RECORDS", "(u8, u8, u8, u8, u8, u8, u8)", list(records),
            show=lambda r: "(" + ",".join(map(str, r)) + ")", size=7)
    w.stages("Record number of a code point in Unicode 3.2", "OLD_RECORD", record_at)
    w.array("Characters of Unicode 3.2 with another numeric value than today; negative = none.", "OLD_NUMERIC",
            "(u32, f64)", numeric_changes, show=lambda r: f"({r[0]:#x},{r[1]!r})", size=16)
    w.array("Characters of Unicode 3.2 that decompose to another one than today.", "OLD_DECOMPOSED", "(u32, u32)", corrections,
            show=lambda r: f"({r[0]:#x},{r[1]:#x})", size=8)

    with open(path, "w") as f:
        f.write("//! Generated by core/text/generate.py from CPython "
                f"{sys.version.split()[0]}, Unicode {unicodedata.unidata_version}. Do not edit.\n"
                f"//!\n//! {w.bytes} bytes in all.\n\n")
        f.write(f'/// The version of Unicode.\npub const UNICODE_VERSION: &str = "{unicodedata.unidata_version}";\n\n')
        f.write("".join(w.out).rstrip("\n") + "\n")
    print(f"tables: {w.bytes} bytes, {len(records)} records, {len(case_records)} case records, "
          f"{len(runs)} numeric runs, {len(pairs)} compositions", file=sys.stderr)


# The digests --------------------------------------------------------------------------------

def digest(values):
    h = 0xCBF29CE484222325
    before = None
    for i, v in enumerate(values):
        if v != before:
            for b in f"{i:x}:{v};".encode():
                h = (h ^ b) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
            before = v
    return f"{h:016x}"


def mapped(f):
    def show(c):
        to = f(c)
        return "" if to == c else ".".join(f"{ord(x):x}" for x in to)
    return show


def numeric(c):
    v = unicodedata.numeric(c, None)
    return "" if v is None else v.hex()


def write_digests(path):
    properties = {name: lambda c, f=f: str(int(f(c))) for name, f in FLAG_OF.items()}
    properties.update({name: mapped(f) for name, f in CASES.items()})
    properties.update({
        "swapcase": mapped(str.swapcase),
        "capitalize": mapped(str.capitalize),
        "alnum": lambda c: str(int(c.isalnum())),
        "category": unicodedata.category,
        "bidirectional": unicodedata.bidirectional,
        "combining": lambda c: str(unicodedata.combining(c)),
        "east_asian_width": unicodedata.east_asian_width,
        "decimal": lambda c: str(unicodedata.decimal(c, "")),
        "digit": lambda c: str(unicodedata.digit(c, "")),
        "numeric": numeric,
        "decomposition": unicodedata.decomposition,
        "repr": lambda c: str(len(repr(c))),
    })
    old = unicodedata.ucd_3_2_0
    properties.update({
        "old.category": old.category,
        "old.bidirectional": old.bidirectional,
        "old.combining": lambda c: str(old.combining(c)),
        "old.east_asian_width": old.east_asian_width,
        "old.mirrored": lambda c: str(old.mirrored(c)),
        "old.decimal": lambda c: str(old.decimal(c, "")),
        "old.digit": lambda c: str(old.digit(c, "")),
        "old.numeric": lambda c: "" if old.numeric(c, None) is None else old.numeric(c).hex(),
        "old.decomposition": old.decomposition,
    })
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        properties[form] = mapped(lambda c, form=form: unicodedata.normalize(form, c))
        properties["old." + form] = mapped(lambda c, form=form: old.normalize(form, c))
    chars = [chr(i) for i in range(N)]
    with open(path, "w") as f:
        for name, show in properties.items():
            f.write(f"{name} {digest(map(show, chars))}\n")


if __name__ == "__main__":
    if sys.version_info[:2] != (3, 14) or unicodedata.unidata_version != "16.0.0":
        sys.exit("run this with CPython 3.14 (Unicode 16.0.0)")
    write_tables(sys.argv[1] + "/src/unicode/tables.rs")
    write_digests(sys.argv[1] + "/tests/unicode_digests.txt")
