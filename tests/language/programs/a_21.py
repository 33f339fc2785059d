l = [1, 2]
l.append(3)
print(l, l[1], len(l))
d = {"k": 1}
d["j"] = 2
print(d, d["k"])
print((1, "a"), {5}, "s"[0])
