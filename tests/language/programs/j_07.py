def make(n):
    try:
        raise ValueError(f"v{n}")
    except ValueError as e:
        e.add_note(f"note of {n}\nand its second line")
        return e
raise ExceptionGroup("traced", [make(i) for i in range(3)])
