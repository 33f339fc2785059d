x = (lambda a:
     a.b.c)(5)
