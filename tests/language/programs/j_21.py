result = [1 if x else 1 // x
          for x in (1, 2, 0)]
