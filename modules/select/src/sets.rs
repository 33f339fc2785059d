//! `select`.

use std::time::Duration;

use grwl_module_posix::call::errno;
use grwl_module_posix::path::open_file;
use grwl_object::list::List;
use grwl_object::{Args, Buffer, PyResult, Thread, Tuple, Value, ValueExt, none, protocol};

use crate::limit::{self, Limit};

const MOST: usize = libc::FD_SETSIZE;

/// Files, and the set of their numbers.
struct Files {
    objects: Buffer,
    numbers: Vec<i32>,
    set: libc::fd_set,
}

fn empty() -> libc::fd_set {
    // SAFETY: an empty set is all zeroes.
    unsafe { std::mem::zeroed() }
}

impl Files {
    fn new(thread: &mut Thread, given: Value) -> PyResult<Self> {
        if !protocol::iterate::is_sequence(given)
            && given.class().slot(grwl_object::slots::ITER).is_none()
        {
            return Err(thread.type_error("arguments 1-3 must be sequences"));
        }
        // A list is taken as it is when its turn comes: `fileno` may change it.
        let list = given.downcast::<List>();
        let others = match list {
            Some(_) => Buffer::new(),
            None => protocol::collect(thread, given)?,
        };
        let mut objects = Buffer::new();
        let mut numbers = Vec::new();
        loop {
            let next = match list {
                Some(list) => list.get(numbers.len()),
                None => others.get(numbers.len()).copied(),
            };
            let Some(object) = next else { break };
            objects.push(thread, object)?;
            let number = open_file(thread, object)?;
            if number as usize >= MOST {
                return Err(thread.value_error("filedescriptor out of range in select()"));
            }
            if numbers.len() >= MOST {
                return Err(thread.value_error("too many file descriptors in select()"));
            }
            numbers.push(number);
        }
        Ok(Self {
            objects,
            numbers,
            set: empty(),
        })
    }

    /// Puts all into the set; the highest number, or -1.
    fn fill(&mut self) -> i32 {
        self.set = empty();
        for &number in &self.numbers {
            // SAFETY: the numbers are below the size of a set.
            unsafe { libc::FD_SET(number, &raw mut self.set) };
        }
        self.numbers.iter().copied().max().unwrap_or(-1)
    }

    /// A list of those that are in the set.
    fn found(&self, thread: &Thread) -> PyResult {
        let mut found = Buffer::new();
        for (&object, &number) in self.objects.iter().zip(&self.numbers) {
            // SAFETY: as above.
            if unsafe { libc::FD_ISSET(number, &raw const self.set) } {
                found.push(thread, object)?;
            }
        }
        Ok(List::from_buffer(thread, found).value())
    }
}

pub(crate) fn select(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [reads, writes, exceptional, timeout] = args.unpack::<4>(thread, "select", 3)?;
    let time = limit::seconds(thread, timeout, "timeout must be a float or None")?;
    let length = match time {
        None => None,
        Some(time) => match u64::try_from(time) {
            Ok(time) => Some(Duration::from_nanos(time)),
            Err(_) => return Err(thread.value_error("timeout must be non-negative")),
        },
    };
    let mut reads = Files::new(thread, reads.unwrap_or_else(none))?;
    let mut writes = Files::new(thread, writes.unwrap_or_else(none))?;
    let mut exceptional = Files::new(thread, exceptional.unwrap_or_else(none))?;
    let mut limit = Limit::new(length);
    loop {
        let most = reads.fill().max(writes.fill()).max(exceptional.fill());
        // Rounded up: a wait must not end early.
        let micros = limit.portion().as_nanos().div_ceil(1000);
        let mut time = libc::timeval {
            tv_sec: (micros / 1_000_000) as libc::time_t,
            tv_usec: (micros % 1_000_000) as libc::suseconds_t,
        };
        let time = &raw mut time;
        let sets = [
            &raw mut reads.set,
            &raw mut writes.set,
            &raw mut exceptional.set,
        ];
        let (count, errno) = thread.safe(|| {
            // SAFETY: sets and a time that live here.
            let count = unsafe { libc::select(most + 1, sets[0], sets[1], sets[2], time) };
            (count, errno())
        });
        if count > 0 || count == 0 && !limit.goes_on(thread)? {
            break;
        }
        if count == 0 {
            continue;
        }
        if errno != libc::EINTR {
            return Err(thread.os_error(errno));
        }
        thread.poll()?;
        if limit.is_over() {
            for files in [&mut reads, &mut writes, &mut exceptional] {
                files.set = empty();
            }
            break;
        }
    }
    let lists = [
        reads.found(thread)?,
        writes.found(thread)?,
        exceptional.found(thread)?,
    ];
    Ok(Tuple::try_new(thread, &lists)?.value())
}
