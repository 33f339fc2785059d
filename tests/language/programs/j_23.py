data = {"a": [1, 2, {"b": None}]}
print(data["a"][0] + data["a"][1] * len(data["a"][2]["b"]) - 1)
