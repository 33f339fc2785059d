try:
    raise ValueError("in try")
finally:
    undefined_in_finally
