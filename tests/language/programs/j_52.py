class A:
    def __del__(self): pass
    def __len__(self): return -1
len(A())
