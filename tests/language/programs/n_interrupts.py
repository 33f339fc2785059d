# SIGINT interrupts whatever blocks.
import os, signal, socket, select, selectors, subprocess, threading, time, sys, queue, asyncio
# Who runs us in the background may have it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
def check(name, f):
    over=threading.Event()
    def bother():
        # Once more if the first came in the moment before the call began to block.
        pause=0.1
        while not over.wait(pause): os.kill(os.getpid(), signal.SIGINT); pause=1.5
    t=threading.Thread(target=bother); t.start()
    a=time.monotonic()
    try: r=f(); print(name,'returned',r)
    except KeyboardInterrupt: print(name,'interrupted', 'late' if time.monotonic()-a>2.5 else 'ok')
    except BaseException as e: print(name, type(e).__name__, e)
    over.set(); t.join()
a,b=socket.socketpair()
l=socket.create_server(('127.0.0.1',0))
r,w=os.pipe()
check('recv', lambda: a.recv(1)); check('accept', l.accept); check('select', lambda: select.select([a],[],[],5))
p=select.poll(); p.register(a,select.POLLIN); check('poll', lambda: p.poll(5000))
e=select.epoll(); e.register(a,select.EPOLLIN); check('epoll', lambda: e.poll(5))
s=selectors.DefaultSelector(); s.register(a,1); check('selector', lambda: s.select(5))
check('read', lambda: os.read(r,1)); check('sleep', lambda: time.sleep(5)); check('open', lambda: open(r,'rb',buffering=0,closefd=False).read(1))
check('buffered', lambda: open(r,'rb',closefd=False).read(1)); check('text', lambda: open(r,closefd=False).readline())
def send():
    while 1: b.send(b'x'*65536)
# Made beforehand: an interrupt that comes before the call blocks is seen only after it, as in CPython.
much=b'x'*10000000
check('send', send); check('sendall', lambda: b.sendall(much))
check('wait', lambda: subprocess.Popen(['sleep','4']).wait()); check('communicate', lambda: subprocess.run(['sleep','4'],capture_output=True))
check('waitpid', lambda: os.waitpid(subprocess.Popen(['sleep','4']).pid,0))
lk=threading.Lock(); lk.acquire(); check('lock', lk.acquire); check('lock timeout', lambda: lk.acquire(timeout=5))
check('event', threading.Event().wait); check('cond', lambda: (c:=threading.Condition()).__enter__() and c.wait()); check('queue', queue.Queue().get); check('simplequeue', queue.SimpleQueue().get)
th=threading.Thread(target=time.sleep,args=(3,)); th.start(); check('join', th.join); check('sem', threading.Semaphore(0).acquire)
check('sigwait', lambda: signal.sigtimedwait([signal.SIGUSR1],5)); check('pause', signal.pause)
async def m(): await asyncio.sleep(5)
check('asyncio.run', lambda: asyncio.run(m()))
async def m(): await asyncio.to_thread(time.sleep,1.5)
check('to_thread', lambda: asyncio.run(m()))
import multiprocessing as mp
ctx=mp.get_context('fork'); sm=ctx.Semaphore(0); check('semlock', sm.acquire); check('mpevent', ctx.Event().wait)
c,d=ctx.Pipe(); check('conn', c.recv); check('connpoll', lambda: c.poll(5))
import fcntl, tempfile
f=tempfile.TemporaryFile()
ff=tempfile.NamedTemporaryFile(); fcntl.flock(ff,fcntl.LOCK_EX)
g=open(ff.name); check('flock', lambda: fcntl.flock(g,fcntl.LOCK_EX))
check('connect', lambda: [socket.create_connection(l.getsockname()) for _ in range(5000)])
