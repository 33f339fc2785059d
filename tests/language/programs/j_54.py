def f(items):
    for i, item in enumerate(items):
        yield item / i
print(sum(f([1, 2])))
