//! Lists and iterators that eight threads use at once. `GRWL_GC_STRESS` makes it collect at every few safepoints.

mod begin;

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use begin::begin;
use grwl_object::list::{List, Selection};
use grwl_object::{Ref, Thread, Tuple, Value, ValueExt, protocol};

const THREADS: usize = 8;

/// Few rounds where each safepoint may be a collection.
fn rounds(count: usize) -> usize {
    if std::env::var_os("GRWL_GC_STRESS").is_some() {
        count / 20 + 1
    } else {
        count
    }
}

/// Runs `act` on eight threads with a value that the calling thread holds.
fn on_all(thread: &mut Thread, shared: Value, act: impl Fn(&mut Thread, Value, usize) + Sync) {
    let address = shared.bits().get();
    let start = Barrier::new(THREADS);
    thread.safe(|| {
        std::thread::scope(|scope| {
            for number in 0..THREADS {
                let (start, act) = (&start, &act);
                scope.spawn(move || {
                    let mut thread = Thread::attach().expect("few threads");
                    thread.safe(|| start.wait());
                    // SAFETY: the thread that made it holds it on its stack until all have ended.
                    let shared = unsafe { Value::from_bits(address) }.expect("a value");
                    act(&mut thread, shared, number);
                });
            }
        });
    });
    assert!(shared.as_cell().is_some());
}

fn list(value: Value) -> Ref<List> {
    value.downcast_exact().expect("the list")
}

fn int(number: usize) -> Value {
    Value::small(number as i64)
}

/// A cell that says its number twice, so that a reader notices if it is not what was stored.
fn boxed(thread: &Thread, number: usize) -> Value {
    Tuple::new(thread, &[int(number), int(number)]).value()
}

fn unboxed(value: Value) -> usize {
    let pair = value.downcast_exact::<Tuple>().expect("a pair");
    assert_eq!(pair.len(), 2);
    assert_eq!(pair.at(0), pair.at(1));
    pair.at(0).as_int().expect("an int") as usize
}

#[test]
fn no_append_is_lost() {
    let thread = &mut begin();
    let each = rounds(2000);
    for _ in 0..rounds(10) {
        let shared = List::new(thread);
        on_all(thread, shared.value(), |thread, shared, who| {
            for step in 0..each {
                let value = boxed(thread, who * each + step);
                list(shared).push(thread, value).expect("memory");
                thread.poll().expect("nothing is raised");
            }
        });
        let mut found: Vec<usize> = (0..shared.len())
            .map(|index| unboxed(shared.get(index).expect("it is there")))
            .collect();
        // Each thread's own are in their order.
        for who in 0..THREADS {
            let own = found.iter().filter(|&&number| number / each == who);
            assert!(own.is_sorted());
        }
        found.sort_unstable();
        assert!(found.into_iter().eq(0..THREADS * each));
    }
}

#[test]
fn readers_see_what_was_stored() {
    let thread = &mut begin();
    for _ in 0..rounds(20) {
        let shared = List::new(thread);
        let each = rounds(2000);
        let done = AtomicBool::new(false);
        on_all(thread, shared.value(), |thread, shared, who| {
            if who == 0 {
                // The list holds 0, 1, 2, ... and now and then begins anew.
                for step in 0..each {
                    let value = boxed(thread, step % 500);
                    if step % 500 == 0 {
                        list(shared).clear(thread);
                    }
                    list(shared).push(thread, value).expect("memory");
                    if step % 7 == 0 {
                        list(shared).pop(thread);
                        list(shared).push(thread, value).expect("memory");
                    }
                    thread.poll().expect("nothing is raised");
                }
                done.store(true, Ordering::Release);
                return;
            }
            while !done.load(Ordering::Acquire) {
                let length = list(shared).len();
                for index in [0, length / 2, length.saturating_sub(1), length] {
                    if let Some(value) = list(shared).get(index) {
                        assert_eq!(unboxed(value), index);
                    }
                }
                if let Some(value) = list(shared).get_signed(-1) {
                    unboxed(value);
                }
                if who % 2 == 0 {
                    let copy = list(shared).snapshot(thread).expect("memory");
                    for (index, &value) in copy.iter().enumerate() {
                        assert_eq!(unboxed(value), index);
                    }
                }
                thread.poll().expect("nothing is raised");
            }
        });
    }
}

#[test]
fn what_is_taken_is_taken_once() {
    let thread = &mut begin();
    for _ in 0..rounds(10) {
        let each = rounds(1000);
        let shared = List::new(thread);
        for number in 0..THREADS * each {
            let value = boxed(thread, number);
            shared.push(thread, value).expect("memory");
        }
        let taken = List::new(thread);
        let both = Tuple::new(thread, &[shared.value(), taken.value()]);
        on_all(thread, both.value(), |thread, both, who| {
            let both = both.downcast_exact::<Tuple>().expect("a pair");
            let (shared, taken) = (list(both.at(0)), list(both.at(1)));
            let mut step = who;
            loop {
                step += 1;
                let value = match step % 3 {
                    0 => shared.pop(thread),
                    1 => shared.remove_at(thread, 0),
                    _ => shared.remove_at(thread, -2),
                };
                if let Some(value) = value {
                    taken.push(thread, value).expect("memory");
                } else if shared.is_empty() {
                    return;
                }
                thread.poll().expect("nothing is raised");
            }
        });
        let mut found: Vec<usize> = (0..taken.len())
            .map(|index| unboxed(taken.get(index).expect("it is there")))
            .collect();
        found.sort_unstable();
        assert!(found.into_iter().eq(0..THREADS * each));
    }
}

#[test]
fn sorting_numbers_loses_no_append() {
    let thread = &mut begin();
    for length in [100, 4000] {
        for _ in 0..rounds(10) {
            let shared = List::new(thread);
            for number in (0..length).rev() {
                shared.push(thread, int(number)).expect("memory");
            }
            let each = rounds(100);
            on_all(thread, shared.value(), |thread, shared, who| {
                for step in 0..each {
                    if who < 2 {
                        list(shared).sort(thread, None, who == 1).expect("integers");
                    } else {
                        let value = int(length + who * each + step);
                        list(shared).push(thread, value).expect("memory");
                        let copy = list(shared).copy_selection(thread, |length| {
                            Selection::range(length.saturating_sub(10), length)
                        });
                        assert!(!copy.expect("memory").is_empty());
                    }
                    thread.poll().expect("nothing is raised");
                }
            });
            shared.sort(thread, None, false).expect("integers");
            let expected = (0..length).chain(length + 2 * each..length + THREADS * each);
            let found = shared.snapshot(thread).expect("memory");
            assert!(found.iter().copied().eq(expected.map(int)));
        }
    }
}

#[test]
fn moving_elements_shows_only_elements() {
    let thread = &mut begin();
    for _ in 0..rounds(10) {
        let shared = List::new(thread);
        for number in 0..100 {
            let value = boxed(thread, number);
            shared.push(thread, value).expect("memory");
        }
        let each = rounds(500);
        on_all(thread, shared.value(), |thread, shared, who| {
            let shared = list(shared);
            for step in 0..each {
                match (who + step) % 6 {
                    0 => shared.reverse(thread),
                    1 => {
                        let value = boxed(thread, step % 100);
                        shared.insert(thread, 3, value).expect("memory");
                    }
                    2 => drop(shared.remove_at(thread, 5)),
                    3 => {
                        let value = [boxed(thread, 1), boxed(thread, 2)];
                        let range = |length: usize| Selection::range(length / 2, length / 2 + 3);
                        shared.splice(thread, range, &value).expect("memory");
                    }
                    4 => {
                        let every = |length: usize| Selection {
                            start: 0,
                            step: 40,
                            count: length.div_ceil(40),
                        };
                        shared.delete(thread, every).expect("memory");
                    }
                    _ => {
                        let iterator = protocol::get_iter(thread, shared.value()).expect("a list");
                        while let Some(value) = protocol::next(thread, iterator).expect("a list") {
                            assert!(unboxed(value) < 100);
                        }
                    }
                }
                thread.poll().expect("nothing is raised");
            }
        });
        for index in 0..shared.len() {
            assert!(unboxed(shared.get(index).expect("no holes")) < 100);
        }
        assert_eq!(shared.get(shared.len()), None);
    }
}

#[test]
fn shared_iterators_give_only_elements() {
    let thread = &mut begin();
    for _ in 0..rounds(20) {
        let numbers = List::new(thread);
        for number in 0..500 {
            let value = boxed(thread, number);
            numbers.push(thread, value).expect("memory");
        }
        let of_list = protocol::get_iter(thread, numbers.value()).expect("a list");
        let of_range =
            grwl_object::range::Range::new(thread, int(7), int(700), int(3)).iter(thread);
        let both = Tuple::new(thread, &[of_list, of_range]).value();
        on_all(thread, both, |thread, both, _| {
            let both = both.downcast_exact::<Tuple>().expect("a pair");
            let mut last = 0;
            while let Some(value) = protocol::next(thread, both.at(0)).expect("a list") {
                let number = unboxed(value);
                assert!(number < 500);
                last = last.max(number);
                thread.poll().expect("nothing is raised");
            }
            while let Some(value) = protocol::next(thread, both.at(1)).expect("a range") {
                let number = value.as_int().expect("an int");
                assert!((7..700).contains(&number) && number % 3 == 1);
                thread.poll().expect("nothing is raised");
            }
        });
        assert_eq!(protocol::next(thread, of_list), Ok(None));
        assert_eq!(protocol::next(thread, of_range), Ok(None));
    }
}
