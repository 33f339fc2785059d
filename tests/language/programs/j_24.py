class MyError(Exception):
    """custom"""
class Outer:
    class Inner(Exception): pass
try:
    raise MyError("first", 2)
except MyError:
    raise Outer.Inner
