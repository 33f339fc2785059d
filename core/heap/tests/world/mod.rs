//! What the tests share: a little type system on top of the heap, and ways to run a test under
//! every configuration.

#![allow(dead_code)] // Each test binary uses its own part.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use grwl_heap::{
    CellPtr, CellType, Collection, Header, Heap, HeapConfig, Kind, Report, Size, ThreadHeap, Trace,
};
use grwl_threads::{Attached, BiasedLock, Config, Mode, Mutator, Runtime};

/// A type, as the header's type word sees it.
#[repr(C)]
pub struct Type {
    _header: [u64; 2],
    cell_type: *const CellType,
}

// SAFETY: it is never changed.
unsafe impl Sync for Type {}

macro_rules! types {
    ($($name:ident: $size:expr, $trace:expr, $drop:expr;)*) => {
        $(pub static $name: Type = Type {
            _header: [0; 2],
            cell_type: &CellType { trace: $trace, size: $size, drop: $drop, name: stringify!($name) },
        };)*
    };
}

types! {
    // Word 2 is the cell type of its instances.
    TYPE: Size::Fixed(40), Trace::Nothing, None;
    // Word 2 is an identity, words 3 and 4 are pointers.
    NODE: Size::Fixed(40), Trace::Words { offset: 24, count: 2 }, None;
    // Word 2 is the number of words that follow.
    ARRAY: Size::Varying(array_size), Trace::Counted { offset: 24, count_at: 16 }, None;
    LEAF: Size::Fixed(32), Trace::Nothing, None;
    BYTES: Size::Varying(array_size), Trace::Nothing, None;
    // Word 2 is a Box<u64>, word 3 a pointer.
    OWNER: Size::Fixed(32), Trace::Custom(trace_owner), Some(drop_owner);
    // Word 2 is the weak target, not traced; word 3 an identity.
    WEAK: Size::Fixed(32), Trace::Nothing, None;
}

/// Boxes that live owners own.
pub static OWNED: AtomicUsize = AtomicUsize::new(0);

unsafe fn array_size(cell: CellPtr) -> usize {
    24 + 8 * field(cell, 2).load(Ordering::Relaxed) as usize
}

unsafe fn trace_owner(cell: CellPtr, tracer: &mut grwl_heap::Tracer<'_>) {
    tracer.word(field(cell, 3).load(Ordering::Relaxed));
}

unsafe fn drop_owner(cell: CellPtr) {
    let owned = field(cell, 2).swap(0, Ordering::Relaxed);
    assert_ne!(owned, 0, "dropped twice");
    // SAFETY: `new_owner` put a box there.
    let value = unsafe { *Box::from_raw(owned as *mut u64) };
    assert_eq!(value, 77);
    OWNED.fetch_sub(1, Ordering::Relaxed);
}

/// Word `index` of a cell.
pub fn field<'a>(cell: CellPtr, index: usize) -> &'a AtomicU64 {
    // SAFETY: tests name only words that the cell's type has.
    unsafe { &*cell.as_ptr().cast::<AtomicU64>().add(index) }
}

pub fn get(cell: CellPtr, index: usize) -> u64 {
    field(cell, index).load(Ordering::Acquire)
}

pub fn get_cell(cell: CellPtr, index: usize) -> Option<CellPtr> {
    CellPtr::new(get(cell, index) as *mut Header)
}

pub fn as_word(cell: Option<CellPtr>) -> u64 {
    cell.map_or(0, |cell| cell.as_ptr() as u64)
}

/// A runtime with a heap.
pub struct World {
    pub runtime: Arc<Runtime>,
    pub heap: Arc<Heap>,
}

/// A small heap that collects often.
pub fn small() -> HeapConfig {
    HeapConfig {
        reserve: 8 << 30,
        least_budget: 4 << 20,
        least_budget_of_each: 4 << 20,
        full_threshold: 8 << 20,
        poison: true,
        cell_type_offset: 16,
        ..HeapConfig::default()
    }
}

impl World {
    pub fn new(mode: Mode, config: HeapConfig) -> Self {
        Self::with_threads(
            Config {
                ..Config::new(mode)
            },
            config,
        )
    }

    pub fn with_threads(threads: Config, config: HeapConfig) -> Self {
        let runtime = Runtime::new(Config {
            extension: ThreadHeap::LAYOUT,
            ..threads
        });
        // SAFETY: the extension is the heap's, and tests keep to its rules.
        let heap = unsafe { Heap::new(&runtime, config) }.unwrap();
        Self {
            runtime,
            heap: Arc::new(heap),
        }
    }

    pub fn attach(&self) -> Attached {
        self.runtime.attach().unwrap()
    }

    /// Runs `act` on a thread of its own, which ends: nothing stays behind on a stack.
    pub fn on_thread<R: Send>(&self, act: impl FnOnce(&mut Mutator) -> R + Send) -> R {
        let run = || {
            scrub();
            act(&mut self.attach())
        };
        std::thread::scope(|scope| scope.spawn(run).join().unwrap())
    }

    pub fn collect(&self, what: Collection) -> Report {
        self.on_thread(|m| self.heap.collect(m, what))
    }

    fn make(&self, m: &Mutator, kind: Kind, size: usize, ty: &'static Type) -> CellPtr {
        self.try_make(m, kind, size, ty).expect("memory")
    }

    fn try_make(&self, m: &Mutator, kind: Kind, size: usize, ty: &'static Type) -> Option<CellPtr> {
        // SAFETY: initialised here and by the caller, without a safepoint.
        unsafe {
            let cell = self.heap.allocate(m, kind, size)?;
            Header::initialise(cell, BiasedLock::biased(m), std::ptr::from_ref(ty).cast());
            Some(cell)
        }
    }

    pub fn node(&self, m: &Mutator, id: u64, a: Option<CellPtr>, b: Option<CellPtr>) -> CellPtr {
        let cell = self.make(m, Kind::Traced, 40, &NODE);
        field(cell, 2).store(id << 1 | 1, Ordering::Relaxed);
        field(cell, 3).store(as_word(a), Ordering::Relaxed);
        field(cell, 4).store(as_word(b), Ordering::Relaxed);
        cell
    }

    pub fn array(&self, m: &Mutator, count: usize) -> CellPtr {
        let cell = self.make(m, Kind::Traced, 24 + count * 8, &ARRAY);
        field(cell, 2).store(count as u64, Ordering::Relaxed);
        for index in 0..count {
            field(cell, 3 + index).store(0, Ordering::Relaxed);
        }
        cell
    }

    pub fn leaf(&self, m: &Mutator) -> CellPtr {
        self.make(m, Kind::Leaf, 32, &LEAF)
    }

    pub fn bytes(&self, m: &Mutator, words: usize) -> CellPtr {
        self.try_bytes(m, words).expect("memory")
    }

    pub fn try_bytes(&self, m: &Mutator, words: usize) -> Option<CellPtr> {
        let cell = self.try_make(m, Kind::Leaf, 24 + words * 8, &BYTES)?;
        field(cell, 2).store(words as u64, Ordering::Relaxed);
        Some(cell)
    }

    pub fn owner(&self, m: &Mutator, kind: Kind, target: Option<CellPtr>) -> CellPtr {
        self.owner_of_size(m, kind, 32, target)
    }

    pub fn large_owner(&self, m: &Mutator) -> CellPtr {
        self.owner_of_size(m, Kind::Owning, 100_000, None)
    }

    fn owner_of_size(
        &self,
        m: &Mutator,
        kind: Kind,
        size: usize,
        target: Option<CellPtr>,
    ) -> CellPtr {
        let cell = self.make(m, kind, size, &OWNER);
        OWNED.fetch_add(1, Ordering::Relaxed);
        field(cell, 2).store(Box::into_raw(Box::new(77u64)) as u64, Ordering::Relaxed);
        field(cell, 3).store(as_word(target), Ordering::Relaxed);
        cell
    }

    /// A cell that serves as the type of owners.
    pub fn owners_type(&self, m: &Mutator) -> CellPtr {
        let ty = self.make(m, Kind::Traced, 40, &TYPE);
        field(ty, 2).store(OWNER.cell_type as u64, Ordering::Relaxed);
        ty
    }

    pub fn owner_of_type(&self, m: &Mutator, ty: CellPtr) -> CellPtr {
        let cell = self.owner(m, Kind::Owning, None);
        // SAFETY: the cell is alive and fresh.
        unsafe { cell.as_ref() }
            .type_pointer
            .store(ty.as_ptr().cast(), Ordering::Relaxed);
        cell
    }

    pub fn weak(
        &self,
        m: &Mutator,
        id: u64,
        target: CellPtr,
        order: grwl_heap::WeakOrder,
    ) -> CellPtr {
        let cell = self.make(m, Kind::Leaf, 32, &WEAK);
        field(cell, 2).store(target.as_ptr() as u64, Ordering::Relaxed);
        field(cell, 3).store(id, Ordering::Relaxed);
        // SAFETY: both cells are alive, the slot is word 2.
        unsafe { self.heap.register_weak(m, cell, 16, order) };
        cell
    }

    /// Stores a pointer, with the barrier.
    pub fn set(&self, m: &Mutator, cell: CellPtr, index: usize, value: Option<CellPtr>) {
        // SAFETY: the cell is alive.
        unsafe { self.heap.record_write(m, cell) };
        field(cell, index).store(as_word(value), Ordering::Release);
    }

    /// A safepoint with all that belongs to it.
    pub fn poll(&self, m: &mut Mutator) -> Option<Report> {
        let events = m.poll();
        self.heap.at_safepoint(m, events)
    }

    /// Root slots that live as long as the returned value.
    pub fn roots(&self, count: usize) -> RootSlots {
        let slots: Box<[AtomicU64]> = (0..count).map(|_| AtomicU64::new(0)).collect();
        // SAFETY: removed when the slots are dropped.
        unsafe { self.heap.add_static_roots(slots.as_ptr().cast(), count) };
        RootSlots {
            heap: self.heap.clone(),
            slots,
        }
    }
}

/// See [`World::roots`].
pub struct RootSlots {
    heap: Arc<Heap>,
    slots: Box<[AtomicU64]>,
}

impl RootSlots {
    pub fn get(&self, index: usize) -> Option<CellPtr> {
        CellPtr::new(self.slots[index].load(Ordering::Acquire) as *mut Header)
    }

    pub fn set(&self, index: usize, cell: Option<CellPtr>) {
        self.slots[index].store(as_word(cell), Ordering::Release);
    }
}

impl Drop for RootSlots {
    fn drop(&mut self) {
        self.heap.remove_static_roots(self.slots.as_ptr().cast());
    }
}

/// Both modes, full collections only and generational, with and without stress.
pub fn everywhere(test: impl Fn(Mode, HeapConfig)) {
    for mode in [Mode::Global, Mode::RwLock] {
        for generational in [false, true] {
            test(
                mode,
                HeapConfig {
                    generational,
                    ..small()
                },
            );
        }
    }
}

/// Overwrites what dead frames, or a thread that had this stack before, left behind: the heap would have to
/// take it for pointers.
#[inline(never)]
pub fn scrub() {
    std::hint::black_box([0u64; 8192]);
}

/// A small random number generator (xorshift64*, Vigna 2016).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }
}
