"""A one-way constraint solver that replans little by little, on long chains and on many small graphs.

Methods found through deep class hierarchies, short lists, many small objects that live and die.
"""

import sys

REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST = range(7)
NONE, FORWARD, BACKWARD = 0, 1, -1


class Variable:
    def __init__(self, value):
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.walk_strength = WEAKEST
        self.stay = True


class Constraint:
    def __init__(self, strength):
        self.strength = strength

    def enter(self, planner):
        for variable in self.variables():
            variable.constraints.append(self)
        self.unsatisfy()
        planner.add(self)

    def leave(self, planner):
        if self.is_satisfied():
            planner.remove(self)
        for variable in self.variables():
            variable.constraints.remove(self)

    def is_input(self):
        return False

    def satisfy(self, mark, planner):
        """Takes over its output; answers which constraint lost it."""
        self.choose(mark)
        if not self.is_satisfied():
            if self.strength == REQUIRED:
                raise RuntimeError("a required constraint cannot be satisfied")
            return None
        for variable in self.inputs():
            variable.mark = mark
        output = self.output()
        loser = output.determined_by
        if loser is not None:
            loser.unsatisfy()
        output.determined_by = self
        if not planner.propagate(self, mark):
            raise RuntimeError("a cycle")
        output.mark = mark
        return loser


class UnaryConstraint(Constraint):
    def __init__(self, variable, strength, planner):
        Constraint.__init__(self, strength)
        self.variable = variable
        self.satisfied = False
        self.enter(planner)

    def variables(self):
        return (self.variable,)

    def inputs(self):
        return ()

    def output(self):
        return self.variable

    def is_satisfied(self):
        return self.satisfied

    def unsatisfy(self):
        self.satisfied = False

    def choose(self, mark):
        self.satisfied = self.variable.mark != mark and self.strength < self.variable.walk_strength

    def recompute(self):
        self.variable.walk_strength = self.strength
        self.variable.stay = not self.is_input()
        if self.variable.stay:
            self.execute()

    def inputs_known(self, mark):
        return True


class Stay(UnaryConstraint):
    def execute(self):
        pass


class Edit(UnaryConstraint):
    def is_input(self):
        return True

    def execute(self):
        pass


class BinaryConstraint(Constraint):
    def __init__(self, first, second, strength, planner):
        Constraint.__init__(self, strength)
        self.first = first
        self.second = second
        self.direction = NONE
        self.enter(planner)

    def variables(self):
        return (self.first, self.second)

    def inputs(self):
        return (self.first if self.direction == FORWARD else self.second,)

    def output(self):
        return self.second if self.direction == FORWARD else self.first

    def is_satisfied(self):
        return self.direction != NONE

    def unsatisfy(self):
        self.direction = NONE

    def choose(self, mark):
        first, second = self.first, self.second
        if first.mark == mark:
            able = second.mark != mark and self.strength < second.walk_strength
            self.direction = FORWARD if able else NONE
        elif second.mark == mark:
            self.direction = BACKWARD if self.strength < first.walk_strength else NONE
        elif first.walk_strength > second.walk_strength:
            self.direction = BACKWARD if self.strength < first.walk_strength else NONE
        else:
            self.direction = FORWARD if self.strength < second.walk_strength else NONE

    def recompute(self):
        source, target = self.inputs()[0], self.output()
        target.walk_strength = max(self.strength, source.walk_strength)
        target.stay = source.stay
        if target.stay:
            self.execute()

    def inputs_known(self, mark):
        source = self.inputs()[0]
        return source.mark == mark or source.stay or source.determined_by is None


class Equal(BinaryConstraint):
    def execute(self):
        if self.direction == FORWARD:
            self.second.value = self.first.value
        else:
            self.first.value = self.second.value


class Scale(BinaryConstraint):
    """second == first * factor + offset"""

    def __init__(self, first, factor, offset, second, strength, planner):
        self.factor = factor
        self.offset = offset
        BinaryConstraint.__init__(self, first, second, strength, planner)

    def variables(self):
        return (self.first, self.second, self.factor, self.offset)

    def inputs(self):
        source = self.first if self.direction == FORWARD else self.second
        return (source, self.factor, self.offset)

    def execute(self):
        if self.direction == FORWARD:
            self.second.value = self.first.value * self.factor.value + self.offset.value
        else:
            self.first.value = (self.second.value - self.offset.value) // self.factor.value

    def recompute(self):
        source, target = self.inputs()[0], self.output()
        target.walk_strength = max(self.strength, source.walk_strength)
        target.stay = source.stay and self.factor.stay and self.offset.stay
        if target.stay:
            self.execute()


class Planner:
    def __init__(self):
        self.mark = 0

    def new_mark(self):
        self.mark += 1
        return self.mark

    def add(self, constraint):
        mark = self.new_mark()
        loser = constraint.satisfy(mark, self)
        while loser is not None:
            loser = loser.satisfy(mark, self)

    def remove(self, constraint):
        output = constraint.output()
        constraint.unsatisfy()
        free = self.remove_downstream(output)
        for strength in range(REQUIRED, WEAKEST):
            for candidate in free:
                if candidate.strength == strength:
                    self.add(candidate)

    def remove_downstream(self, output):
        output.determined_by = None
        output.walk_strength = WEAKEST
        output.stay = True
        free = []
        todo = [output]
        while todo:
            variable = todo.pop()
            for constraint in variable.constraints:
                if not constraint.is_satisfied():
                    free.append(constraint)
                elif constraint is not variable.determined_by:
                    constraint.recompute()
                    todo.append(constraint.output())
        return free

    def propagate(self, constraint, mark):
        todo = [constraint]
        while todo:
            current = todo.pop()
            if current.output().mark == mark:
                self.remove(constraint)
                return False
            current.recompute()
            self.add_consumers(current.output(), todo)
        return True

    @staticmethod
    def add_consumers(variable, collection):
        for constraint in variable.constraints:
            if constraint is not variable.determined_by and constraint.is_satisfied():
                collection.append(constraint)

    def plan(self, edits):
        mark = self.new_mark()
        result = []
        todo = [edit for edit in edits if edit.is_satisfied()]
        while todo:
            constraint = todo.pop()
            output = constraint.output()
            if output.mark != mark and constraint.inputs_known(mark):
                result.append(constraint)
                output.mark = mark
                self.add_consumers(output, todo)
        return result


def change(planner, variable, values):
    """Edits a variable, and answers what the plan was run with."""
    edit = Edit(variable, STRONG_PREFERRED, planner)
    plan = planner.plan([edit])
    for value in values:
        variable.value = value
        for constraint in plan:
            constraint.execute()
    edit.leave(planner)


def chain(length):
    planner = Planner()
    variables = [Variable(0) for _ in range(length + 1)]
    for first, second in zip(variables, variables[1:]):
        Equal(first, second, REQUIRED, planner)
    Stay(variables[-1], STRONG_DEFAULT, planner)
    total = 0
    edit = Edit(variables[0], STRONG_PREFERRED, planner)
    plan = planner.plan([edit])
    for value in range(100):
        variables[0].value = value
        for constraint in plan:
            constraint.execute()
        if variables[-1].value != value:
            raise RuntimeError("the chain is broken")
        total += variables[length // 2].value
    edit.leave(planner)
    return total


def projection(size):
    planner = Planner()
    factor, offset = Variable(10), Variable(1000)
    sources, targets = [], []
    for i in range(size):
        source, target = Variable(i), Variable(i)
        Stay(source, NORMAL, planner)
        Scale(source, factor, offset, target, REQUIRED, planner)
        sources.append(source)
        targets.append(target)
    change(planner, sources[0], range(20))
    assert targets[0].value == 19 * 10 + 1000
    change(planner, targets[size // 2], range(1000, 2000, 50))
    assert sources[size // 2].value == (1950 - 1000) // 10
    change(planner, factor, range(1, 11))
    change(planner, offset, range(0, 2001, 200))
    return sum(target.value for target in targets) % 1000003


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 15000
    print(chain(size), projection(size))


main()
