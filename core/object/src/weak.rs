//! Weak references and proxies, and which of them an object has.
//!
//! ## Protocol
//! - A [`WeakReference`] holds its target in a word that the collector does not follow but clears; see the heap's `weak`.
//!   Who loads the target has it on the stack, and keeps it alive until the next safepoint at least.
//! - Each object with weak references has a record, a cell that holds them weakly in turn; the records stand in a table by
//!   the object's address. So `ref(o) is ref(o)`, and `getweakrefs` finds them. The records are roots.
//! - Whatever the collector cleared comes to [`cleared`] on a normal thread: callbacks are called, records of dead objects taken out.
//!
//! ## Invariants
//! - A record in the table whose target's word is zero, or another address, is stale: it is not asked, but replaced.
//! - The table's locks are held without a safepoint.

use std::collections::HashMap;
use std::mem::offset_of;
use std::sync::{LazyLock, Once};

use grwl_heap::{CellPtr, CellType, Header, Kind, RootSource, Size, Trace, Tracer, WeakOrder};
use grwl_threads::sync::{AtomicBool, AtomicU64, Mutex, Ordering};
use grwl_value::{Slot, Value};

use crate::cell::{Cell, Ref, ValueExt};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::{Declaration, TypeObject, flags};
use crate::types;
use crate::values::Buffer;

/// `weakref.ref`, and the proxies.
#[repr(C)]
pub struct WeakReference {
    header: Header,
    callback: Slot,
    /// Not traced. 0: the target is gone.
    target: AtomicU64,
    hash: AtomicU64,
    has_hash: AtomicBool,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for WeakReference {
    fn type_object() -> &'static TypeObject {
        &types::WEAK_REFERENCE
    }
}

/// The heap's view of weak references.
pub static WEAK_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(WeakReference, callback) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<WeakReference>()),
    drop: None,
    name: "weak reference",
};

/// The target that a word names.
fn target_in(word: &AtomicU64) -> Option<Value> {
    // Acquire: partner is the Release with which it was stored.
    // SAFETY: the collector clears the word before the target's memory is used again, and collections happen at safepoints only.
    unsafe { Value::from_bits(word.load(Ordering::Acquire)) }
}

/// As in CPython: a callback is called before the finalizers of what dies; but who only asks for the target may have it for as long as a
/// finalizer may bring it back, unless a cycle has kept it.
const fn order_for(has_callback: bool) -> WeakOrder {
    if has_callback {
        WeakOrder::BeforeFinalizers
    } else {
        WeakOrder::WithCycles
    }
}

/// Can weak references to it be made?
pub fn is_supported(value: Value) -> bool {
    value.as_cell().is_some() && value.class().has_flag(flags::WEAK_REFERENCES)
}

impl WeakReference {
    /// A weak reference of `class` (`weakref.ref`, a subclass, or a proxy type), or the one that there is: references without a callback are shared.
    ///
    /// # Errors
    /// `TypeError` if the target cannot be referred to weakly; `MemoryError`.
    pub fn new(
        thread: &Thread,
        class: Ref<TypeObject>,
        target: Value,
        callback: Option<Value>,
    ) -> PyResult<Ref<Self>> {
        if !is_supported(target) {
            return Err(thread.type_error(format_args!(
                "cannot create weak reference to '{}' object",
                target.class().name()
            )));
        }
        let is_shared = callback.is_none() && !class.has_flag(flags::HEAP);
        if is_shared && let Some(known) = find_shared(target, class) {
            return Ok(known);
        }
        let order = order_for(callback.is_some());
        let this = Self::in_order(thread, class, target, callback, order)?;
        list(thread, target, this, is_shared)
    }

    /// One that the target's record does not show: it stays for as long as a finalizer may bring the target back.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn unlisted(thread: &Thread, class: Ref<TypeObject>, target: Value) -> PyResult<Ref<Self>> {
        Self::in_order(thread, class, target, None, WeakOrder::AfterFinalizers)
    }

    fn in_order(
        thread: &Thread,
        class: Ref<TypeObject>,
        target: Value,
        callback: Option<Value>,
        order: WeakOrder,
    ) -> PyResult<Ref<Self>> {
        let word = target.bits().get();
        let this = if class.has_flag(flags::HEAP) {
            let cell = crate::instance::allocate(thread, class)?;
            // SAFETY: an instance of a subclass begins as its base.
            let this: Ref<Self> = unsafe { Ref::from_cell(cell) };
            this.callback.store(callback);
            this.target.store(word, Ordering::Release);
            this
        } else {
            // SAFETY: all three types have this layout.
            unsafe {
                thread.new_cell(&class, |header| Self {
                    header,
                    callback: Slot::new(callback),
                    target: AtomicU64::new(word),
                    hash: AtomicU64::new(0),
                    has_hash: AtomicBool::new(false),
                })
            }
        };
        let offset = offset_of!(Self, target);
        // SAFETY: the cell is alive, its word holds the target, and its trace leaves the word out.
        unsafe {
            thread
                .heap()
                .register_weak(thread.mutator(), this.cell(), offset, order);
        }
        Ok(this)
    }

    /// The target, if it is still there.
    #[inline]
    pub fn target(&self) -> Option<Value> {
        target_in(&self.target)
    }

    /// `__callback__`
    pub fn callback(&self) -> Option<Value> {
        self.callback.load()
    }

    /// The target's hash, if it was asked for before.
    pub fn known_hash(&self) -> Option<i64> {
        // Acquire: partner is the Release in `remember_hash`.
        self.has_hash
            .load(Ordering::Acquire)
            .then(|| self.hash.load(Ordering::Relaxed) as i64)
    }

    /// Keeps the target's hash for after its end.
    pub fn remember_hash(&self, hash: i64) {
        self.hash.store(hash as u64, Ordering::Relaxed);
        self.has_hash.store(true, Ordering::Release);
    }
}

/// Which weak references an object has.
#[repr(C)]
struct Record {
    header: Header,
    target: AtomicU64,
    /// The target's address, for good.
    address: usize,
    capacity: usize,
    references: [AtomicU64; 0],
}

static RECORD_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Varying(record_size),
    drop: None,
    name: "record of weak references",
};

static RECORD: TypeObject = TypeObject::declare(&Declaration {
    name: "record of weak references",
    base: None,
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::VARIABLE_SIZE,
    cell: &RECORD_CELL,
    kind: Kind::Leaf,
    size: size_of::<Record>(),
    attributes: 0,
});

unsafe fn record_size(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for records.
    let this = unsafe { Ref::<Record>::from_cell(cell) };
    size_of::<Record>() + this.capacity * size_of::<AtomicU64>()
}

impl Record {
    fn references(&self) -> &[AtomicU64] {
        // SAFETY: the words follow the struct.
        unsafe {
            let first = std::ptr::from_ref(self).add(1).cast::<AtomicU64>();
            std::slice::from_raw_parts(first, self.capacity)
        }
    }

    fn each(&self) -> impl Iterator<Item = Ref<WeakReference>> {
        self.references().iter().filter_map(|word| {
            let cell = target_in(word)?.as_cell()?;
            // SAFETY: the words hold weak references.
            Some(unsafe { Ref::from_cell(cell) })
        })
    }
}

fn new_record(thread: &Thread, target: Value, capacity: usize) -> PyResult<Ref<Record>> {
    let bytes = size_of::<Record>() + capacity * size_of::<AtomicU64>();
    // SAFETY: zeroes are a record of nothing; what counts is filled in below.
    let cell = unsafe { thread.new_zeroed(&RECORD, Kind::Leaf, bytes)? };
    let word = target.bits().get();
    // SAFETY: a fresh cell of this length; then a live cell whose word holds the target.
    unsafe {
        let this = cell.cast::<Record>().as_ptr();
        (&raw mut (*this).address).write(word as usize);
        (&raw mut (*this).capacity).write(capacity);
        (*this).target.store(word, Ordering::Release);
        let offset = offset_of!(Record, target);
        let order = WeakOrder::AfterFinalizers;
        thread
            .heap()
            .register_weak(thread.mutator(), cell, offset, order);
        Ok(Ref::from_cell(cell))
    }
}

fn enter(thread: &Thread, record: Ref<Record>, index: usize, reference: Ref<WeakReference>) {
    let word = &record.references()[index];
    word.store(reference.value().bits().get(), Ordering::Release);
    let offset = size_of::<Record>() + index * size_of::<AtomicU64>();
    // SAFETY: both are alive, and a record's trace looks at nothing.
    unsafe {
        thread.heap().register_weak(
            thread.mutator(),
            record.cell(),
            offset,
            WeakOrder::AfterFinalizers,
        );
    }
}

const SHARDS: usize = 64;

/// A part of the table.
#[derive(Default)]
struct Shard {
    /// Records by the addresses of their targets.
    records: HashMap<usize, usize>,
    /// Those that came since the last collection.
    young: Vec<usize>,
}

static TABLE: LazyLock<Vec<Mutex<Shard>>> =
    LazyLock::new(|| (0..SHARDS).map(|_| Mutex::new(Shard::default())).collect());
static IS_ROOT: Once = Once::new();

struct Records;

// SAFETY: the table holds records, which are alive because they are reported here.
unsafe impl RootSource for Records {
    fn trace_shared(&self, tracer: &mut Tracer<'_>, full: bool) {
        for shard in TABLE.iter() {
            let shard = &mut *shard.lock();
            if full {
                shard.young.clear();
                for &record in shard.records.values() {
                    tracer.word(record as u64);
                }
            }
            for record in shard.young.drain(..) {
                tracer.word(record as u64);
            }
        }
    }
}

fn shard_of(address: usize) -> &'static Mutex<Shard> {
    &TABLE[(address >> 4) % SHARDS]
}

fn record_in(table: &Shard, target: Value) -> Option<Ref<Record>> {
    let address = target.bits().get() as usize;
    let cell = CellPtr::new(*table.records.get(&address)? as *mut Header)?;
    // SAFETY: what stands in the table is alive.
    let record: Ref<Record> = unsafe { Ref::from_cell(cell) };
    (target_in(&record.target) == Some(target)).then_some(record)
}

fn find_shared(target: Value, class: Ref<TypeObject>) -> Option<Ref<WeakReference>> {
    let table = shard_of(target.bits().get() as usize).lock();
    shared_in(record_in(&table, target)?, target, class)
}

fn shared_in(
    record: Ref<Record>,
    target: Value,
    class: Ref<TypeObject>,
) -> Option<Ref<WeakReference>> {
    record.each().find(|reference| {
        reference.callback().is_none()
            && reference.value().class() == class
            && reference.target() == Some(target)
    })
}

/// Lists a new reference in its target's record. One that `is_shared` gives way to one that another thread listed first, which is the result.
fn list(
    thread: &Thread,
    target: Value,
    reference: Ref<WeakReference>,
    is_shared: bool,
) -> PyResult<Ref<WeakReference>> {
    IS_ROOT.call_once(|| thread.heap().add_root_source(Box::new(Records)));
    let address = target.bits().get() as usize;
    let mut table = shard_of(address).lock();
    let old = record_in(&table, target);
    if is_shared
        && let Some(old) = old
        && let Some(known) = shared_in(old, target, reference.value().class())
    {
        return Ok(known);
    }
    if let Some(old) = old {
        let free = old
            .references()
            .iter()
            .position(|word| target_in(word).is_none());
        if let Some(index) = free {
            enter(thread, old, index, reference);
            return Ok(reference);
        }
    }
    let capacity = old.map_or(1, |old| old.capacity * 2);
    let record = new_record(thread, target, capacity)?;
    let mut index = 0;
    if let Some(old) = old {
        for known in old.each() {
            enter(thread, record, index, known);
            index += 1;
        }
    }
    enter(thread, record, index, reference);
    table.records.insert(address, record.as_ptr() as usize);
    table.young.push(record.as_ptr() as usize);
    Ok(reference)
}

/// The weak references and proxies of an object.
///
/// # Errors
/// `MemoryError`.
pub fn references_of(thread: &Thread, target: Value) -> PyResult<Buffer> {
    let mut found = Buffer::new();
    let table = shard_of(target.bits().get() as usize).lock();
    let Some(record) = record_in(&table, target) else {
        return Ok(found);
    };
    let is_shared = |reference: &Ref<WeakReference>, class: &TypeObject| {
        reference.callback().is_none() && std::ptr::eq(reference.value().class().as_ptr(), class)
    };
    let shared: [&TypeObject; 3] = [
        &types::WEAK_REFERENCE,
        &types::WEAK_PROXY,
        &types::WEAK_CALLABLE_PROXY,
    ];
    // Those that are shared come first, as in CPython; then the others, the newest first.
    for class in shared {
        for reference in record.each() {
            if reference.target() == Some(target) && is_shared(&reference, class) {
                found.push(thread, reference.value())?;
            }
        }
    }
    let others: Vec<Ref<WeakReference>> = record
        .each()
        .filter(|reference| !shared.iter().any(|class| is_shared(reference, class)))
        .collect();
    for reference in others.into_iter().rev() {
        if reference.target() == Some(target) {
            found.push(thread, reference.value())?;
        }
    }
    Ok(found)
}

/// Deals with a weak cell that the collector has cleared.
pub(crate) fn cleared(thread: &mut Thread, cell: CellPtr) {
    let value = Value::from_cell(cell);
    if std::ptr::eq(value.class().as_ptr(), &RECORD) {
        // SAFETY: just looked.
        let record: Ref<Record> = unsafe { Ref::from_cell(cell) };
        let mut table = shard_of(record.address).lock();
        let is_dead = target_in(&record.target).is_none() || record.each().next().is_none();
        if is_dead && table.records.get(&record.address) == Some(&(record.as_ptr() as usize)) {
            table.records.remove(&record.address);
        }
        return;
    }
    // SAFETY: this package registers records and weak references only; others do not come here.
    let reference: Ref<WeakReference> = unsafe { Ref::from_cell(cell) };
    if !is_reference(value) || reference.target().is_some() {
        return;
    }
    let callback = {
        let locked = thread.lock_cell(&reference);
        let callback = reference.callback.load();
        locked.store(reference, &reference.callback, None);
        callback
    };
    if let Some(callback) = callback
        && let Err(raised) = crate::protocol::call_positional(thread, callback, &[value])
    {
        crate::unraisable::report_calling(thread, raised, "weakref callback", callback);
    }
}

/// Is it a weak reference, an instance of a subclass, or a proxy?
pub fn is_reference(value: Value) -> bool {
    let class = value.class();
    class.is_subtype_of(&types::WEAK_REFERENCE)
        || std::ptr::eq(class.as_ptr(), &types::WEAK_PROXY)
        || std::ptr::eq(class.as_ptr(), &types::WEAK_CALLABLE_PROXY)
}

/// The contents of a weak reference or a proxy.
pub fn reference(value: Value) -> Option<Ref<WeakReference>> {
    // SAFETY: all three types have this layout.
    is_reference(value).then(|| unsafe { Ref::from_cell(value.as_cell().expect("it is a cell")) })
}
