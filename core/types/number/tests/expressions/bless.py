"""Writes what CPython 3.14 makes of the lines of input.txt (expected.txt), and the lines as programs for a stack machine (programs.txt).

Usage: python3.14 bless.py, where input.txt is

A line is an expression; shown is the repr of its value, or the exception; then the warnings, each after " # ". The subclasses SI, SF, SC, SS of the
number types and str are there, and of(name, value): an object whose method `name` returns the value.

A program is in postfix order, its instructions separated by tabs: what each does stands in `compile_tree`.
"""

import ast
import struct
import warnings


class SI(int):
    pass


class SF(float):
    pass


class SC(complex):
    pass


class SS(str):
    pass


def of(name, value):
    return type("Of", (), {name: iter([value] * 3).__next__})()


def negative(x):
    return -x


def bits(number):
    return struct.pack(">d", number).hex()


def constant(value):
    match value:
        case bool() | None:
            return f"name {value}"
        case int():
            return f"int {value}"
        case float():
            return f"float {bits(value)}"
        case complex():
            return f"imaginary {bits(value.imag)}"
        case str():
            return f"str {value.encode().hex()}"
        case bytes():
            return f"bytes {value.hex()}"


def compile_tree(tree):
    match tree:
        case ast.Constant(value=value):
            yield "name Ellipsis" if value is ... else constant(value)
        case ast.Name(id=name):
            yield f"name {name}"
        case ast.Tuple(elts=elements):
            for element in elements:
                yield from compile_tree(element)
            yield f"tuple {len(elements)}"
        case ast.List(elts=elements):
            for element in elements:
                yield from compile_tree(element)
            yield f"list {len(elements)}"
        case ast.BinOp(left=left, op=op, right=right):
            yield from compile_tree(left)
            yield from compile_tree(right)
            yield f"binary {type(op).__name__}"
        case ast.UnaryOp(op=op, operand=operand):
            yield from compile_tree(operand)
            yield f"unary {type(op).__name__}"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            yield from compile_tree(left)
            yield from compile_tree(right)
            yield f"compare {type(op).__name__}"
        case ast.Attribute(value=value, attr=name):
            yield from compile_tree(value)
            yield f"attribute {name}"
        case ast.Call(func=function, args=args, keywords=keywords):
            yield from compile_tree(function)
            for arg in args:
                yield from compile_tree(arg)
            for keyword in keywords:
                yield from compile_tree(keyword.value)
            names = " ".join(keyword.arg for keyword in keywords)
            yield f"call {len(args)} {names}".strip()
        case _:
            raise NotImplementedError(ast.dump(tree))


with open("input.txt") as source:
    lines = source.read().splitlines()
with open("expected.txt", "w") as expected, open("programs.txt", "w") as programs:
    for line in lines:
        tree = ast.parse(line, mode="eval")
        print(*compile_tree(tree.body), sep="\t", file=programs)
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            try:
                text = repr(eval(line, globals()))
            except Exception as error:
                text = f"! {type(error).__name__}: {error}"
        print(text, *(str(each.message) for each in given), sep=" # ", file=expected)
