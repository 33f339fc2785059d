def a(x):
    return b(x + 1)
def b(y):
    z = c(y) + 1
    return z
def c(v):
    return v + None
print("start")
a(1)
