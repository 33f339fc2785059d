# Finalizers that take long must not pile up: garbage with them is collected in portions that are not too large.
class Counted:
    made = died = most = 0

    def __init__(self):
        Counted.made += 1
        Counted.most = max(Counted.most, Counted.made - Counted.died)

    def __del__(self):
        Counted.died += 1


for _ in range(60_000):
    Counted()
print(Counted.made, Counted.most < 20_000)
