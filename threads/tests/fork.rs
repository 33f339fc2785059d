//! Proves of `fork`: in the child of a process full of busy threads, the survivor is alone and can
//! do everything: stop the world, attach threads, take locks in whose lines the vanished
//! ones stood, revoke the objects that they owned; and the parent goes on unharmed.

mod crew;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use grwl_threads::{
    Acquired, Attached, Biased, Deadline, Events, Limits, Lock, LockState, Mode, Mutator,
    NotLocked, Runtime, ThreadEnded, ThreadHandle, WaitQueue, Wake,
};

use crew::witness::StoppedPair;

/// The tests of this file run one after the other: at a fork, no other runtime's thread may be
/// inside the process-wide parking lot.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Runs `child` in a child process and does not come back there.
fn fork_for(survivor: &mut Mutator, child: impl FnOnce(&mut Mutator)) -> libc::pid_t {
    // SAFETY: the child uses none of the other threads' things but through the runtime, which
    // is what is tested; besides, it allocates, which glibc allows.
    let pid = unsafe { survivor.fork_with(|| libc::fork()) };
    assert!(pid >= 0, "fork failed");
    if pid == 0 {
        // SAFETY: no preconditions. It ends a child that hangs.
        unsafe { libc::alarm(20) };
        let outcome = catch_unwind(AssertUnwindSafe(|| child(survivor)));
        // SAFETY: the harness, whose other threads are gone, must not be returned to.
        unsafe { libc::_exit(i32::from(outcome.is_err())) };
    }
    pid
}

/// Waits until the child has ended, and checks that it was content.
fn reap(pid: libc::pid_t) {
    let begin = Instant::now();
    let mut status = 0;
    loop {
        // SAFETY: the pointer leads to this stack.
        let ended = unsafe { libc::waitpid(pid, &mut status, libc::WNOHANG) };
        if ended == pid {
            break;
        }
        assert_eq!(ended, 0, "waitpid failed");
        // The child's alarm comes first.
        assert!(begin.elapsed() < Duration::from_secs(30), "{pid} hangs");
        std::thread::sleep(Duration::from_micros(100));
    }
    assert!(
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        "the child ended with status {status:#x} (0xe: its time was up)"
    );
}

/// Equal numbers, one after the other.
fn update(pair: &mut [u64; 2]) {
    let [left, right] = pair;
    assert_eq!(left, right, "torn");
    *left += 1;
    std::hint::black_box(&*left);
    *right += 1;
}

/// A process with something to lose in a fork.
struct Ship {
    runtime: Arc<Runtime>,
    done: AtomicBool,
    /// Held by the survivor; some of the crew wait for it all the time.
    gate: Lock,
    /// Some of the crew stand in it until they are interrupted.
    line: WaitQueue,
    /// A lock that goes from hand to hand.
    wheel: Lock,
    /// One for each of the crew, biased to it.
    objects: Vec<OnceLock<Biased<[u64; 2]>>>,
    shared: Biased<[u64; 2]>,
    pair: StoppedPair,
    handles: Mutex<Vec<ThreadHandle>>,
    ticks: Vec<AtomicUsize>,
}

const LEAVE: Events = Events::user(3);

fn at_most(time: Duration) -> Limits {
    Limits {
        deadline: Deadline::after(time),
        interrupts: LEAVE,
    }
}

impl Ship {
    fn new(runtime: Arc<Runtime>, size: usize) -> Self {
        let maker = runtime.attach().expect("there is room");
        let shared = Biased::new_shared(&maker, [0, 0]);
        drop(maker);
        let gate = Lock::new();
        assert!(gate.try_acquire());
        Self {
            runtime,
            done: AtomicBool::new(false),
            gate,
            line: WaitQueue::new(),
            wheel: Lock::new(),
            objects: (0..size).map(|_| OnceLock::new()).collect(),
            shared,
            pair: StoppedPair::new(),
            handles: Mutex::new(Vec::new()),
            ticks: (0..size).map(|_| AtomicUsize::new(0)).collect(),
        }
    }

    fn sail(&self, index: usize) {
        let mut thread = self.runtime.attach().expect("there is room");
        let own = self.objects[index].get_or_init(|| Biased::new(&thread, [0, 0]));
        self.handles
            .lock()
            .expect("no panics")
            .push(thread.handle());
        while !self.done.load(Ordering::Relaxed) {
            own.with(&mut thread, update);
            self.work(index, &mut thread);
            self.ticks[index].fetch_add(1, Ordering::Relaxed);
            let _ = thread.poll();
        }
    }

    /// Eight kinds of business in which a fork may find a thread.
    fn work(&self, index: usize, thread: &mut Attached) {
        match index % 8 {
            // Running, or waiting for the GIL.
            0 => {
                for _ in 0..50 {
                    self.shared.with(thread, update);
                    let _ = thread.poll();
                }
            }
            1 => {
                let end = self
                    .gate
                    .acquire(thread, &at_most(Duration::from_millis(2)));
                assert_ne!(end, Acquired::Yes, "the survivor holds it");
            }
            2 => {
                let limits = at_most(Duration::from_millis(5));
                let end = self.line.wait(thread, &limits, None, || true);
                assert!(matches!(end, Wake::TimedOut | Wake::Interrupted));
            }
            3 => thread.safe(|| std::thread::sleep(Duration::from_millis(1))),
            4 => {
                thread.handshake_all(|_| ());
                thread.safe(|| std::thread::sleep(Duration::from_micros(300)));
            }
            5 => {
                let world = thread.stop_the_world();
                self.pair.bump(&world);
                drop(world);
                thread.safe(|| std::thread::sleep(Duration::from_millis(1)));
            }
            // Attaching and ending.
            6 => thread.safe(|| {
                let second = self.runtime.attach().expect("there is room");
                self.pair.read(&second);
            }),
            _ => {
                let limits = at_most(Duration::from_micros(500));
                if self.wheel.acquire(thread, &limits) == Acquired::Yes {
                    thread.safe(std::thread::yield_now);
                    self.wheel.release(thread).expect("it was locked");
                }
            }
        }
    }

    /// All that a survivor should be able to do.
    fn survive(&self, survivor: &mut Mutator) {
        assert_eq!(self.runtime.live_threads(), 1);
        let handles = std::mem::take(&mut *self.handles.lock().expect("no panics"));
        for handle in handles {
            assert!(!handle.is_alive() && !handle.post(LEAVE));
            let asked = survivor.handshake(&handle, |_| panic!("it is no more"));
            assert_eq!(asked, Err(ThreadEnded));
        }
        assert_eq!(survivor.handshake_all(|_| ()), 1);
        {
            let world = survivor.stop_the_world();
            assert_eq!(world.threads().len(), 1);
            self.pair.bump(&world);
        }
        // Nobody stands in line any more.
        assert_eq!(self.line.wake_all(survivor, 0, || ()), 0);
        assert_eq!(self.gate.release(survivor), Ok(()));
        assert!(!self.gate.is_locked(), "handed over to a vanished thread");
        assert_eq!(self.gate.acquire(survivor, &Limits::NONE), Acquired::Yes);
        // Like CPython's, a lock that a vanished thread held stays locked, and anybody
        // may release it.
        match self.wheel.release(survivor) {
            Ok(()) | Err(NotLocked) => assert!(!self.wheel.is_locked()),
        }
        for object in self.objects.iter().filter_map(OnceLock::get) {
            assert!(object.raw().state() != LockState::Held);
            object.with(survivor, update);
            assert_eq!(object.raw().state(), LockState::Free);
        }
        self.shared.with(survivor, update);
        self.found_a_new_crew(survivor);
        assert_eq!(self.runtime.live_threads(), 1);
    }

    /// New threads, who bear the vanished ones' ids, and all ways to meet.
    fn found_a_new_crew(&self, survivor: &mut Mutator) {
        let (here, tokens) = (AtomicUsize::new(0), WaitQueue::new());
        let crew = || {
            let mut thread = self.runtime.attach().expect("there is room");
            here.fetch_add(1, Ordering::Relaxed);
            crew::poll_until(&mut thread, || here.load(Ordering::Relaxed) == 3);
            let own = Biased::new(&thread, [0, 0]);
            for _ in 0..20 {
                own.with(&mut thread, update);
                self.shared.with(&mut thread, update);
                thread.handshake_all(|_| ());
                self.pair.bump(&thread.stop_the_world());
                assert_eq!(
                    self.wheel.acquire(&mut thread, &Limits::NONE),
                    Acquired::Yes
                );
                let _ = thread.poll();
                self.wheel.release(&mut thread).expect("it was locked");
            }
            // The gate is the survivor's, so it must be waited for.
            let end = self.gate.acquire(&mut thread, &at_most(Duration::ZERO));
            assert_eq!(end, Acquired::TimedOut);
            tokens.wait(&mut thread, &Limits::NONE, None, || true);
        };
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(crew);
            }
            let mut woken = 0;
            while woken < 3 {
                woken += tokens.wake_all(survivor, 0, || ());
                self.shared.with(survivor, update);
                let _ = survivor.poll();
                survivor.safe(|| std::thread::sleep(Duration::from_micros(100)));
            }
            survivor.safe(|| crew::eventually("alone", || self.runtime.live_threads() == 1));
        });
    }
}

/// Forks again and again from a process with `size` busy threads.
fn fork_repeatedly(mode: Mode, size: usize, forks: usize) {
    let runtime = crew::runtime(mode);
    runtime.set_switch_interval(Duration::from_millis(1));
    let ship = Ship::new(runtime.clone(), size);
    std::thread::scope(|scope| {
        for index in 0..size {
            let ship = &ship;
            scope.spawn(move || ship.sail(index));
        }
        crew::eventually("all aboard", || {
            ship.handles.lock().expect("no panics").len() == size
        });
        let mut survivor = runtime.attach().expect("there is room");
        for _ in 0..forks {
            let seen: Vec<usize> = ship
                .ticks
                .iter()
                .map(|ticks| ticks.load(Ordering::Relaxed))
                .collect();
            let pid = fork_for(&mut survivor, |survivor| ship.survive(survivor));
            survivor.safe(|| reap(pid));
            ship.pair.read(&survivor);
            let all_moved = || {
                let now = ship.ticks.iter().map(|ticks| ticks.load(Ordering::Relaxed));
                now.zip(&seen).all(|(now, &seen)| now > seen)
            };
            // In the parent everybody goes on.
            survivor.safe(|| crew::eventually("everybody goes on", all_moved));
        }
        ship.done.store(true, Ordering::Relaxed);
        for handle in ship.handles.lock().expect("no panics").iter() {
            handle.post(LEAVE);
        }
        survivor.safe(|| crew::eventually("alone", || runtime.live_threads() == 1));
        for object in ship.objects.iter().filter_map(OnceLock::get) {
            object.with(&mut survivor, update);
        }
        assert_eq!(ship.gate.release(&mut survivor), Ok(()));
        assert!(!ship.gate.is_locked() && !ship.wheel.is_locked());
    });
}

#[test]
fn the_child_of_eight_busy_threads_can_do_everything() {
    let _alone = alone();
    crew::in_both_modes(|mode| fork_repeatedly(mode, 8, crew::rounds(100)));
}

#[test]
fn the_child_of_sixty_four_busy_threads_can_do_everything() {
    let _alone = alone();
    crew::in_both_modes(|mode| fork_repeatedly(mode, 64, crew::rounds(100)));
}

#[test]
fn a_fork_that_fails_changes_nothing() {
    let _alone = alone();
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let (ticks, done) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut thread = runtime.attach().expect("there is room");
                    while !done.load(Ordering::Relaxed) {
                        ticks.fetch_add(1, Ordering::Relaxed);
                        let _ = thread.poll();
                        thread.safe(std::thread::yield_now);
                    }
                });
            }
            let mut main = runtime.attach().expect("there is room");
            crew::poll_until(&mut main, || runtime.live_threads() == 5);
            for _ in 0..20 {
                let inside = ticks.load(Ordering::Relaxed);
                // SAFETY: nothing is forked.
                let result = unsafe {
                    main.fork_with(|| {
                        let before = ticks.load(Ordering::Relaxed);
                        std::thread::sleep(Duration::from_millis(1));
                        assert_eq!(ticks.load(Ordering::Relaxed), before, "it runs");
                        -1
                    })
                };
                assert_eq!(result, -1);
                assert_eq!(runtime.live_threads(), 5);
                crew::poll_until(&mut main, || ticks.load(Ordering::Relaxed) > inside);
            }
            done.store(true, Ordering::Relaxed);
        });
    });
}

#[test]
fn a_child_may_fork_again_and_inside_a_stop() {
    let _alone = alone();
    crew::in_both_modes(|mode| {
        let ship = Ship::new(crew::runtime(mode), 8);
        std::thread::scope(|scope| {
            for index in 0..8 {
                let ship = &ship;
                scope.spawn(move || ship.sail(index));
            }
            crew::eventually("all aboard", || {
                ship.handles.lock().expect("no panics").len() == 8
            });
            let mut survivor = ship.runtime.attach().expect("there is room");
            for _ in 0..5 {
                let mut world = survivor.stop_the_world();
                let pid = fork_for(world.mutator_mut(), |child| {
                    // The stop goes on in the child, over itself.
                    let pid = fork_for(child, |grandchild| ship.pair_up(grandchild));
                    child.safe(|| reap(pid));
                    ship.pair_up(child);
                });
                world.mutator_mut().safe(|| reap(pid));
                drop(world);
                survivor.safe(|| std::thread::sleep(Duration::from_millis(1)));
            }
            ship.done.store(true, Ordering::Relaxed);
        });
    });
}

impl Ship {
    /// What a child can do that was forked inside a stop, which is never ended there.
    fn pair_up(&self, survivor: &mut Mutator) {
        assert_eq!(self.runtime.live_threads(), 1);
        for object in self.objects.iter().filter_map(OnceLock::get) {
            object.with(survivor, update);
        }
        let world = survivor.stop_the_world();
        assert_eq!(world.threads().len(), 1);
        self.pair.bump(&world);
    }
}
