i = 0
while i < 5:
    i += 1
    if i == 2:
        continue
    if i == 4:
        break
    print("while", i)
else:
    print("not reached")
while i < 6:
    i += 1
else:
    print("while else", i)
for j in range(3):
    print("for", j)
else:
    print("for else", j)
for j in range(10, 0, -3):
    print(j, end=" ")
print()
for c in "abc":
    print(c, end=",")
print()
for k in [1, "two", 3.0, None]:
    print(k)
for p, q in [(1, 2), (3, 4)]:
    print(p + q)
for p, (q, r) in [(1, (2, 3))]:
    print(p, q, r)
total = 0
for a in range(10):
    for b in range(10):
        if b > a:
            break
        total += a * b
print(total)
if total > 1000:
    print("big")
elif total > 100:
    print("middle")
else:
    print("small")
n = 27
steps = 0
while n != 1:
    n = n // 2 if n % 2 == 0 else 3 * n + 1
    steps += 1
print(steps)
for x in (): print("never")
print(len(range(0, 100, 7)), sum(range(101)))
