s, n = 0, 0
for i in range(200000):
    if i % 3 == 0 or i % 5 == 0: s += i
    n ^= i
print(s, n)
