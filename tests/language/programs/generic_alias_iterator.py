"""Unpacked aliases: their iterators, copies and pickles; deep tuples of classes."""

import copy
import pickle

for alias in (list[int], tuple[int], *tuple[int, str], *tuple[int, ...]):
    print(alias, [pickle.loads(pickle.dumps(alias, protocol)) == alias for protocol in range(6)])
    print(copy.copy(alias), copy.deepcopy(alias), copy.deepcopy(alias) == alias)
iterator = iter(tuple[int])
print(type(iterator).__name__, iter(iterator) is iterator, iterator.__reduce__()[1])
print(next(iterator), next(iterator, "no more"), iterator.__reduce__()[1])
try:
    type(iterator)()
except TypeError as error:
    print(error)

nested = (str,)
for test, value in ((isinstance, ""), (isinstance, 1), (issubclass, str), (issubclass, int)):
    print(test(value, (((int, (str,)),), float)), test(value, (nested, (nested, (bytes,)))))
for test, value in ((isinstance, ""), (issubclass, int)):
    try:
        while True:
            for _ in range(1000):
                nested = (nested,)
            test(value, (int, nested) if test is isinstance else nested)
    except RecursionError as error:
        print("RecursionError")
