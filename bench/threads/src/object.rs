//! The object that the workloads read and write: a lock, a length and four slots, as
//! a heap object has them, on one cache line of its own. Only the kind of lock
//! differs between workloads, so the slots lie the same way in all.
//!
//! The slot's index follows the counter of the loop ([`repeat`]), which is hidden
//! from the compiler. So no loop is unrolled, vectorised or folded into its last
//! iteration, with or without a lock.

use std::sync::atomic::{AtomicU64, Ordering};

use grwl_threads::{BiasedLock, Mutator};

const SLOTS: u64 = 4;

/// An object under a lock of type `L`. See the module's head.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub struct Object<L> {
    /// Its lock.
    pub lock: L,
    length: AtomicU64,
    slots: [AtomicU64; SLOTS as usize],
}

const _: () = assert!(size_of::<[AtomicU64; SLOTS as usize + 1]>() < 64 - size_of::<u64>());

impl Object<BiasedLock> {
    /// An object that is biased to the calling thread.
    pub fn biased(mutator: &Mutator) -> Box<Self> {
        Self::under(BiasedLock::biased(mutator))
    }

    /// An object that is shared from birth.
    pub fn shared() -> Box<Self> {
        Self::under(BiasedLock::shared())
    }
}

impl<L> Object<L> {
    /// An object under this lock.
    pub fn under(lock: L) -> Box<Self> {
        let slots = Default::default();
        Box::new(Self {
            lock,
            length: AtomicU64::new(0),
            slots,
        })
    }

    /// The mutation: stores into one of the slots.
    #[inline(always)]
    pub fn store(&self, value: u64) {
        self.slots[(value % SLOTS) as usize].store(value, Ordering::Relaxed);
    }

    /// A mutation that looks before it stores, as an append does: the length says where
    /// (counted round), and grows.
    #[inline(always)]
    pub fn append(&self, value: u64) {
        let length = self.length.load(Ordering::Relaxed);
        self.slots[(length % SLOTS) as usize].store(value, Ordering::Release);
        self.length.store(length + 1, Ordering::Release);
    }

    /// What a lock-free reader does: loads one of the slots.
    #[inline(always)]
    pub fn load(&self, which: u64) -> u64 {
        self.slots[(which % SLOTS) as usize].load(Ordering::Acquire)
    }
}

/// The loop of all workloads: `act` with 0, 1, 2 and so on. The counter is opaque.
///
/// The loop begins at the beginning of a cache line of code, or little behind it: a loop of
/// five instructions that happens to lie across two lines takes several times as long.
#[inline(always)]
pub fn repeat(iterations: u64, mut act: impl FnMut(u64)) {
    let mut i = aligned_zero();
    while i < iterations {
        i = opaque(i);
        act(i);
        i += 1;
    }
}

/// Zero, with an alignment of the code behind it.
#[inline(always)]
fn aligned_zero() -> u64 {
    let zero;
    // SAFETY: the assembler fills up with instructions that do nothing.
    unsafe {
        std::arch::asm!(
            ".p2align 6",
            "/* {0} */",
            inlateout(reg) 0u64 => zero,
            options(nostack, preserves_flags)
        );
    }
    zero
}

/// `value`, about which the compiler knows nothing any more. It stays in its
/// register and no instruction is added (`std::hint::black_box` sends it through
/// memory, which would cost more than what is measured here).
#[inline(always)]
fn opaque(mut value: u64) -> u64 {
    // SAFETY: no instructions; the register's content stays as it is.
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) value, options(nomem, nostack, preserves_flags));
    }
    value
}
