def f(n):
    if n == 0: raise KeyboardInterrupt("stop")
    f(n - 1)
try:
    f(2)
except Exception:
    print("not caught")
