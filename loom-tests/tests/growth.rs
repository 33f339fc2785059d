//! Growth: strings of several lengths in one memory, each of which any thread may lengthen (`core/object/src/string/growth.rs`).
//!
//! The rule and nothing else: bytes below `used` belong to strings for ever; who moves `used` from the end of its string may write behind it, and publishes the
//! longer string afterwards. The move itself is Relaxed: whoever reads bytes has the string that ends behind them from its maker.
#![cfg(loom)]

use std::sync::Arc;

use grwl_threads::sync::weaken;
use grwl_threads::sync::{AtomicPtr, AtomicUsize, Mutex, Ordering, UnsafeCell};
use loom_tests::{Weakening, check, fails_without, spawn_detached};

/// Memory with room for some bytes.
struct Growth {
    used: AtomicUsize,
    bytes: Vec<UnsafeCell<u8>>,
}

// SAFETY: a byte is written by who has claimed it, before it is published; loom checks it.
unsafe impl Sync for Growth {}
// SAFETY: as above.
unsafe impl Send for Growth {}

impl Growth {
    fn new(bytes: &[u8], capacity: usize) -> Arc<Self> {
        let this = Self {
            used: AtomicUsize::new(bytes.len()),
            bytes: (0..capacity).map(|_| UnsafeCell::new(0)).collect(),
        };
        this.write(0, bytes);
        Arc::new(this)
    }

    fn write(&self, at: usize, bytes: &[u8]) {
        for (place, &byte) in self.bytes[at..].iter().zip(bytes) {
            // SAFETY: the caller has claimed them.
            place.with_mut(|place| unsafe { *place = byte });
        }
    }

    fn claim(&self, end: usize, count: usize) -> bool {
        if end + count > self.bytes.len() {
            return false;
        }
        if weaken::active(Weakening::GrowthClaim) {
            let is_free = self.used.load(Ordering::Relaxed) == end;
            if is_free {
                self.used.store(end + count, Ordering::Relaxed);
            }
            return is_free;
        }
        self.used
            .compare_exchange(end, end + count, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}

/// A string: the first bytes of a memory.
#[derive(Clone)]
struct Text {
    memory: Arc<Growth>,
    length: usize,
}

impl Text {
    fn read(&self) -> Vec<u8> {
        let bytes = &self.memory.bytes[..self.length];
        bytes
            .iter()
            // SAFETY: they belong to the string.
            .map(|byte| byte.with(|byte| unsafe { *byte }))
            .collect()
    }

    fn append(&self, more: &[u8]) -> Self {
        let length = self.length + more.len();
        let memory = if self.memory.claim(self.length, more.len()) {
            self.memory.clone()
        } else {
            let memory = Growth::new(&self.read(), length + 2);
            memory.used.store(length, Ordering::Relaxed);
            memory
        };
        memory.write(self.length, more);
        Self { memory, length }
    }
}

/// Where a thread leaves a string for others.
#[expect(clippy::vec_box, reason = "what is published must not move")]
struct Slot {
    text: AtomicPtr<Text>,
    kept: Mutex<Vec<Box<Text>>>,
}

impl Slot {
    fn new() -> Self {
        Self {
            text: AtomicPtr::new(std::ptr::null_mut()),
            kept: Mutex::new(Vec::new()),
        }
    }

    fn publish(&self, text: Text) {
        let mut kept = self.kept.lock();
        kept.push(Box::new(text));
        let text = std::ptr::from_mut(&mut **kept.last_mut().expect("just pushed"));
        drop(kept);
        // Release: partner is the Acquire in `load`.
        let order = weaken::ordering(Weakening::Publish, Ordering::Release);
        self.text.store(text, order);
    }

    fn load(&self) -> Option<Text> {
        // SAFETY: published texts live as long as the slot.
        unsafe { self.text.load(Ordering::Acquire).as_ref() }.cloned()
    }
}

/// Two threads lengthen one string, one of them twice; a third reads what it finds and lengthens that.
fn growing_string() {
    let text = Text {
        memory: Growth::new(b"a", 4),
        length: 1,
    };
    let slot = Arc::new(Slot::new());
    let writer = spawn_detached({
        let (text, slot) = (text.clone(), slot.clone());
        move || {
            let longer = text.append(b"x");
            slot.publish(longer.clone());
            assert_eq!(longer.append(b"y").read(), b"axy");
        }
    });
    let other = text.append(b"p");
    assert_eq!(other.read(), b"ap");
    if let Some(found) = slot.load() {
        assert_eq!(found.append(b"z").read(), b"axz");
        assert_eq!(found.read(), b"ax");
    }
    writer.join().expect("writer");
    assert_eq!(other.read(), b"ap");
    assert_eq!(text.read(), b"a");
    assert_eq!(slot.load().expect("published").read(), b"ax");
}

#[test]
fn string_lengthened_by_two() {
    check(growing_string);
}

#[test]
#[should_panic]
fn memory_claimed_by_two() {
    fails_without(Weakening::GrowthClaim, growing_string);
}

#[test]
#[should_panic = "Causality violation"]
fn string_published_relaxed() {
    fails_without(Weakening::Publish, growing_string);
}
