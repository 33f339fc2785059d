@property
def f(x): return 1
f.fget().y
