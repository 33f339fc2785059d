def loop():
    out = []
    for i in range(8):
        try:
            if i == 1: continue
            if i == 3: raise ValueError(i)
            if i == 6: break
            out.append(i)
        except ValueError as e:
            out.append(f"E{e}")
            continue
        else:
            out.append("else")
        finally:
            out.append("f")
        out.append("end")
    else:
        out.append("loop else")
    return out
print(loop())
def while_finally():
    n = 0
    while True:
        try:
            n += 1
            if n < 3: continue
            return n
        finally:
            print("n", n)
print(while_finally())
def ret_in_loop():
    for i in range(3):
        for j in range(3):
            try:
                if i * j == 2: return (i, j)
            finally:
                print(i, j, end=";")
print(ret_in_loop())
def swallow(r):
    while True:
        try: raise ValueError
        except ValueError:
            try:
                if r: return "r"
                break
            finally: print("inner finally")
        finally: print("outer finally")
    return "after break"
print(swallow(True), swallow(False))
def mutate():
    x = [1]
    try: return x
    finally: x.append(2)
print(mutate())
def value():
    x = 1
    try: return x
    finally: x = 2
print(value())
def deep():
    try:
        try: return "a"
        finally: print("1")
    finally:
        print("2")
print(deep())
def reraise():
    for i in range(2):
        try:
            try: raise ValueError(i)
            except ValueError:
                if i == 0: continue
                raise
            finally: print("f", i)
        except ValueError as e: print("got", e)
reraise()
