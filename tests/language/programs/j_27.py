from builtins import sortedd
