# Files that are dropped and not closed: whoever looks at them next finds what was written.
import io
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import warnings

warnings.simplefilter('ignore', ResourceWarning)
folder = tempfile.mkdtemp()
place = os.path.join(folder, 'file')


def put(text, mode='w'):
    open(place, mode).write(text)


# Once more and once more, in a module and in functions.
open(place, 'w').write('first')
print(open(place).read())
open(place, 'w').write('second, longer')
open(place, 'w').write('third')
print(open(place).read())
for number in range(200):
    put(f'{number} ' * number)
    with open(place) as file:
        assert file.read() == f'{number} ' * number, number
print('functions')

for number in range(50):
    put('x', 'a')
print(os.path.getsize(place), len(open(place, 'rb').read()))

# A text file over a buffer over a raw file.
raw = io.FileIO(place, 'w')
text = io.TextIOWrapper(io.BufferedWriter(raw), encoding='utf-8')
text.write('layers')
del raw, text
print(open(place).read())

put('after')
print(os.stat(place).st_size)
print([entry.stat().st_size for entry in os.scandir(folder)])

# The low level, copies, other names.
put('descriptor')
descriptor = os.open(place, os.O_RDONLY)
print(os.read(descriptor, 100))
os.close(descriptor)
put('copy')
shutil.copyfile(place, place + '2')
print(open(place + '2').read())
put('renamed')
os.replace(place, place + '3')
print(open(place + '3').read())
put('link')
os.symlink(place, place + '4')
print(open(place + '4').read())

# Other processes.
put('subprocess')
print(subprocess.run(['cat', place], capture_output=True, text=True).stdout)
put('system')
sys.stdout.flush()
os.system(f'cat {place}; echo')
put('fork')
pid = os.fork()
if not pid:
    os._exit(0 if open(place).read() == 'fork' else 1)
print(os.waitpid(pid, 0)[1], open(place).read())
pid = os.fork()
if not pid:
    open(place, 'w').write('from the child')
    os._exit(0)
os.waitpid(pid, 0)
print(open(place).read())
pid = os.fork()
if not pid:
    open(place, 'w').write('print("run")')
    os.execv(sys.executable, [sys.executable, place])
print(os.waitpid(pid, 0)[1])

# Modules.
sys.path.insert(0, folder)
sys.dont_write_bytecode = True
open(os.path.join(folder, 'made.py'), 'w').write('value = 42\n')
import made
print(made.value)


# Threads, each with its own file.
def work(index):
    mine = f'{place}-{index}'
    for number in range(30):
        open(mine, 'w').write(str(number))
        found = open(mine).read()
        if found != str(number):
            wrong.append((index, number, found))


wrong = []
threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(wrong)
shutil.rmtree(folder)
