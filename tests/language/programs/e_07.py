from string.templatelib import Template, Interpolation
name, n = "World", 3.14159
t = t"Hello {name}! {n:.2f} {name!r:>10} {n=}"
print(type(t).__name__, t.strings)
for i in t.interpolations: print(i.value, i.expression, i.conversion, repr(i.format_spec))
print(t.values)
print([x if isinstance(x, str) else ("I", x.value) for x in t])
print(t"".strings, t"plain".strings, t"{name}".strings, t"{name}{n}".strings)
print(repr(t"a{n}b"))
e = t"{name}" t"!{n}" t"plain"
print(e.strings, e.values)
c = t"a{1}" + t"{2}b"
print(c.strings, c.values)
for f in (lambda: t"a" + "b", lambda: "b" + t"a", lambda: str(t"x") == "x", lambda: t"a" + 1):
    try: print(f())
    except TypeError as e: print(e)
def render(t):
    out = []
    for p in t:
        if isinstance(p, str): out.append(p.lower())
        else:
            v = p.value
            if p.conversion: v = {"r": repr, "s": str, "a": ascii}[p.conversion](v)
            out.append(format(v, p.format_spec).upper())
    return "".join(out)
print(render(t"Hello {name}! {n:.2f} {name!r:>10}"))
w = 8
print(t"{n:{w}.{2}f}".interpolations[0].format_spec, t"{ name }".interpolations[0].expression, t"{name!s}".interpolations[0].conversion)
print(t"{{}} {{{n}}}".strings, rt"\n{n}".strings)
i = Interpolation(5, "x", "r", ">3")
print(i, i.value, Interpolation.__match_args__)
print(Template("a", i, "b", "c").strings, Template().strings, Template(i, i).strings)
for f in (lambda: Template(5), lambda: Interpolation(1, "x", "z"), lambda: Interpolation(), lambda: Interpolation(1, 2)):
    try: print(f())
    except (TypeError, ValueError) as e: print(e)
match i:
    case Interpolation(v, ex, conv, spec): print(v, ex, conv, spec)
print(t"""multi
{name}""".strings, t"{(lambda: 5)()}".values, t"{t'{n}'}".values[0].values)
try: t"{undefined}"
except NameError as e: print(e)
