s = "x"
s.uper()
