x = 0.0
for i in range(1, 10001): x += 1.0 / i
print(x, int(x), round(x, 3))
words = "the quick brown fox".split()
print(words, " ".join(reversed(words)), max(words, key=len), sorted(words))
