class K:
    def __init__(self, d):
        self.d = d
    def get(self, k):
        return self.d["outer"][k]["deep"] + 1
k = K({"outer": {"k": {"deep": "text"}}})
print(k.get("k"))
