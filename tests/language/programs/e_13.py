# try/while/for/with/match nested in each other, with closures
def machine(prog):
    stack, pc, out = [], 0, []
    while pc < len(prog):
        op = prog[pc]
        pc += 1
        try:
            match op:
                case ("push", v): stack.append(v)
                case ("add",): stack.append(stack.pop() + stack.pop())
                case ("mul",): stack.append(stack.pop() * stack.pop())
                case ("jz", target) if not stack.pop(): pc = target
                case ("jz", _): pass
                case ("jmp", target): pc = target
                case ("dup",): stack.append(stack[-1])
                case ("print",): out.append(stack[-1])
                case ("halt",): break
                case [name, *args]: raise ValueError(f"bad op {name} {args}")
        except IndexError as e:
            out.append(f"stack: {e}")
            continue
        except ValueError as e:
            out.append(str(e))
        finally:
            if len(out) > 10: out.append("many")
    else: out.append("fell off")
    return out
print(machine([("push", 3), ("dup",), ("print",), ("push", -1), ("add",), ("dup",), ("jz", 8), ("jmp", 1), ("halt",)]))
print(machine([("add",), ("push", 1), ("add",), ("nope", 1, 2)]))
class Tok:
    def __init__(self, s): self.s, self.i = s, 0
    def peek(self): return self.s[self.i] if self.i < len(self.s) else ""
    def eat(self, c=None):
        ch = self.peek()
        if c and ch != c: raise SyntaxError(f"expected {c!r}, got {ch!r} at {self.i}")
        self.i += 1
        return ch
def parse(s):
    t = Tok(s.replace(" ", ""))
    def expr():
        v = term()
        while t.peek() and t.peek() in "+-":
            v = v + term() if t.eat() == "+" else v - term()
        return v
    def term():
        v = factor()
        while (c := t.peek()) and c in "*/%":
            t.eat()
            r = factor()
            v = {"*": lambda: v * r, "/": lambda: v / r, "%": lambda: v % r}[c]()
        return v
    def factor():
        if t.peek() == "(":
            t.eat()
            v = expr()
            t.eat(")")
            return v
        if t.peek() == "-": t.eat(); return -factor()
        n = ""
        while t.peek().isdigit() or t.peek() == ".": n += t.eat()
        if not n: raise SyntaxError(f"number expected at {t.i}")
        return float(n) if "." in n else int(n)
    r = expr()
    if t.peek(): raise SyntaxError(f"trailing {t.peek()!r}")
    return r
for s in ("1 + 2 * 3", "(1 + 2) * 3", "-2 * -(3 - 10) % 4", "1.5 * 4 / 3", "2 *", "(1", "1)", "1 / 0"):
    try: print(s, "=", parse(s))
    except (SyntaxError, ZeroDivisionError) as e: print(s, "!", type(e).__name__, e)
def life(cells, n):
    for _ in range(n):
        near = {}
        for x, y in cells:
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    if dx or dy: near[x + dx, y + dy] = near.get((x + dx, y + dy), 0) + 1
        cells = {c for c, k in near.items() if k == 3 or k == 2 and c in cells}
    return sorted(cells)
print(life({(0, 1), (1, 2), (2, 0), (2, 1), (2, 2)}, 4))
