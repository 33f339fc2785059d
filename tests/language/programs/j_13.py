import sys
sys.exit("an error message é")
