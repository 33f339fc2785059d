def quick(l):
    if len(l) < 2: return l
    p = l[0]
    return quick([x for x in l[1:] if x < p]) + [p] + quick([x for x in l[1:] if x >= p])
print(quick([3, 6, 1, 8, 2, 9, 2]))
def gcd(a, b):
    while b: a, b = b, a % b
    return a
print(gcd(1071, 462), gcd(2 ** 40, 6 ** 20))
def queens(n, cols=()):
    if len(cols) == n: return 1
    return sum(queens(n, cols + (c,)) for c in range(n) if all(c != d and abs(c - d) != len(cols) - i for i, d in enumerate(cols)))
print(queens(6))
def lev(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (x != y)))
        row = new
    return row[-1]
print(lev("kitten", "sitting"))
def matmul(a, b):
    return [[sum(x * y for x, y in zip(r, c)) for c in zip(*b)] for r in a]
print(matmul([[1, 2], [3, 4]], [[5, 6], [7, 8]]))
def bfs(g, s):
    seen, queue = {s: 0}, [s]
    for v in queue:
        for w in g[v]:
            if w not in seen:
                seen[w] = seen[v] + 1
                queue.append(w)
    return seen
print(bfs({1: [2, 3], 2: [4], 3: [4], 4: [5], 5: []}, 1))
def caesar(s, k):
    return "".join(chr((ord(c) - 97 + k) % 26 + 97) if c.isalpha() else c for c in s)
print(caesar("hello, world", 3), caesar(caesar("abc", 5), -5))
def roman(n):
    out = ""
    for v, s in [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]:
        while n >= v: out += s; n -= v
    return out
print([roman(n) for n in (1, 4, 9, 14, 1994, 2026)])
def bin_search(l, x):
    lo, hi = 0, len(l)
    while lo < hi:
        mid = (lo + hi) // 2
        if l[mid] < x: lo = mid + 1
        else: hi = mid
    return lo
print(bin_search(list(range(0, 100, 3)), 50))
def collatz(n, memo={1: 1}):
    if n not in memo: memo[n] = 1 + collatz(3 * n + 1 if n % 2 else n // 2)
    return memo[n]
print(max((collatz(i), i) for i in range(1, 300)))
x, seed = 0, 12345
for _ in range(1000):
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    x ^= seed
print(x, seed)
def pascal(n):
    row = [1]
    for _ in range(n):
        yield row
        row = [a + b for a, b in zip([0] + row, row + [0])]
for r in pascal(6): print(r)
for y in range(5):
    print("".join("#" if (x & y) == 0 else "." for x in range(16)))
pi, sign = 0.0, 1
for k in range(1000):
    pi += sign * 4 / (2 * k + 1); sign = -sign
print(pi)
