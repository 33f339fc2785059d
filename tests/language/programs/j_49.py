print("é" "unterminated)
