def f():
    return 1
def g(a, b=2):
    return a + b
def nothing():
    pass
print(f(), g(1), g(1, 5), g(b=1, a=9), nothing())
def fact(n):
    return 1 if n < 2 else n * fact(n - 1)
print([fact(i) for i in range(8)])
print(fact(25))
def fib(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
print(fib(10), fib(100))
def rfib(n):
    if n < 2:
        return n
    return rfib(n - 1) + rfib(n - 2)
print(rfib(15))
def even(n):
    return True if n == 0 else odd(n - 1)
def odd(n):
    return False if n == 0 else even(n - 1)
print(even(50), odd(50))
def early(x):
    if x > 3:
        return "big"
    return "small"
print(early(4), early(3))
def ack(m, n):
    if m == 0: return n + 1
    if n == 0: return ack(m - 1, 1)
    return ack(m - 1, ack(m, n - 1))
print(ack(2, 3))
def hanoi(n, a="A", b="B", c="C"):
    if n == 0: return 0
    return hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)
print(hanoi(6))
def outer():
    def inner(x):
        return x * 2
    return inner(21)
print(outer())
print((lambda x, y=3: x * y)(4), (lambda: "none")())
print(f.__name__, g.__name__, (lambda: 0).__name__)
