i = 0
while i < 3:
    print(i)
    i += 1
for c in "ab": print(c)
for n in range(2): print(n)
