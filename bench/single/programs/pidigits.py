"""Digits of pi from a continued fraction: integers that grow to thousands of bits."""

import sys


def digits():
    """Gibbons's streaming algorithm: a linear transformation is fed and emptied by turns."""
    q, r, t, k, n, m = 1, 0, 1, 1, 3, 3
    while True:
        if 4 * q + r - t < n * t:
            yield n
            q, r, n = 10 * q, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
        else:
            q, r, t, k, n, m = q * k, (2 * q + r) * m, t * m, k + 1, (q * (7 * k + 2) + r * m) // (t * m), m + 2


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3100
    checksum = 0
    line = ""
    for position, digit in enumerate(digits(), 1):
        checksum = (checksum * 10 + digit) % 1000000007
        line = line[-9:] + str(digit)
        if position == count:
            break
    print(line, checksum)


main()
