try:
    raise ExceptionGroup("eg", [ValueError(1), OSError(2)])
except* ValueError as e:
    print("handled", e.exceptions)
