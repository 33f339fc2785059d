é = "wide 日本語 text"
print(é + "日本語", é.nope + "日本語")
