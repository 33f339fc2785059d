//! `SimpleQueue`: a queue without bound, whose `put` never waits.
//!
//! ## Protocol
//! - Items change under the object's lock. `length` is stored in it and read without.
//! - A thread that waits counts itself in `waiting` before it looks at `length` for the last time; who puts stores `length` before it looks at `waiting`. Both
//!   are sequentially consistent, so one of them sees the other: no item lies there while a thread sleeps for want of one.
//! - A thread that was woken takes an item as any other would, and waits again if somebody was quicker. It waits in a Safe region.
//! - Who puts an item gives up its bias: most likely another thread gets it, and would have to ask for it.
//! - No lock is held across a safepoint, so a signal handler or a finalizer may put while its own thread is in here.
//!
//! ## Invariants
//! - Under the lock: the items stand in `length` slots from `first` on, around the array's end; all other slots are empty.

use std::mem::offset_of;
use std::time::{Duration, Instant};

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_module_time::{Rounding, nanoseconds};
use grwl_object::exception::ModuleException;
use grwl_object::values::Array;
use grwl_object::{
    Args, Cell, Declaration, Method, PyResult, Raised, Ref, Signature, Slot, Thread, TypeObject,
    TypeSpec, Value, ValueExt, flags, instance, int, none, protocol, singleton, slots, types,
};
use grwl_threads::sync::lot::Spinner;
use grwl_threads::sync::{AtomicUsize, Ordering};
use grwl_threads::{Deadline, Limits, Mode, WaitQueue, Wake};

/// `_queue.Empty`
pub(crate) static EMPTY: ModuleException = ModuleException::new(
    "_queue",
    "Empty",
    &types::EXCEPTION,
    Some("Exception raised by Queue.get(block=0)/get_nowait()."),
);

/// `_queue.SimpleQueue`. All zero is an empty one, but for the line of those who wait.
#[repr(C)]
pub struct SimpleQueue {
    header: Header,
    storage: Slot,
    first: AtomicUsize,
    length: AtomicUsize,
    /// How many threads wait, or are about to.
    waiting: AtomicUsize,
    line: WaitQueue,
}

// SAFETY: repr(C), begins with a header; what changes is atomic, or the line, which has a lock of its own.
unsafe impl Cell for SimpleQueue {
    fn type_object() -> &'static TypeObject {
        &SIMPLE_QUEUE
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(SimpleQueue, storage) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<SimpleQueue>()),
    drop: None,
    name: "SimpleQueue",
};

/// `_queue.SimpleQueue`
pub static SIMPLE_QUEUE: TypeObject = TypeObject::declare(&Declaration {
    name: "_queue.SimpleQueue",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<SimpleQueue>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("SimpleQueue()\n--\n\nSimple, unbounded, reentrant FIFO queue."),
    slots: &[slots::NEW.is(new)],
    methods: &[
        Method::no_arguments(
            "empty",
            |_, this| Ok(singleton::bool(own(this).len() == 0)),
            "empty($self, /)\n--\n\nIs there nothing in it (just now)?",
        ),
        Method::any(
            "get",
            |thread, this, args| {
                static SIGNATURE: Signature<2> =
                    Signature::new("get", ["block", "timeout"]).optional_after(0);
                let [block, timeout] = args.parse(thread, &SIGNATURE)?;
                let is_patient = match block {
                    Some(block) => protocol::is_true(thread, block)?,
                    None => true,
                };
                get(thread, own(this), is_patient, timeout)
            },
            "get($self, /, block=True, timeout=None)\n--\n\nTake the item that was put first; wait for one if there is none, at most so many seconds.",
        ),
        Method::any(
            "get_nowait",
            |thread, this, args| {
                if !args.is_empty() {
                    return Err(thread.type_error("get_nowait() takes no arguments"));
                }
                get(thread, own(this), false, None)
            },
            "get_nowait($self, /)\n--\n\nTake the item that was put first; Empty if there is none.",
        ),
        Method::any(
            "put",
            |thread, this, args| {
                static SIGNATURE: Signature<3> =
                    Signature::new("put", ["item", "block", "timeout"]).optional_after(1);
                let [item, block, _] = args.parse(thread, &SIGNATURE)?;
                if let Some(block) = block {
                    protocol::is_true(thread, block)?;
                }
                put(thread, own(this), item.unwrap_or_else(none))
            },
            "put($self, /, item, block=True, timeout=None)\n--\n\nPut an item in. Never waits; the other arguments are those of queue.Queue.",
        ),
        Method::any(
            "put_nowait",
            |thread, this, args| {
                static SIGNATURE: Signature<1> = Signature::new("put_nowait", ["item"]);
                let [item] = args.parse(thread, &SIGNATURE)?;
                put(thread, own(this), item.unwrap_or_else(none))
            },
            "put_nowait($self, /, item)\n--\n\nPut an item in.",
        ),
        Method::no_arguments(
            "qsize",
            |thread, this| Ok(int::from_usize(thread, own(this).len())),
            "qsize($self, /)\n--\n\nHow many items are in it (just now).",
        ),
        Method::one(
            "__class_getitem__",
            grwl_object::class::generic_alias,
            "__class_getitem__($type, object, /)\n--\n\nSee PEP 585",
        )
        .of_class(),
    ],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<SimpleQueue> {
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let is_plain = class == Ref::from_static(&SIMPLE_QUEUE)
        || class.slots().raw(slots::INIT.index()) == SIMPLE_QUEUE.slots().raw(slots::INIT.index());
    if is_plain && !args.is_empty() {
        let what = if args.keyword_count() > 0 {
            "keyword"
        } else {
            "positional"
        };
        return Err(thread.type_error(format_args!("SimpleQueue() takes no {what} arguments")));
    }
    let cell = instance::allocate(thread, class)?;
    let place = cell.cast::<u8>().as_ptr();
    // SAFETY: a fresh instance of the type or a subclass, which nobody else knows; the line has its place in it.
    unsafe {
        place
            .add(offset_of!(SimpleQueue, line))
            .cast::<WaitQueue>()
            .write(WaitQueue::new());
    }
    Ok(Value::from_cell(cell))
}

impl SimpleQueue {
    fn len(&self) -> usize {
        self.length.load(Ordering::SeqCst)
    }

    fn array(&self) -> Option<Ref<Array>> {
        self.storage.load()?.downcast_exact()
    }

    /// Puts an item at the end. The caller holds the lock.
    fn push(&self, locked: &Thread, value: Value) -> PyResult<()> {
        let length = self.len();
        let first = self.first.load(Ordering::Relaxed);
        let array = match self.array() {
            Some(array) if length < array.capacity() => array,
            old => {
                let array = Array::new(locked, (length * 2).max(8))?;
                if let Some(old) = old {
                    for (number, slot) in array.slots().iter().enumerate().take(length) {
                        slot.store(old.slots()[(first + number) % old.capacity()].load());
                    }
                }
                // SAFETY: queues exist only as cells.
                let me = unsafe { Ref::of(self) };
                locked.store(me, &self.storage, Some(array.value()));
                self.first.store(0, Ordering::Relaxed);
                array
            }
        };
        let first = self.first.load(Ordering::Relaxed);
        let place = (first + length) % array.capacity();
        locked.store(array, &array.slots()[place], Some(value));
        self.length.store(length + 1, Ordering::SeqCst);
        Ok(())
    }

    /// Is something put into it in about the time that it takes to fall asleep? In global mode others run only when this thread does not.
    fn is_filled_soon(&self, thread: &Thread) -> bool {
        if thread.mutator().runtime().mode() == Mode::Global {
            return false;
        }
        let mut spinner = Spinner::short();
        while self.len() == 0 {
            if !spinner.spin() {
                return false;
            }
        }
        true
    }

    /// Takes the first item. The caller holds the lock.
    fn shift(&self) -> Option<Value> {
        let array = self.array()?;
        let length = self.len().checked_sub(1)?;
        let first = self.first.load(Ordering::Relaxed);
        let value = array.slots()[first].replace(None);
        self.first
            .store((first + 1) % array.capacity(), Ordering::Relaxed);
        self.length.store(length, Ordering::SeqCst);
        value
    }
}

fn put(thread: &mut Thread, queue: Ref<SimpleQueue>, item: Value) -> PyResult {
    thread.hand_over(item);
    let locked = thread.lock_cell(&queue);
    queue.push(&locked, item)?;
    drop(locked);
    if queue.waiting.load(Ordering::SeqCst) > 0 {
        queue.line.wake_one(thread.mutator_mut(), |_| 0);
    }
    Ok(none())
}

#[cold]
fn empty(thread: &mut Thread) -> Raised {
    match EMPTY.class(thread) {
        Ok(class) => thread.raise_with(&class, &[]),
        Err(raised) => raised,
    }
}

fn get(
    thread: &mut Thread,
    queue: Ref<SimpleQueue>,
    is_patient: bool,
    timeout: Option<Value>,
) -> PyResult {
    // As CPython: the time limit is not looked at if there is to be no waiting.
    let timeout = timeout.and_then(ValueExt::not_none).filter(|_| is_patient);
    let limit = match timeout {
        None => None,
        Some(timeout) => {
            let time = nanoseconds(thread, timeout, Rounding::Up)?;
            match u64::try_from(time) {
                Ok(time) => Some(Duration::from_nanos(time)),
                Err(_) => {
                    return Err(thread.value_error("'timeout' must be a non-negative number"));
                }
            }
        }
    };
    let limits = Limits {
        deadline: limit.and_then(Deadline::after),
        interrupts: grwl_module_signal::interrupts(),
    };
    let is_patient = is_patient && limit != Some(Duration::ZERO);
    let mut since = None;
    loop {
        let locked = thread.lock_cell(&queue);
        let item = queue.shift();
        drop(locked);
        if let Some(item) = item {
            return Ok(item);
        }
        if !is_patient {
            return Err(empty(thread));
        }
        if since.is_none() && queue.is_filled_soon(thread) {
            since = Some(Instant::now());
            continue;
        }
        let since = *since.get_or_insert_with(Instant::now);
        queue.waiting.fetch_add(1, Ordering::SeqCst);
        let end = queue
            .line
            .wait(thread.mutator_mut(), &limits, Some(since), || {
                queue.len() == 0
            });
        queue.waiting.fetch_sub(1, Ordering::SeqCst);
        match end {
            Wake::Woken(_) | Wake::NotNeeded => {}
            Wake::TimedOut => return Err(empty(thread)),
            Wake::Interrupted => thread.poll()?,
        }
    }
}
