//! `product`, `permutations`, `combinations`, `combinations_with_replacement`.
//!
//! All four go from one selection of indices to the next, in lexicographic order, and then show the elements at these indices. No Python code runs in
//! between, so the whole step is made under the iterator's lock: each selection is given once.
//!
//! Slot 0 is the tuple of elements (of `product`: of such tuples), slot 1 the array of indices, small ints, slot 2 the cycles of
//! `permutations`; number 0 says where it is, number 1 the length of a result.

use grwl_object::{
    Args, Array, Buffer, Method, PyResult, Ref, Signature, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, flags, int, slots,
};

use crate::state::{State, iterator, itself, make, pool, ssize, this};

/// `itertools.product`
pub static PRODUCT: TypeObject = TypeObject::declare(&iterator("itertools.product", flags::BASE));
/// `itertools.permutations`
pub static PERMUTATIONS: TypeObject =
    TypeObject::declare(&iterator("itertools.permutations", flags::BASE));
/// `itertools.combinations`
pub static COMBINATIONS: TypeObject =
    TypeObject::declare(&iterator("itertools.combinations", flags::BASE));
/// `itertools.combinations_with_replacement`
pub static COMBINATIONS_WITH_REPLACEMENT: TypeObject = TypeObject::declare(&iterator(
    "itertools.combinations_with_replacement",
    flags::BASE,
));

static METHODS: &[Method] = &[Method::no_arguments(
    "__sizeof__",
    size_of_state,
    "__sizeof__($self, /)\n--\n\nBytes of the iterator.",
)];

pub(crate) static PRODUCT_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "product(*iterables, repeat=1)\n--\n\nThe tuples of one element of each iterable, the last of which changes fastest. With repeat, the iterables are taken so often.",
    ),
    slots: &[
        slots::NEW.is(new_product),
        slots::ITER.is(itself),
        slots::NEXT.is(next_product),
    ],
    methods: METHODS,
    ..TypeSpec::NONE
};
pub(crate) static PERMUTATIONS_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "permutations(iterable, r=None)\n--\n\nThe tuples of r elements in each order, of all elements without r.",
    ),
    slots: &[
        slots::NEW.is(new_permutations),
        slots::ITER.is(itself),
        slots::NEXT.is(next_permutation),
    ],
    methods: METHODS,
    ..TypeSpec::NONE
};
pub(crate) static COMBINATIONS_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "combinations(iterable, r)\n--\n\nThe tuples of r elements in the order of the iterable.",
    ),
    slots: &[
        slots::NEW.is(new_combinations),
        slots::ITER.is(itself),
        slots::NEXT.is(next_combination),
    ],
    methods: METHODS,
    ..TypeSpec::NONE
};
pub(crate) static WITH_REPLACEMENT_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "combinations_with_replacement(iterable, r)\n--\n\nThe tuples of r elements in the order of the iterable, each of which may come several times.",
    ),
    slots: &[
        slots::NEW.is(new_with_replacement),
        slots::ITER.is(itself),
        slots::NEXT.is(next_with_replacement),
    ],
    methods: METHODS,
    ..TypeSpec::NONE
};

/// Number 0: nothing was given yet; go on from the indices; the end.
const FRESH: i64 = 0;
const UNDER_WAY: i64 = 1;
const ENDED: i64 = 2;

static PERMUTATIONS_ARGS: Signature<2> =
    Signature::new("permutations", ["iterable", "r"]).optional_after(1);
static COMBINATIONS_ARGS: Signature<2> = Signature::new("combinations", ["iterable", "r"]);
static WITH_REPLACEMENT_ARGS: Signature<2> =
    Signature::new("combinations_with_replacement", ["iterable", "r"]);

fn get(array: Ref<Array>, place: usize) -> usize {
    let index = array.slots()[place].load().and_then(Value::as_int);
    index.unwrap_or(0) as usize
}

fn set(array: Ref<Array>, place: usize, index: usize) {
    // An immediate: no pointer is stored.
    array.slots()[place].store(Some(Value::small(index as i64)));
}

fn numbers(thread: &Thread, count: usize, number: impl Fn(usize) -> usize) -> PyResult<Ref<Array>> {
    let array = Array::new(thread, count)?;
    for place in 0..count {
        set(array, place, number(place));
    }
    Ok(array)
}

fn size_of_state(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    let arrays = [this.array(1), this.array(2)];
    let words: usize = arrays
        .into_iter()
        .flatten()
        .map(|array| array.capacity())
        .sum();
    Ok(int::from_usize(thread, value.class().size() + words * 8))
}

fn new_product(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let mut repeat = 1;
    for (name, value) in args.by_name() {
        if !name.is_str("repeat") {
            return Err(thread.type_error(format_args!(
                "product() got an unexpected keyword argument '{name}'"
            )));
        }
        repeat = ssize(thread, value)?;
        if repeat < 0 {
            return Err(thread.value_error("repeat argument cannot be negative"));
        }
    }
    let repeat = repeat as usize;
    let given = match repeat {
        0 => &[],
        _ => args.by_position(),
    };
    let fits = given
        .len()
        .checked_mul(repeat)
        .and_then(|count| count.checked_mul(8));
    if fits.is_none_or(|bytes| bytes > isize::MAX as usize) {
        return Err(thread.overflow_error("repeat argument too large"));
    }
    let mut pools = Buffer::with_capacity(thread, given.len() * repeat)?;
    for &iterable in given {
        let pool = pool(thread, iterable)?;
        pools.push(thread, pool.value())?;
    }
    if !given.is_empty() {
        for index in 0..given.len() * (repeat - 1) {
            let pool = pools[index];
            pools.push(thread, pool)?;
        }
    }
    let indices = numbers(thread, pools.len(), |_| 0)?;
    let pools = Tuple::try_new(thread, &pools)?;
    Ok(make(thread, class, &[Some(pools.value()), Some(indices.value())])?.value())
}

/// The next indices by `advance`, unless it is the first time; `false` at the end. The iterator is locked.
fn step(this: Ref<State>, is_empty: bool, advance: impl FnOnce() -> bool) -> bool {
    let goes_on = match this.number(0) {
        FRESH => !is_empty,
        UNDER_WAY => advance(),
        _ => false,
    };
    this.set_number(0, if goes_on { UNDER_WAY } else { ENDED });
    goes_on
}

/// The elements of `pool` at the first `count` indices.
fn chosen(thread: &Thread, pool: Ref<Tuple>, indices: Ref<Array>, count: usize) -> PyResult {
    let mut elements = Buffer::with_capacity(thread, count)?;
    for place in 0..count {
        elements.push(thread, pool.at(get(indices, place)))?;
    }
    Ok(Tuple::try_new(thread, &elements)?.value())
}

fn next_product(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some(indices) = this.array(1) else {
        return Ok(None);
    };
    let pools = this.tuple(0);
    let pool = |place: usize| {
        pools
            .at(place)
            .downcast::<Tuple>()
            .unwrap_or_else(Tuple::empty)
    };
    let locked = thread.lock_cell(&this);
    let is_empty = (0..pools.len()).any(|place| pool(place).is_empty());
    let goes_on = step(this, is_empty, || {
        for place in (0..pools.len()).rev() {
            let index = get(indices, place) + 1;
            if index < pool(place).len() {
                set(indices, place, index);
                return true;
            }
            set(indices, place, 0);
        }
        false
    });
    if !goes_on {
        return Ok(None);
    }
    let mut elements = Buffer::with_capacity(&locked, pools.len())?;
    for place in 0..pools.len() {
        elements.push(&locked, pool(place).at(get(indices, place)))?;
    }
    Ok(Some(Tuple::try_new(&locked, &elements)?.value()))
}

fn new_permutations(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [Some(iterable), count] = args.parse(thread, &PERMUTATIONS_ARGS)? else {
        unreachable!("it is required");
    };
    let pool = pool(thread, iterable)?;
    let length = pool.len();
    let count = match count.and_then(Value::not_none) {
        None => length as isize,
        Some(count) if int::is_int(count) => ssize(thread, count)?,
        Some(_) => return Err(thread.type_error("Expected int as r")),
    };
    let Ok(count) = usize::try_from(count) else {
        return Err(thread.value_error("r must be non-negative"));
    };
    let indices = numbers(thread, length, |place| place)?;
    let cycles = numbers(thread, count.min(length), |place| length - place)?;
    let slots = [pool.value(), indices.value(), cycles.value()].map(Some);
    let this = make(thread, class, &slots)?;
    this.set_number(1, count as i64);
    this.set_number(0, if count > length { ENDED } else { FRESH });
    Ok(this.value())
}

fn next_permutation(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let (Some(indices), Some(cycles)) = (this.array(1), this.array(2)) else {
        return Ok(None);
    };
    let pool = this.tuple(0);
    let length = pool.len();
    let count = this.number(1) as usize;
    let locked = thread.lock_cell(&this);
    let goes_on = step(this, false, || {
        for place in (0..count).rev() {
            let cycle = get(cycles, place) - 1;
            if cycle == 0 {
                // The index here goes behind all others.
                let index = get(indices, place);
                for behind in place..length - 1 {
                    set(indices, behind, get(indices, behind + 1));
                }
                set(indices, length - 1, index);
                set(cycles, place, length - place);
                continue;
            }
            set(cycles, place, cycle);
            let (one, other) = (get(indices, place), get(indices, length - cycle));
            set(indices, place, other);
            set(indices, length - cycle, one);
            return true;
        }
        false
    });
    if !goes_on {
        return Ok(None);
    }
    chosen(&locked, pool, indices, count).map(Some)
}

/// The elements and the number of those in a combination.
fn combination_arguments(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &'static Signature<2>,
) -> PyResult<(Ref<Tuple>, usize)> {
    let [Some(iterable), Some(count)] = args.parse(thread, signature)? else {
        unreachable!("both are required");
    };
    let count = ssize(thread, count)?;
    let pool = pool(thread, iterable)?;
    match usize::try_from(count) {
        Ok(count) => Ok((pool, count)),
        Err(_) => Err(thread.value_error("r must be non-negative")),
    }
}

fn new_combinations(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let (pool, count) = combination_arguments(thread, args, &COMBINATIONS_ARGS)?;
    let is_possible = count <= pool.len();
    let indices = numbers(thread, if is_possible { count } else { 0 }, |place| place)?;
    let this = make(thread, class, &[Some(pool.value()), Some(indices.value())])?;
    this.set_number(0, if is_possible { FRESH } else { ENDED });
    Ok(this.value())
}

fn next_combination(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some(indices) = this.array(1) else {
        return Ok(None);
    };
    let pool = this.tuple(0);
    let count = indices.capacity();
    let locked = thread.lock_cell(&this);
    let goes_on = step(this, false, || {
        let last = |place: usize| place + pool.len() - count;
        let Some(place) = (0..count)
            .rev()
            .find(|&place| get(indices, place) != last(place))
        else {
            return false;
        };
        let first = get(indices, place) + 1;
        for behind in place..count {
            set(indices, behind, first + behind - place);
        }
        true
    });
    if !goes_on {
        return Ok(None);
    }
    chosen(&locked, pool, indices, count).map(Some)
}

fn new_with_replacement(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let (pool, count) = combination_arguments(thread, args, &WITH_REPLACEMENT_ARGS)?;
    let is_possible = count == 0 || !pool.is_empty();
    let indices = numbers(thread, count, |_| 0)?;
    let this = make(thread, class, &[Some(pool.value()), Some(indices.value())])?;
    this.set_number(0, if is_possible { FRESH } else { ENDED });
    Ok(this.value())
}

fn next_with_replacement(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some(indices) = this.array(1) else {
        return Ok(None);
    };
    let pool = this.tuple(0);
    let count = indices.capacity();
    let locked = thread.lock_cell(&this);
    let goes_on = step(this, false, || {
        let found = (0..count)
            .rev()
            .find(|&place| get(indices, place) + 1 != pool.len());
        let Some(place) = found else {
            return false;
        };
        let index = get(indices, place) + 1;
        for behind in place..count {
            set(indices, behind, index);
        }
        true
    });
    if !goes_on {
        return Ok(None);
    }
    chosen(&locked, pool, indices, count).map(Some)
}
