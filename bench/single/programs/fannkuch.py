"""All permutations of 0..n-1, each flipped until a zero comes first: small integers, indexing, slices of lists."""

import sys


def fannkuch(n):
    order = list(range(n))
    counts = [0] * n
    most = 0
    checksum = 0
    sign = 1
    while True:
        first = order[0]
        if first:
            work = order[:]
            flips = 0
            while first:
                work[: first + 1] = work[first::-1]
                first = work[0]
                flips += 1
            if flips > most:
                most = flips
            checksum += sign * flips
        # The next permutation: swap two, or rotate ever longer prefixes.
        if sign > 0:
            order[0], order[1] = order[1], order[0]
            sign = -1
        else:
            order[1], order[2] = order[2], order[1]
            sign = 1
            i = 2
            while counts[i] >= i:
                counts[i] = 0
                i += 1
                if i == n:
                    return checksum, most
                order.insert(i, order.pop(0))
            counts[i] += 1


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(*fannkuch(n))


main()
