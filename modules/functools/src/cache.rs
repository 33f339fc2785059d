//! `_lru_cache_wrapper`: a callable that keeps the results of earlier calls.
//!
//! ## Protocol
//! - Function, bound, mode, the type of the information and the cell of the order are set when the wrapper is made and never change.
//! - The results are `recent`'s. Which dict has them, and which diaries there are, is changed under the lock of the order's cell, and seldom: so who only looks something up finds the
//!   wrapper in its own core's cache, whatever other threads put in and throw out. A cache that several threads use is counted in diaries.
//! - The user's function, and the hashing and comparing of keys, run without a lock: threads that miss at the same time all call the function.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind};
use grwl_object::dict::{self, Dict};
use grwl_object::function::BoundMethod;
use grwl_object::instance::{self, Attributes};
use grwl_object::singleton::Singleton;
use grwl_object::{
    Args, Buffer, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread,
    Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, int, intern, none, protocol, slots, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::recent::{Count, Order};
use crate::{diary, recent};

/// `functools._lru_cache_wrapper`
#[repr(C)]
pub(crate) struct Wrapper {
    header: Header,
    function: Slot,
    information: Slot,
    /// Of a bounded cache: keys to links; of an unbounded one: keys to results.
    pub(crate) results: Slot,
    /// An [`Order`].
    order: Slot,
    /// Who uses it, see `diary`.
    pub(crate) diaries: Slot,
    attributes: Attributes,
    /// How many results are kept at most; [`UNBOUNDED`]: all.
    bound: AtomicU64,
    is_typed: AtomicU64,
}

const UNBOUNDED: u64 = u64::MAX;

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for Wrapper {
    fn type_object() -> &'static TypeObject {
        &LRU_CACHE_WRAPPER
    }
}

static CELL: CellType = crate::cell_type::<Wrapper>("_lru_cache_wrapper", 7);

/// `functools._lru_cache_wrapper`
pub static LRU_CACHE_WRAPPER: TypeObject = TypeObject::declare(&Declaration {
    name: "functools._lru_cache_wrapper",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::HAS_DICT | flags::WEAK_REFERENCES | flags::METHOD_DESCRIPTOR,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Wrapper>(),
    attributes: offset_of!(Wrapper, attributes),
});

/// Stands in keys between arguments by position and by name.
static MARK: Singleton = Singleton::new(&types::OBJECT);

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "A callable that keeps the results of another function.\n\nuser_function:      what is called for arguments not seen before\n\nmaxsize:            0: nothing is kept\n                    None: everything is kept\n                    n: the n results used last are kept\n\ntyped:              whether equal arguments of different types are different\n\ncache_info_type:    what cache_info() returns: a namedtuple with the fields\n                        hits, misses, maxsize, currsize\n",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::CALL.is(call),
        slots::DESCRIPTOR_GET.is(bind),
    ],
    methods: &[
        Method::no_arguments(
            "cache_info",
            cache_info,
            "cache_info($self, /)\n--\n\nHow often results were found and not found, and how many are kept.",
        ),
        Method::no_arguments(
            "cache_clear",
            cache_clear,
            "cache_clear($self, /)\n--\n\nForget the results and the counts.",
        ),
        Method::no_arguments(
            "__reduce__",
            reduce,
            "__reduce__($self, /)\n--\n\nThe global name, for pickling.",
        ),
        Method::no_arguments(
            "__copy__",
            itself,
            "__copy__($self, /)\n--\n\nThe wrapper itself.",
        ),
        Method::one(
            "__deepcopy__",
            deep_copy,
            "__deepcopy__($self, object, /)\n--\n\nThe wrapper itself.",
        ),
    ],
    getset: &[GetSet::new(
        "__dict__",
        crate::get_dict,
        grwl_object::class::make::replace_dict,
        None,
    )],
    constants: &[],
};

static SIGNATURE: Signature<4> = Signature::new(
    "lru_cache",
    ["user_function", "maxsize", "typed", "cache_info_type"],
);

impl Wrapper {
    /// The results that are kept.
    pub(crate) fn dict(&self, thread: &Thread) -> Ref<Dict> {
        self.results
            .load()
            .and_then(Value::downcast)
            .unwrap_or_else(|| Dict::new(thread))
    }

    /// How many results it keeps at most.
    pub(crate) fn bound(&self) -> u64 {
        match self.bound.load(Ordering::Relaxed) {
            // It has no order.
            UNBOUNDED => 0,
            bound => bound,
        }
    }

    /// What changes with each new result, and its lock.
    pub(crate) fn order(&self) -> Ref<Order> {
        let order = self.order.load().expect("it is set when a wrapper is made");
        // SAFETY: nothing else is stored there.
        unsafe { order.downcast_unchecked() }
    }

    /// The order, if no other thread has used the cache since this one made it. Until the next safepoint it is as if it were locked.
    pub(crate) fn own_order(&self, thread: &Thread) -> Option<Ref<Order>> {
        let is_own = |order: &Ref<Order>| order.is_own(thread);
        let has_diaries = self.diaries.load().is_some();
        (!has_diaries).then(|| self.order()).filter(is_own)
    }
}

fn this(value: Value) -> Ref<Wrapper> {
    // SAFETY: slots, methods and attributes of the type are used with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [Some(function), Some(bound), Some(typed), information] = args.parse(thread, &SIGNATURE)?
    else {
        unreachable!("all are required");
    };
    let is_typed = protocol::is_true(thread, typed)?;
    if function.class().slot(slots::CALL).is_none() {
        return Err(thread.type_error("the first argument must be callable"));
    }
    let bound = if bound.is_none() {
        UNBOUNDED
    } else if protocol::convert::has_index(bound) {
        protocol::as_isize(thread, bound)?.max(0) as u64
    } else {
        return Err(thread.type_error("maxsize should be integer or None"));
    };
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let this = this(value);
    let results = Dict::new(thread);
    let order = Order::new(thread);
    thread.store(this, &this.order, Some(order.value()));
    thread.store(this, &this.function, Some(function));
    thread.store(this, &this.information, information);
    thread.store(this, &this.results, Some(results.value()));
    this.bound.store(bound, Ordering::Relaxed);
    this.is_typed.store(is_typed.into(), Ordering::Relaxed);
    Ok(value)
}

/// The key of a call.
fn key(thread: &Thread, args: Args<'_>, is_typed: bool) -> PyResult {
    let given = args.by_position();
    if !is_typed
        && args.keyword_count() == 0
        && let &[only] = given
        && (only.downcast_exact::<Str>().is_some() || int::is_exact_int(only))
    {
        return Ok(only);
    }
    let mut parts = Buffer::with_capacity(thread, args.values().len() * 2 + 1)?;
    for &value in given {
        parts.push(thread, value)?;
    }
    if args.keyword_count() > 0 {
        parts.push(thread, MARK.value())?;
        for (name, value) in args.by_name() {
            parts.push(thread, name.value())?;
            parts.push(thread, value)?;
        }
    }
    if is_typed {
        for &value in args.values() {
            parts.push(thread, value.class().value())?;
        }
    }
    Ok(Tuple::try_new(thread, &parts)?.value())
}

/// Counts a hit or a miss.
fn count(thread: &mut Thread, cache: Ref<Wrapper>, what: Count) -> PyResult<()> {
    if let Some(order) = cache.own_order(thread) {
        order.counts.add(what);
    } else if !diary::count(thread, cache, what)? {
        recent::count(thread, cache, what);
    }
    Ok(())
}

fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let cache = this(value);
    let Some(function) = cache.function.load() else {
        return Err(thread.type_error("the first argument must be callable"));
    };
    let bound = cache.bound.load(Ordering::Relaxed);
    if bound == 0 {
        count(thread, cache, Count::Miss)?;
        return protocol::call(thread, function, args);
    }
    let key = key(thread, args, cache.is_typed.load(Ordering::Relaxed) != 0)?;
    let hash = dict::hash_key(thread, key)?;
    if bound == UNBOUNDED {
        let results = cache.dict(thread);
        if let Some(result) = results.get_hashed(thread, key, hash)? {
            count(thread, cache, Count::Hit)?;
            return Ok(result);
        }
        count(thread, cache, Count::Miss)?;
        let result = protocol::call(thread, function, args)?;
        let results = cache.dict(thread);
        results.insert_hashed(thread, key, result, hash)?;
        return Ok(result);
    }
    if let Some(result) = recent::find(thread, cache, key, hash)? {
        return Ok(result);
    }
    count(thread, cache, Count::Miss)?;
    let result = protocol::call(thread, function, args)?;
    recent::keep(thread, cache, key, hash, result, bound)?;
    Ok(result)
}

fn bind(
    thread: &mut Thread,
    value: Value,
    instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    Ok(match instance.and_then(Value::not_none) {
        Some(instance) => BoundMethod::new(thread, value, instance).value(),
        None => value,
    })
}

fn cache_info(thread: &mut Thread, value: Value) -> PyResult {
    let cache = this(value);
    let bound = cache.bound.load(Ordering::Relaxed);
    let order = cache.order();
    let (counts, length) = {
        let _locked = thread.lock_cell(&order);
        let [hits, misses] = diary::counts(cache);
        let counts = [
            hits + order.counts.get(Count::Hit),
            misses + order.counts.get(Count::Miss),
        ];
        (counts, order.length.load(Ordering::Relaxed))
    };
    let (size, length) = if bound == UNBOUNDED {
        (none(), cache.dict(thread).len() as u64)
    } else {
        (int::from_i64(thread, bound as i64), length)
    };
    let counts = counts.map(|count| int::from_i64(thread, count as i64));
    let length = int::from_i64(thread, length as i64);
    let information = cache.information.load().unwrap_or_else(none);
    protocol::call_positional(thread, information, &[counts[0], counts[1], size, length])
}

fn cache_clear(thread: &mut Thread, value: Value) -> PyResult {
    recent::clear(thread, this(value));
    Ok(none())
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let name = intern(thread, "__qualname__");
    protocol::get_attribute(thread, value, name)
}

fn itself(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(value)
}

fn deep_copy(_thread: &mut Thread, value: Value, _memo: Value) -> PyResult {
    Ok(value)
}
