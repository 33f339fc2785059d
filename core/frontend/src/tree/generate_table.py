"""Prints table.rs: the grammar of the trees, as Python 3.14's own module `_ast` describes it.

Run with that Python: python3.14 generate_table.py > table.rs
"""

import re

import _ast

COUNTS = {"": "One", "?": "Optional", "*": "Many", "?*": "Many"}


def text(value):
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def kind(node):
    name = node.__name__
    return name if name[0].isupper() else "".join(part.capitalize() for part in name.split("_")) + "Class"


def fields(node):
    if not node._fields:
        return []
    inside = node.__doc__[len(node.__name__) + 1 : -1]
    found = [re.fullmatch(r"(\w+)([?*]*) (\w+)", part).groups() for part in inside.split(", ")]
    assert tuple(name for _, _, name in found) == node._fields
    return [f"Field::new({text(name)}, {text(of)}, Count::{COUNTS[count]})" for of, count, name in found]


def classes():
    return [
        node
        for node in vars(_ast).values()
        if isinstance(node, type) and issubclass(node, _ast.AST) and node is not _ast.AST
    ]


def main():
    print("//! The grammar of the trees: one row a class of `_ast`, bases first.")
    print("//!")
    print("//! Printed by `generate_table.py`; not to be edited.")
    print()
    print("use super::grammar::{Class, Count, Field, Positions};")
    print()
    print("/// The class of a node: an index into [`CLASSES`]. The names of the grammar's lower-case classes end with `Class` here.")
    print("#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]")
    print("#[repr(u8)]")
    print("#[allow(missing_docs)]")
    print("pub enum Kind {")
    for node in classes():
        print(f"    {kind(node)},")
    print("}")
    print()
    print("/// All classes but `AST`, in the order of the module's dict.")
    print("pub static CLASSES: &[Class] = &[")
    for node in classes():
        if "_attributes" not in vars(node):
            positions = "Inherited"
        elif not node._attributes:
            positions = "Absent"
        elif "end_lineno" in vars(node):
            positions = "OptionalEnd"
        else:
            positions = "Required"
        print("    Class {")
        print(f"        kind: Kind::{kind(node)},")
        print(f"        name: {text(node.__name__)},")
        print(f"        base: {text(node.__bases__[0].__name__)},")
        print(f"        doc: {text(node.__doc__)},")
        rows = fields(node)
        if len(rows) > 1:
            print("        fields: &[")
            for row in rows:
                print(f"            {row},")
            print("        ],")
        else:
            print(f"        fields: &[{''.join(rows)}],")
        print(f"        positions: Positions::{positions},")
        print("    },")
    print("];")


main()
