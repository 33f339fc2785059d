import sys
try:
    sys.exit(None)
finally:
    print("finally ran")
