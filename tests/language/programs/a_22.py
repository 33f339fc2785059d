class A:
    def __init__(self, v): self.v = v
    def twice(self): return self.v * 2
a = A(4)
print(a.v, a.twice())
