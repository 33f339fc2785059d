# Programs are compiled, or refused, or there is no memory for it: nothing worse.
import resource

PROGRAMS = {'a b': 'SyntaxError', 'x = 1': 'ok', '(' * 50: 'SyntaxError', '\xe9 = 1': 'ok', '"a" = 1': 'SyntaxError'}


def compiled(program):
    try:
        compile(program, 'program', 'exec')
    except (SyntaxError, MemoryError) as error:
        return type(error).__name__
    return 'ok'


with open('/proc/self/status') as status:
    used = next(int(line.split()[1]) << 10 for line in status if line.startswith('VmSize'))
soft, hard = resource.getrlimit(resource.RLIMIT_AS)
for mebibytes in 1, 8, 20, 40, 100, 250, 300, 1000:
    resource.setrlimit(resource.RLIMIT_AS, (used + (mebibytes << 20), hard))
    found = {program: compiled(program) for program in PROGRAMS}
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    wrong = [program for program in PROGRAMS if found[program] not in (PROGRAMS[program], 'MemoryError')]
    print(mebibytes, 'MiB more', wrong or 'fine')
