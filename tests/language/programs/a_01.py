print("hello")
print()
print(1, 2, 3)
print("a", "b", sep="-")
print("no newline", end="")
print("!")
print(1 + 2, 7 - 10, 6 * 7, 7 // 2, 7 % 2, 2 ** 10)
print(7 / 2, 1 / 4)
print(-7 // 2, -7 % 2, 7 // -2, 7 % -2)
print(1 < 2, 2 <= 1, 3 == 3, 3 != 3, 4 > 3, 4 >= 5)
print(True and False, True or False, not True)
print(0 or "x", "" and "y", None or 0, 1 and 2)
print(None, True, False)
x = 5
x += 1
print(x)
x -= 2
x *= 3
print(x)
x //= 5
print(x)
x = y = 3
print(x, y)
a, b = 1, 2
a, b = b, a
print(a, b)
print(1 if a > b else 2)
print(0xff, 0o17, 0b101, 1_000_000)
print("tab\there", 'quote"s', "it's")
