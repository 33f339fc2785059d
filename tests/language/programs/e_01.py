def m(x):
    match x:
        case 0: return "zero"
        case -1 | 1.5 | "s" | b"b" | 2 + 3j: return f"or {x!r}"
        case None: return "None"
        case True | False: return "bool"
        case []: return "empty seq"
        case [1]: return "one"
        case [1, y]: return f"1,{y}"
        case (2, *rest): return f"2,{rest}"
        case [*init, "last"]: return f"init {init}"
        case ["a", *mid, "z"]: return f"mid {mid}"
        case {}: 
            match x:
                case {"k": v, "t": "x"}: return f"dict k={v}"
                case {"k": v, **rest}: return f"dict k={v} rest={rest}"
                case {1: [a, b]}: return f"nested {a} {b}"
                case _: return "other dict"
        case str(s) if len(s) > 3: return f"long {s}"
        case str(): return "short str"
        case int(n) if n > 100: return f"big {n}"
        case int() | float(): return "number"
        case _: return "default"
for v in (0, -1, 1.5, "s", b"b", 2 + 3j, None, True, False, [], (), [1], (1,), [1, 2], (2,), [2, 3, 4], [9, "last"], ["a", "z"], ["a", 1, 2, "z"], {}, {"k": 1, "t": "x"}, {"k": 1}, {"k": 1, "o": 2}, {1: [2, 3]}, {1: [2]}, "long string", "abc", 101, 50, 2.5, object, {1}, range(0), range(1, 2), bytearray(b"a"), 0.0, 1):
    print(repr(v), "->", m(v))
