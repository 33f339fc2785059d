very_long_name_for_a_variable = [1, 2, 3]
print(very_long_name_for_a_variable[0] + very_long_name_for_a_variable[1] + very_long_name_for_a_variable[10])
