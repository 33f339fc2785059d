import atexit
atexit.register(print, "at exit")
print("end of main")
1 .foo
