"""An operating system in small: tasks that send packets to each other, a scheduler that runs whichever may run.

Attribute loads and stores, method calls through a few classes, small lists used as queues.
"""

import sys

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
DEVICE, WORK = 0, 1
BUFFER_SIZE = 4


class Packet:
    def __init__(self, link, owner, kind):
        self.link = link
        self.owner = owner
        self.kind = kind
        self.position = 0
        self.data = [0] * BUFFER_SIZE

    def append_to(self, queue):
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    """A task is blocked (waits or is held) or ready; with packets in its queue it may leave its wait."""

    def __init__(self, system, number, priority, queue):
        self.system = system
        self.number = number
        self.priority = priority
        self.queue = queue
        self.held = False
        self.waiting = queue is not None
        self.pending = queue is not None
        system.add(self)

    def is_blocked(self):
        return self.held or (self.waiting and not self.pending)

    def receive(self, packet, sender):
        if self.queue is None:
            self.queue = packet
            packet.link = None
            self.pending = True
            if self.priority > sender.priority:
                return self
        else:
            packet.append_to(self.queue)
        return sender

    def run(self):
        packet = None
        if self.waiting and self.pending:
            packet = self.queue
            self.queue = packet.link
            self.waiting = False
            self.pending = self.queue is not None
        return self.step(packet)

    def wait(self):
        self.waiting = True
        return self

    def hold(self):
        self.system.holds += 1
        self.held = True
        return self.system.after(self)

    def send(self, number, packet):
        self.system.packets += 1
        target = self.system.tasks[number]
        packet.link = None
        packet.owner = self.number
        return target.receive(packet, self)


class IdleTask(Task):
    def __init__(self, system, priority, turns):
        Task.__init__(self, system, IDLE, priority, None)
        self.turns = turns
        self.control = 1

    def step(self, packet):
        self.turns -= 1
        if self.turns == 0:
            return self.hold()
        if self.control & 1 == 0:
            self.control >>= 1
            return self.system.release(DEVICE_A, self)
        self.control = (self.control >> 1) ^ 0xD008
        return self.system.release(DEVICE_B, self)


class WorkTask(Task):
    def __init__(self, system, priority, queue):
        Task.__init__(self, system, WORKER, priority, queue)
        self.target = HANDLER_A
        self.letter = 0

    def step(self, packet):
        if packet is None:
            return self.wait()
        self.target = HANDLER_B if self.target == HANDLER_A else HANDLER_A
        packet.position = 0
        for i in range(BUFFER_SIZE):
            self.letter = self.letter % 26 + 1
            packet.data[i] = 64 + self.letter
        return self.send(self.target, packet)


class HandlerTask(Task):
    def __init__(self, system, number, priority, queue, device):
        Task.__init__(self, system, number, priority, queue)
        self.device = device
        self.work = None
        self.ready = None

    def step(self, packet):
        if packet is not None:
            if packet.kind == WORK:
                self.work = packet.append_to(self.work)
            else:
                self.ready = packet.append_to(self.ready)
        work = self.work
        if work is None:
            return self.wait()
        if work.position >= BUFFER_SIZE:
            self.work = work.link
            return self.send(WORKER, work)
        free = self.ready
        if free is None:
            return self.wait()
        self.ready = free.link
        free.position = work.data[work.position]
        self.system.checksum = (self.system.checksum * 31 + free.position) % 1000003
        work.position += 1
        return self.send(self.device, free)


class DeviceTask(Task):
    def __init__(self, system, number, priority):
        Task.__init__(self, system, number, priority, None)
        self.waiting = True
        self.packet = None

    def step(self, packet):
        if packet is None:
            done = self.packet
            if done is None:
                return self.wait()
            self.packet = None
            return self.send(done.owner, done)
        self.packet = packet
        return self.hold()


class System:
    def __init__(self):
        self.tasks = [None] * 6
        self.order = []
        self.holds = 0
        self.packets = 0
        self.checksum = 0

    def add(self, task):
        self.tasks[task.number] = task
        self.order.append(task)
        self.order.sort(key=lambda task: -task.priority)

    def after(self, task):
        position = self.order.index(task) + 1
        return self.order[position] if position < len(self.order) else None

    def release(self, number, caller):
        task = self.tasks[number]
        task.held = False
        return task if task.priority > caller.priority else caller

    def schedule(self):
        task = self.order[0]
        while task is not None:
            if task.is_blocked():
                task = self.after(task)
            else:
                task = task.run()


def simulate(turns):
    system = System()
    IdleTask(system, 0, turns)
    queue = Packet(None, 0, WORK)
    queue = Packet(queue, 0, WORK)
    WorkTask(system, 1000, queue)
    for number, priority, device in ((HANDLER_A, 2000, DEVICE_A), (HANDLER_B, 3000, DEVICE_B)):
        queue = None
        for _ in range(3):
            queue = Packet(queue, device, DEVICE)
        HandlerTask(system, number, priority, queue, device)
    DeviceTask(system, DEVICE_A, 4000)
    DeviceTask(system, DEVICE_B, 5000)
    system.schedule()
    return system.packets, system.holds, system.checksum


def main():
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    print(*simulate(turns))


main()
