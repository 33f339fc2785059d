e = ExceptionGroup("several", [ValueError("one"), TypeError("two"), ExceptionGroup("nested", [KeyError("k"), OSError(2, "gone")])])
e.add_note("a note")
raise e
