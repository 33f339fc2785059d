import json
v = {"a": [1, 2.5, None, True, "é\n\"\\"], "b": {}, "c": [[]], "d": 1e100, "10": -0.0}
print(json.dumps(v), json.dumps(v, ensure_ascii=False), json.dumps(v, indent=2), json.dumps(v, sort_keys=True, separators=(",", ":")), json.loads(json.dumps(v)) == v)
for s in ('[1, 2', '{"a" 1}', '', 'nul', '[1,]', '{"a":1,}', '"\\x"', '"abc', '1 2', "{'a':1}", '[NaN, Infinity, -Infinity]', '"\\u00e9\\ud83d\\ude00"', ' \n[1e5, -0, 12345678901234567890]', '"\t"'):
    try: print(json.loads(s))
    except json.JSONDecodeError as e: print(e, e.lineno, e.colno, e.pos)
for o in ({1, 2}, object, {(1,): 2}, float("nan"), {1: 2, None: 3, True: 4, 1.5: 5}, [b"x"]):
    try: print(json.dumps(o))
    except (TypeError, ValueError) as e: print(e)
print(json.dumps({1}, default=list), json.loads('{"a": 1.5, "b": 2}', parse_float=str, object_hook=lambda d: sorted(d.items())), json.loads(b'"bytes"'), json.dumps([1, [2, {"k": []}]], indent="--"))
l = []; l.append(l)
try: json.dumps(l)
except ValueError as e: print(e)
