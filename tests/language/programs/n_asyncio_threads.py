# Event loops in several threads, work handed to threads and back, tasks seen from other threads, a fork from a coroutine.
import asyncio
import concurrent.futures
import logging
import os
import threading
import time

# What loops have to say of tasks that die pending goes to stderr, with addresses.
logging.disable()


async def produce(queue, n):
    for i in range(n):
        await queue.put(i)
    await queue.put(None)


async def consume(queue):
    total = 0
    while (item := await queue.get()) is not None:
        total += item
    return total


async def pairs(n):
    queue = asyncio.Queue(3)
    async with asyncio.TaskGroup() as group:
        group.create_task(produce(queue, n))
        consumer = group.create_task(consume(queue))
    return consumer.result()


def loops_in_threads():
    results = [None] * 6

    def run(k):
        results[k] = asyncio.run(pairs(500 + k))

    threads = [threading.Thread(target=run, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results == [sum(range(500 + k)) for k in range(6)]


async def executors():
    loop = asyncio.get_running_loop()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        squares = await asyncio.gather(*[loop.run_in_executor(pool, pow, i, 2) for i in range(200)])
    threads = await asyncio.gather(*[asyncio.to_thread(threading.get_ident) for _ in range(20)])
    return squares == [i * i for i in range(200)], threading.get_ident() in threads


def from_other_threads():
    """A loop runs here; others hand it coroutines and callbacks."""
    loop = asyncio.new_event_loop()
    server = threading.Thread(target=loop.run_forever)
    server.start()
    counted = 0

    async def add(n):
        nonlocal counted
        before = counted
        await asyncio.sleep(0)
        counted += n
        return n

    sums = []

    def client():
        sums.append(sum(asyncio.run_coroutine_threadsafe(add(1), loop).result(20) for _ in range(200)))

    clients = [threading.Thread(target=client) for _ in range(4)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()

    started = threading.Event()

    async def long():
        started.set()
        await asyncio.sleep(1000)

    asyncio.run_coroutine_threadsafe(long(), loop)
    started.wait()
    names = {task.get_coro().__name__ for task in asyncio.all_tasks(loop)}

    def end():
        # In one step: the task is cancelled, and does not go on.
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.stop()

    loop.call_soon_threadsafe(end)
    server.join()
    left = asyncio.all_tasks(loop)
    loop.close()
    return sums, counted, names, asyncio.current_task(loop), [task.cancelling() for task in left]


def one_future_many_threads():
    """Many try to set the result: one succeeds."""
    loop = asyncio.new_event_loop()
    good = True
    for _ in range(200):
        future = loop.create_future()
        called = []
        loop.call_soon = lambda callback, *args, context=None: called.append(callback)
        won = []
        barrier = threading.Barrier(4)

        def settle(k):
            barrier.wait()
            future.add_done_callback(settle)
            try:
                future.set_result(k)
                won.append(k)
            except asyncio.InvalidStateError:
                pass

        threads = [threading.Thread(target=settle, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        good = good and len(won) == 1 and future.result() == won[0] and len(called) == 4
        del loop.call_soon
    loop.close()
    return good


async def fork():
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            code = 0 if asyncio._get_running_loop() is None else 2
            if code == 0 and asyncio.run(pairs(10)) != 45:
                code = 3
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


async def servers():
    """Echo over sockets, many clients at once."""

    async def serve(reader, writer):
        while line := await reader.readline():
            writer.write(line.upper())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def client(k):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        got = []
        for i in range(20):
            writer.write(f"client {k} {i}\n".encode())
            got.append((await reader.readline()).decode().strip())
        writer.close()
        await writer.wait_closed()
        return got == [f"CLIENT {k} {i}" for i in range(20)]

    async with server:
        return all(await asyncio.gather(*[client(k) for k in range(30)]))


async def processes():
    made = [
        await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        for _ in range(4)
    ]
    outs = await asyncio.gather(*[p.communicate(b"x" * 100000) for p in made])
    return [len(out) for out, _ in outs], [p.returncode for p in made]


async def timeouts():
    begin = time.monotonic()
    try:
        async with asyncio.timeout(0.05):
            await asyncio.sleep(10)
    except TimeoutError:
        return time.monotonic() - begin < 5


print(loops_in_threads())
print(asyncio.run(executors()))
print(from_other_threads())
print(one_future_many_threads())
print(asyncio.run(fork()))
print(asyncio.run(servers()))
print(asyncio.run(processes()))
print(asyncio.run(timeouts()))
