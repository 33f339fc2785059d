"""What the patterns are registered in."""


class Pattern:
    """One of them. `make` makes what is shared and returns the loop, or the loop and what looks at the result."""

    def __init__(self, make, rounds, gives):
        self.rounds = rounds
        self.gives = gives
        self.maker = make
        self.finish = None

    def rounds_for(self, size):
        return max(64, int(self.rounds * size))

    def make(self):
        made = self.maker()
        if isinstance(made, tuple):
            made, self.finish = made
        return made

    def check(self, rounds, total):
        """The answer, if it is right."""
        expected = rounds * self.gives
        if total != expected:
            raise AssertionError(f"{self.maker.__name__}: {total}, should be {expected}")
        if self.finish is not None:
            found = self.finish(rounds)
            if found is not True:
                raise AssertionError(f"{self.maker.__name__}: after {rounds} rounds: {found}")
        return total


class Registry:
    """The patterns of a module."""

    def __init__(self):
        self.all = {}

    def pattern(self, rounds, gives):
        """A decorator: so many rounds at full size, and what each adds to the sum."""

        def register(make):
            self.all[make.__name__] = Pattern(make, rounds, gives)
            return make

        return register
