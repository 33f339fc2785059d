"""Writes expected.txt: what CPython 3.14 makes of the lines of input.txt.

Usage: python3.14 bless.py < input.txt > expected.txt

A line is statements; shown is the repr of the last one's value, or the exception. Of a hash only the digits
are shown, as a string, because it may not fit a small integer.
"""

import ast
import sys
from types import MappingProxyType as mappingproxy


def name(value):
    return type(value).__name__


def hashed(value):
    return str(hash(value))


for line in sys.stdin:
    scope = {"mappingproxy": mappingproxy, "name": name, "hash": hashed}
    tree = ast.parse(line)
    last = tree.body.pop()
    try:
        exec(compile(tree, "input", "exec"), scope)
        if isinstance(last, ast.Expr):
            print(repr(eval(compile(ast.Expression(last.value), "input", "eval"), scope)))
        else:
            exec(compile(ast.Module([last], []), "input", "exec"), scope)
            print(None)
    except Exception as error:
        print(f"! {type(error).__name__}: {error}")
