//! Readers of one object: does reading together cost anything?
//!
//! One iteration is: load one slot of an object that is biased to another
//! thread, without any lock, and pass a safepoint. The same loop runs
//! alone, on two threads that share the object, and in two processes that share
//! nothing. Two cores of one machine may slow each other down for reasons of
//! their own (shared caches, clock speed, hyper-threads); the two processes pay
//! for all that too, so the two threads are held against them.
//!
//! The time is the mean of the readers' own processor times, from the common start
//! on. A reader that slept would not show in it, so it is checked that none did.

use std::ops::Range;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use grwl_threads::{BiasedLock, Mutator};

use crate::clock::{Moment, timed_on_cpu, times_slept};
use crate::crew::on_each;
use crate::object::{Object, repeat};
use crate::{Workload, rwlock_runtime};

/// The program's hidden argument: become a reader process. Behind it stand the
/// core, the start and the number of iterations.
pub const CHILD_ARGUMENT: &str = "--reader-process";

/// How long readers get to be there before their start.
const MUSTER: Duration = Duration::from_millis(20);

/// One thread reads.
pub fn alone() -> Workload {
    on_threads(1)
}

/// Two threads read the same object.
pub fn two_threads() -> Workload {
    on_threads(2)
}

fn on_threads(count: usize) -> Workload {
    Box::new(move |iterations| {
        let start = Moment::in_the(MUSTER);
        mean(&read_together(0..count, start, iterations))
    })
}

/// Two processes read, each its own object. Only for programs that hand
/// [`CHILD_ARGUMENT`] to [`child`].
pub fn two_processes() -> Workload {
    Box::new(|iterations| {
        let start = Moment::in_the(MUSTER);
        let children = [0, 1].map(|core| spawn_child(core, start, iterations));
        mean(&children.map(answer_of))
    })
}

fn spawn_child(core: usize, start: Moment, iterations: u64) -> Child {
    let program = std::env::current_exe().expect("the program has a path");
    let mut command = Command::new(program);
    command.arg(CHILD_ARGUMENT);
    command.args([core as u64, start.0, iterations].map(|word| word.to_string()));
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.spawn().expect("the program can start itself")
}

fn answer_of(child: Child) -> Duration {
    let output = child.wait_with_output().expect("a child ends");
    assert!(output.status.success(), "a reader process failed");
    let nanos = String::from_utf8_lossy(&output.stdout).trim().parse();
    Duration::from_nanos(nanos.expect("a reader process prints its time"))
}

/// The life of a reader process; prints its time in nanoseconds. `None` if the
/// arguments are not those of one.
pub fn child(arguments: &[String]) -> Option<()> {
    let words: Result<Vec<u64>, _> = arguments.iter().map(|word| word.parse()).collect();
    let &[core, start, iterations] = words.ok()?.as_slice() else {
        return None;
    };
    let core = core as usize;
    let times = read_together(core..core + 1, Moment(start), iterations);
    println!("{}", mean(&times).as_nanos());
    Some(())
}

/// A thread on each of the cores reads one object, whose owner is Safe meanwhile.
fn read_together(cores: Range<usize>, start: Moment, iterations: u64) -> Vec<Duration> {
    let runtime = rwlock_runtime();
    let mut owner = runtime.attach().expect("the first thread");
    let object = Object::biased(&owner);
    owner.safe(|| {
        on_each(cores, || {
            let mut mutator = runtime.attach().expect("there are few threads");
            start.wait();
            let slept = times_slept();
            let time = timed_on_cpu(|| {
                std::hint::black_box(read(&object, &mut mutator, iterations));
            });
            assert_eq!(times_slept(), slept, "a reader slept");
            time
        })
    })
}

#[inline(never)]
fn read(object: &Object<BiasedLock>, mutator: &mut Mutator, iterations: u64) -> u64 {
    let mut sum = 0u64;
    repeat(iterations, |i| {
        sum = sum.wrapping_add(object.load(i));
        let events = mutator.poll();
        debug_assert!(events.is_empty());
    });
    sum
}

fn mean(times: &[Duration]) -> Duration {
    times.iter().sum::<Duration>() / times.len() as u32
}
