def add(a, b): return a + b
print(add(1, 2), add("x", "y"))
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(12))
