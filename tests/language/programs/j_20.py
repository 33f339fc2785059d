assert 1 + 1 == 3, f"arithmetic {1 + 1}"
