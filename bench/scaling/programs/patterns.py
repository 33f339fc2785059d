"""The micro patterns: what one does in a loop, each by itself.

A pattern is a function that makes what the threads share and returns the loop; each thread runs it for its share of the rounds. Each
round adds a known number to what the loop returns, so the sum over all threads says whether every round was done.
"""

import patterns_private
import patterns_read
import patterns_write

PATTERNS = {}
for module in (patterns_private, patterns_read, patterns_write):
    PATTERNS.update(module.PATTERNS.all)
