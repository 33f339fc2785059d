# What futures and tasks are like from outside, and what they refuse.
import asyncio, _asyncio, logging, warnings
logging.disable()  # What the loop has to say goes to stderr, with addresses.
warnings.simplefilter('ignore')
async def c(): pass
loop=asyncio.new_event_loop()
asyncio.set_event_loop(loop)
import re
def p(*a): print(re.sub(r'0x[0-9a-f]+|<stdin>|at /\S+|at \S+:\d+','@',' '.join(map(str,a))))
def t(f):
    try: p(repr(f()))
    except BaseException as e: p(type(e).__module__,type(e).__name__, e)
F=_asyncio.Future; T=_asyncio.Task
t(lambda: F.__new__(F).result()); t(lambda: F.__new__(F)._loop); t(lambda: F.__new__(F).get_loop()); t(lambda: F.__new__(F)._state); t(lambda: repr(F.__new__(F))); t(lambda:F.__new__(F).cancelled());
t(lambda:F.__new__(F)._callbacks); t(lambda:F.__new__(F).add_done_callback(1)); t(lambda:F.__new__(F)._asyncio_future_blocking); t(lambda: F.__new__(F).__await__()); t(lambda:F.__new__(F).cancel()); t(lambda:F.__new__(F)._make_cancelled_error()); t(lambda:T.__new__(T).cancel()); t(lambda:T.__new__(T).get_name()); t(lambda:repr(T.__new__(T))); t(lambda:T.__new__(T).get_coro()); t(lambda:T.__new__(T).get_context()); t(lambda:T.__new__(T)._coro)
t(lambda:F.__new__(F).set_result(1)); t(lambda:F.__new__(F).set_exception(1));
f=F(loop=loop)
for n in sorted(dir(F)):
    a=getattr(F,n)
    if n not in dir(object) and n != '__module__': p(n, type(a), getattr(a,'__text_signature__',None))
for n in dir(T):
    a=getattr(T,n)
    if n not in dir(F) or n in('__init__','set_result'): p(n, type(a), getattr(a,'__text_signature__',None))
def d(n,v):
    def g(): 
        if v is d: delattr(f,n)
        else: setattr(f,n,v)
    return g
t(d('_asyncio_future_blocking',d)); t(d('_asyncio_future_blocking',3)); p(f._asyncio_future_blocking); t(d('_log_traceback',1)); t(d('_log_traceback',d)); t(d('_log_traceback',0)); t(d('_cancel_message',d)); t(d('_state',1)); t(d('_callbacks',1)); t(d('_cancel_message',4))
p(sorted(F.__dict__.keys()-object.__dict__.keys()-{'__module__'}))
f=F(loop=loop)
it=f.__await__(); p(type(it), sorted(set(dir(it))-{'__module__'})); p(it.send(None) is f); t(lambda: it.send(None)); t(lambda: it.throw(ValueError)); t(lambda: next(it))
it=f.__await__(); f._asyncio_future_blocking=False; p(it.send(None)); t(lambda:it.throw(1)); t(lambda:it.throw(ValueError,1,2)); t(lambda: it.close()); t(lambda: it.send(1,2)); t(lambda:it.throw())
t(lambda: T(5,loop=loop)); t(lambda:T(loop=loop)); t(lambda: F(1)); t(lambda: F(loop=5))
k=T(c(),loop=loop); t(lambda:k.set_result(1)); t(lambda:k.set_exception(1)); t(lambda:k.uncancel()); p(k); t(lambda:k.set_name(5)); p(k.get_name(), k._log_destroy_pending, k._must_cancel, k._fut_waiter, k._coro, k._callbacks)
t(lambda:delattr(k,'_log_destroy_pending'));t(lambda:setattr(k,'_must_cancel',1))
t(lambda:_asyncio.get_running_loop()); t(lambda:_asyncio.all_tasks()); t(lambda:_asyncio.current_task()); t(lambda:_asyncio._enter_task(loop,k)); t(lambda:_asyncio._leave_task(loop,k)); t(lambda:_asyncio._swap_current_task(loop,k)); p(_asyncio.all_tasks(loop),_asyncio.current_task(loop))
_asyncio._set_running_loop(loop);  t(lambda:_asyncio._enter_task(loop,k));  t(lambda:_asyncio._enter_task(loop,k)); t(lambda:_asyncio._enter_task(5,k)); p(_asyncio.current_task(loop)); t(lambda:_asyncio._leave_task(loop,5)); t(lambda:_asyncio._swap_current_task(loop,None)); t(lambda:_asyncio._leave_task(loop,5)); 
t(lambda:_asyncio.future_add_to_awaited_by(f,k)); t(lambda:f._asyncio_awaited_by); t(lambda:_asyncio.future_add_to_awaited_by(f,f)); t(lambda:len(f._asyncio_awaited_by)); t(lambda:_asyncio.future_discard_from_awaited_by(f,f)); t(lambda:f._asyncio_awaited_by); t(lambda:_asyncio.future_add_to_awaited_by(f,7))
t(lambda:_asyncio._register_task(5));t(lambda:_asyncio._register_eager_task(5)); t(lambda:_asyncio.all_tasks(loop))
t(lambda:_asyncio._unregister_task(5));t(lambda:_asyncio._unregister_eager_task(5)); t(lambda:_asyncio._unregister_eager_task(5))
f.set_exception(ValueError(1)); t(lambda: f.set_exception(ValueError(1))); t(lambda: f.remove_done_callback(1)); p(f._result,f._exception,f._log_traceback,f._callbacks); t(lambda:f.add_done_callback(print)); t(lambda:f.add_done_callback(print,2)); t(lambda:f.exception()); t(lambda:f.set_result(0))
f=F(loop=loop); t(f.result);t(f.exception); f.cancel('x'); t(f.result); t(f.exception); t(lambda:f._make_cancelled_error()); p(f._state)
f=F(loop=loop); t(lambda:f.set_exception(StopIteration)); t(f.result); t(lambda:F(loop=loop).set_exception(5)); t(lambda:F(loop=loop).set_exception(int))
f=F(loop=loop);f.add_done_callback(print); p(f._callbacks); f.add_done_callback(len); p(f._callbacks)
p(T.__mro__); t(lambda:setattr(F,'x',1))
t(lambda:_asyncio.get_event_loop())
async def main():
    fut=loop.create_future()
    t1=asyncio.ensure_future(wait(fut)); await asyncio.sleep(0); p(fut, fut._callbacks, type(fut._callbacks[0][0])); p(t1); fut.set_result(1); await t1; p(loop._ready)
    p(t1,t1._coro)
async def wait(f): await f
_asyncio._set_running_loop(None)
loop.run_until_complete(main())
t(lambda:T(c(),loop=loop,eager_start=True,context=5,name=3)); t(lambda:T(c(),loop=loop,foo=1)); t(lambda:T(c(),loop))
for task in asyncio.all_tasks(loop): task.cancel()
loop.run_until_complete(asyncio.sleep(0)); loop.run_until_complete(asyncio.sleep(0))
