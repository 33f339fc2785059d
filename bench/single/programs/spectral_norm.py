"""The largest singular value of an endless matrix, cut to n by n: floats, generators, nested loops of calls."""

import sys
from math import sqrt


def element(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(vector):
    result = []
    for i in range(len(vector)):
        total = 0.0
        for j, value in enumerate(vector):
            total += element(i, j) * value
        result.append(total)
    return result


def times_transposed(vector):
    result = []
    for i in range(len(vector)):
        total = 0.0
        for j, value in enumerate(vector):
            total += element(j, i) * value
        result.append(total)
    return result


def products(first, second):
    for a, b in zip(first, second):
        yield a * b


def total(values):
    result = 0.0
    for value in values:
        result += value
    return result


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 260
    u = [1.0] * n
    v = u
    for _ in range(10):
        v = times_transposed(times(u))
        u = times_transposed(times(v))
    print(f"{sqrt(total(products(u, v)) / total(products(v, v))):.9f}")


main()
