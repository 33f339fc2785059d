value = 5
print(valeu)
