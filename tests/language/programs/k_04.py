from itertools import *
print(list(islice(count(5, 2), 4)), list(islice(cycle("ab"), 5)), list(repeat(1, 3)), list(accumulate([1, 2, 3])), list(accumulate([1, 2, 3], lambda a, b: a * b, initial=10)), list(chain("ab", [1])), list(chain.from_iterable(["ab", "c"])), list(compress("abcd", [1, 0, 1, 0])), list(dropwhile(lambda x: x < 3, [1, 3, 1])), list(takewhile(lambda x: x < 3, [1, 3, 1])), list(filterfalse(lambda x: x % 2, range(5))))
print([(k, list(g)) for k, g in groupby("aabbca")], list(islice(range(10), 2, 8, 3)), list(pairwise("abcd")), list(starmap(pow, [(2, 3), (3, 2)])), [list(t) for t in tee(range(3))], list(zip_longest("ab", "xyz", fillvalue="-")), list(product("ab", repeat=2)), list(product([1, 2], "x")), list(permutations("abc", 2)), list(combinations("abcd", 2)), list(combinations_with_replacement("ab", 2)), list(batched("abcdefg", 3)))
for f in (lambda: list(islice([], -1)), lambda: list(combinations([], -1)), lambda: repeat(), lambda: list(batched("abc", 2, strict=True)), lambda: batched("a", 0), lambda: chain.from_iterable(5), lambda: list(chain(5)), lambda: count("a"), lambda: tee([], -1), lambda: product(repeat=-1)):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
print(repr(count(3)), repr(repeat("x", 2)), repr(count(1.5, 0.5)), next(permutations([])), list(permutations([1], 2)), len(list(permutations(range(6)))))
