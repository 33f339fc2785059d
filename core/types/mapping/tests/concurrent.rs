//! Dicts and sets that eight threads use at once. `GRWL_GC_STRESS` makes it collect at every few safepoints.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use grwl_object::dict::{Dict, Outcome};
use grwl_object::set::Set;
use grwl_object::{Cell, Ref, Str, Thread, Value, ValueExt, world};

const THREADS: usize = 8;

/// Few rounds where each safepoint may be a collection.
fn rounds(count: usize) -> usize {
    if std::env::var_os("GRWL_GC_STRESS").is_some() {
        count / 20 + 1
    } else {
        count
    }
}

fn attach() -> grwl_object::OwnThread {
    world::for_tests();
    Thread::attach().expect("few threads")
}

/// Runs `act` on eight threads with a container that the calling thread has made and holds.
fn on_all<T: Cell>(
    thread: &mut Thread,
    shared: Ref<T>,
    act: impl Fn(&mut Thread, Ref<T>, usize) + Sync,
) {
    let address = shared.value().bits().get();
    let start = Barrier::new(THREADS);
    thread.safe(|| {
        std::thread::scope(|scope| {
            for number in 0..THREADS {
                let (start, act) = (&start, &act);
                scope.spawn(move || {
                    let mut thread = Thread::attach().expect("few threads");
                    thread.safe(|| start.wait());
                    // SAFETY: the thread that made it holds it on its stack until all have ended.
                    let value = unsafe { Value::from_bits(address) }.expect("a cell");
                    let shared = value.downcast_exact::<T>().expect("the container");
                    act(&mut thread, shared, number);
                });
            }
        });
    });
    assert!(shared.value().downcast_exact::<T>().is_some());
}

fn int(value: usize) -> Value {
    Value::small(value as i64)
}

fn number(value: Value) -> usize {
    value.as_int().expect("an int") as usize
}

/// The number's text, as a new string each time.
fn text(thread: &Thread, value: usize) -> Value {
    Str::new(thread, &format!("key {value}")).value()
}

#[test]
fn setdefault_has_one_winner() {
    let mut thread = attach();
    for round in 0..rounds(60) {
        let dict = Dict::new(&thread);
        let keys = 40;
        let winners: Vec<AtomicUsize> = (0..keys).map(|_| AtomicUsize::new(0)).collect();
        let sums: Vec<AtomicUsize> = (0..keys).map(|_| AtomicUsize::new(0)).collect();
        on_all(&mut thread, dict, |thread, dict, who| {
            for step in 0..keys {
                // Half of them go through the keys backwards.
                let key = if who % 2 == 0 { step } else { keys - 1 - step };
                let name = if round % 2 == 0 {
                    text(thread, key)
                } else {
                    int(key)
                };
                let outcome = dict.insert_absent(thread, name, int(who + 1)).unwrap();
                let seen = match outcome {
                    Outcome::Existing(seen) => number(seen),
                    Outcome::New => {
                        winners[key].fetch_add(1, Ordering::Relaxed);
                        who + 1
                    }
                };
                sums[key].fetch_add(seen, Ordering::Relaxed);
                thread.poll().unwrap();
            }
        });
        assert_eq!(dict.len(), keys);
        for (key, (winners, sum)) in winners.iter().zip(&sums).enumerate() {
            assert_eq!(winners.load(Ordering::Relaxed), 1, "key {key}");
            // All have seen the winner's value.
            assert_eq!(sum.load(Ordering::Relaxed) % THREADS, 0, "key {key}");
        }
    }
}

#[test]
fn no_completed_write_is_lost() {
    let mut thread = attach();
    for _ in 0..rounds(20) {
        let dict = Dict::new(&thread);
        let each = rounds(400);
        on_all(&mut thread, dict, |thread, dict, who| {
            for step in 0..each {
                let key = who * 100_000 + step;
                dict.insert(thread, int(key), int(key + 7)).unwrap();
                let name = text(thread, key);
                dict.insert(thread, name, int(key)).unwrap();
                if step % 3 == 0 {
                    let removed = dict.remove(thread, int(key)).unwrap();
                    assert_eq!(removed, Some(int(key + 7)));
                }
                // What this thread has done is done.
                let found = dict.get(thread, int(key)).unwrap();
                assert_eq!(found, (step % 3 != 0).then(|| int(key + 7)));
                thread.poll().unwrap();
            }
        });
        let mut expected = 0;
        for who in 0..THREADS {
            for step in 0..each {
                let key = who * 100_000 + step;
                let found = dict.get(&mut thread, int(key)).unwrap();
                assert_eq!(found, (step % 3 != 0).then(|| int(key + 7)));
                let name = text(&thread, key);
                assert_eq!(dict.get(&mut thread, name).unwrap(), Some(int(key)));
                expected += 1 + usize::from(step % 3 != 0);
            }
        }
        assert_eq!(dict.len(), expected);
        assert_eq!(dict.cursor().count(), expected);
    }
}

/// The value of a key says which key it is of.
const KEYS: usize = 97;

#[test]
fn readers_never_see_a_wrong_pair() {
    let mut thread = attach();
    for _ in 0..rounds(10) {
        let dict = Dict::new(&thread);
        let is_over = AtomicBool::new(false);
        let writers = AtomicUsize::new(2);
        let reads = AtomicUsize::new(0);
        on_all(&mut thread, dict, |thread, dict, who| {
            if who < 2 {
                let mut step = 0;
                // At least as long as it takes the readers to come along.
                while step < rounds(6000) || reads.load(Ordering::Relaxed) < 100 {
                    step += 1;
                    let key = (step * 31 + who) % KEYS;
                    match step % 11 {
                        0..7 => {
                            let value = int(key + KEYS * step);
                            dict.insert(thread, int(key), value).unwrap();
                        }
                        7 | 8 => drop(dict.remove(thread, int(key)).unwrap()),
                        9 => drop(dict.pop_last(thread)),
                        _ if step % 1000 == 10 => dict.clear(thread),
                        _ => {}
                    }
                    if step % 512 == 0 {
                        thread.safe(std::thread::yield_now);
                    }
                    thread.poll().unwrap();
                }
                if writers.fetch_sub(1, Ordering::Relaxed) == 1 {
                    is_over.store(true, Ordering::Relaxed);
                }
                return;
            }
            let mut step = who;
            while !is_over.load(Ordering::Relaxed) {
                step += 1;
                let key = step % KEYS;
                if let Some(value) = dict.get(thread, int(key)).unwrap() {
                    assert_eq!(number(value) % KEYS, key);
                    reads.fetch_add(1, Ordering::Relaxed);
                }
                if step % 64 == 0 {
                    for (key, value, _) in dict.cursor() {
                        assert_eq!(number(value) % KEYS, number(key));
                    }
                    let copy = dict.copy(thread).unwrap();
                    let mut seen = [false; KEYS];
                    for (key, value, _) in copy.cursor() {
                        assert_eq!(number(value) % KEYS, number(key));
                        assert!(!std::mem::replace(&mut seen[number(key)], true), "twice");
                    }
                    assert_eq!(seen.iter().filter(|&&seen| seen).count(), copy.len());
                }
                thread.poll().unwrap();
            }
        });
        assert_eq!(dict.len(), dict.cursor().count());
    }
}

#[test]
fn every_item_is_popped_once() {
    let mut thread = attach();
    for round in 0..rounds(20) {
        let dict = Dict::new(&thread);
        let count = rounds(4000);
        for key in 0..count {
            dict.insert(&mut thread, int(key), int(key * 2)).unwrap();
        }
        let popped: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
        on_all(&mut thread, dict, |thread, dict, who| {
            let mut next = who;
            loop {
                let pair = if round % 2 == 0 || who % 2 == 0 {
                    dict.pop_last(thread)
                } else {
                    next = (next + 13) % count;
                    let value = dict.remove(thread, int(next)).unwrap();
                    value.map(|value| (int(next), value))
                };
                match pair {
                    Some((key, value)) => {
                        assert_eq!(number(value), number(key) * 2);
                        popped[number(key)].fetch_add(1, Ordering::Relaxed);
                    }
                    None if dict.is_empty() => break,
                    None => {}
                }
                thread.poll().unwrap();
            }
        });
        assert!(
            popped
                .iter()
                .all(|times| times.load(Ordering::Relaxed) == 1)
        );
        assert_eq!(dict.last_item(), None);
    }
}

#[test]
fn every_element_is_added_and_taken_once() {
    let mut thread = attach();
    for _ in 0..rounds(30) {
        let set = Set::new(&thread);
        let count = 300;
        let added = AtomicUsize::new(0);
        on_all(&mut thread, set, |thread, set, who| {
            for step in 0..count {
                let element = (step * 7 + who * 37) % count;
                let element = if element % 2 == 0 {
                    int(element)
                } else {
                    text(thread, element)
                };
                if set.add(thread, element).unwrap() {
                    added.fetch_add(1, Ordering::Relaxed);
                }
                assert!(set.contains(thread, element).unwrap());
                thread.poll().unwrap();
            }
        });
        assert_eq!(added.load(Ordering::Relaxed), count);
        assert_eq!(set.len(), count);
        let taken = AtomicUsize::new(0);
        on_all(&mut thread, set, |thread, set, who| {
            for step in 0..count {
                let element = (step * 11 + who * 41) % count;
                let element = if element % 2 == 0 {
                    int(element)
                } else {
                    text(thread, element)
                };
                let is_taken = if step % 5 == 0 {
                    set.pop(thread).is_some()
                } else {
                    set.remove(thread, element).unwrap()
                };
                taken.fetch_add(usize::from(is_taken), Ordering::Relaxed);
                thread.poll().unwrap();
            }
        });
        assert_eq!(taken.load(Ordering::Relaxed), count);
        assert!(set.is_empty());
    }
}

#[test]
fn a_key_that_came_resets_the_version() {
    let mut thread = attach();
    let dict = Dict::new(&thread);
    let inserted = AtomicUsize::new(0);
    let came = AtomicUsize::new(0);
    let name = |thread: &Thread, number: usize| grwl_object::intern(thread, &format!("n{number}"));
    let count = 2000;
    on_all(&mut thread, dict, |thread, dict, who| {
        if who == 0 {
            for number in 0..count {
                let name = name(thread, number);
                dict.set_str(thread, name, int(number)).unwrap();
                inserted.store(number + 1, Ordering::Release);
                if number % 16 == 0 {
                    thread.safe(std::thread::yield_now);
                }
                thread.poll().unwrap();
            }
            return;
        }
        // A cache as the interpreter keeps one: "as long as the dict has this version, the key is not there".
        let mut step = 0;
        while inserted.load(Ordering::Acquire) < count {
            let wanted = name(
                thread,
                (inserted.load(Ordering::Acquire) + 3).min(count - 1),
            );
            let version = dict.keys_version(thread);
            if dict.get_str(wanted).is_none() {
                for _ in 0..200 {
                    if dict.get_str(wanted).is_some() {
                        let now = dict.peek_keys_version();
                        assert_ne!(now, version, "the version outlived the key's absence");
                        came.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                    thread.poll().unwrap();
                }
            }
            step += 1;
            if step % 8 == 0 {
                thread.poll().unwrap();
            }
        }
    });
    assert_eq!(dict.len(), count);
    assert!(came.load(Ordering::Relaxed) > 0, "no thread saw a key come");
}
