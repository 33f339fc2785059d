x = 2
y = x * 3 + 4
print(y)
print(y - x, y / x, y % 3, -y)
