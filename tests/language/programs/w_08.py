# Audit hooks.
import sys

events = []

def hook(event, args):
    if event.startswith('my.') or event in ('exec', 'compile', 'sys.settrace', 'sys.addaudithook'):
        events.append((event, len(args)))
    if event == 'my.forbidden':
        raise PermissionError('no')

sys.audit('my.unseen', 1)
sys.addaudithook(hook)
sys.audit('my.first', 1, 'two')
sys.audit('my.none')
try:
    sys.audit('my.forbidden')
except PermissionError as e:
    print(e)
exec('1')
eval('2')
compile('3', 'f', 'eval')
sys.settrace(None)
print(events)
events.clear()

def second(event, args):
    if event == 'sys.addaudithook':
        raise RuntimeError('no more hooks')
    if event.startswith('my.'):
        events.append('second')

sys.addaudithook(second)
sys.addaudithook(print)
sys.audit('my.again')
print(events)

for args in ((), (1,)):
    try:
        sys.audit(*args)
    except TypeError as e:
        print(e)
try:
    sys.addaudithook()
except TypeError as e:
    print(e)

# Hooks are not traced, unless they ask for it.
seen = []
def tracer(frame, event, arg):
    seen.append(frame.f_code.co_name)
def quiet(event, args):
    pass
def loud(event, args):
    pass
loud.__cantrace__ = True
print(sys.is_remote_debug_enabled() in (True, False), sys.is_stack_trampoline_active())
print(sys.getdlopenflags())
sys.setdlopenflags(1)
print(sys.getdlopenflags())
print(type(sys.getunicodeinternedsize()))
print(sys._jit.is_active())
