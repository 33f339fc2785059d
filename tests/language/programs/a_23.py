try:
    raise ValueError("x")
except ValueError as e:
    print("caught", e)
finally:
    print("done")
