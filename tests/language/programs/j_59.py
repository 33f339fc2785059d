	
def f():
	if True:
		return undefined_name_here + 1
f()
