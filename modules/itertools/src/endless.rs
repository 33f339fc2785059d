//! `count`, `cycle`, `repeat`.

use grwl_object::list::List;
use grwl_object::protocol::{self, Operator};
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Str, Thread, TypeObject, TypeSpec, Value, ValueExt,
    flags, int, slots,
};

use grwl_types_sequence::turns::in_turn;

use crate::state::{drop_if, iterator, itself, make, positional, short, ssize, this};

/// `itertools.count`: slot 0 is the next number, slot 1 the step.
pub static COUNT: TypeObject = TypeObject::declare(&iterator("itertools.count", flags::BASE));
/// `itertools.cycle`: slot 0 is the iterator until it ends, slot 1 the list of what it gave; number 0 is the place in that.
pub static CYCLE: TypeObject = TypeObject::declare(&iterator("itertools.cycle", flags::BASE));
/// `itertools.repeat`: slot 0 is the object; number 0 is how often yet, -1: always.
pub static REPEAT: TypeObject = TypeObject::declare(&iterator("itertools.repeat", flags::BASE));

pub(crate) static COUNT_SPEC: TypeSpec = TypeSpec {
    doc: Some("count(start=0, step=1)\n--\n\nThe numbers from start on, step apart, for ever."),
    slots: &[
        slots::NEW.is(new_count),
        slots::ITER.is(itself),
        slots::NEXT.is(next_count),
        slots::REPR.is(show_count),
    ],
    ..TypeSpec::NONE
};

pub(crate) static CYCLE_SPEC: TypeSpec = TypeSpec {
    doc: Some("cycle(iterable, /)\n--\n\nThe elements of an iterable, again and again."),
    slots: &[
        slots::NEW.is(new_cycle),
        slots::ITER.is(itself),
        slots::NEXT.is(next_cycle),
    ],
    ..TypeSpec::NONE
};

pub(crate) static REPEAT_SPEC: TypeSpec = TypeSpec {
    doc: Some("repeat(object [,times])\n\nThe same object, a number of times or for ever."),
    slots: &[
        slots::NEW.is(new_repeat),
        slots::ITER.is(itself),
        slots::NEXT.is(next_repeat),
        slots::REPR.is(show_repeat),
    ],
    methods: &[Method::no_arguments(
        "__length_hint__",
        repeat_hint,
        "__length_hint__($self, /)\n--\n\nHow many elements are left.",
    )],
    ..TypeSpec::NONE
};

static COUNT_ARGS: Signature<2> = Signature::new("count", ["start", "step"]).optional_after(0);
static REPEAT_ARGS: Signature<2> = Signature::new("repeat", ["object", "times"]).optional_after(1);

/// As CPython's `PyNumber_Check`.
fn is_number(value: Value) -> bool {
    let class = value.class();
    class.slot(slots::INDEX).is_some()
        || class.slot(slots::INT).is_some()
        || class.slot(slots::FLOAT).is_some()
        || class.is_subtype_of(&grwl_object::types::COMPLEX)
}

fn new_count(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [start, step] = args.parse(thread, &COUNT_ARGS)?;
    if [start, step]
        .into_iter()
        .flatten()
        .any(|value| !is_number(value))
    {
        return Err(thread.type_error("a number is required"));
    }
    let start = start.unwrap_or(Value::small(0));
    let step = step.unwrap_or(Value::small(1));
    Ok(make(thread, class, &[Some(start), Some(step)])?.value())
}

fn next_count(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    loop {
        let (Some(number), Some(step)) = (this.at(0), this.at(1)) else {
            return Ok(None);
        };
        let following = match number.both_ints(step) {
            Some((number, step)) => int::from_i64(thread, number + step),
            None => protocol::binary(thread, Operator::Add, number, step)?,
        };
        let locked = thread.lock_cell(&this);
        if this.at(0) == Some(number) {
            locked.store(this, &this.slots[0], Some(following));
            return Ok(Some(number));
        }
    }
}

fn show_count(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    let (Some(number), Some(step)) = (this.at(0), this.at(1)) else {
        return Ok(Str::new(thread, "count()").value());
    };
    let class = value.class();
    let number = protocol::repr(thread, number)?;
    let text = if step.as_int() == Some(1) {
        format!("{}({number})", short(&class))
    } else {
        let step = protocol::repr(thread, step)?;
        format!("{}({number}, {step})", short(&class))
    };
    Ok(Str::new(thread, &text).value())
}

fn new_cycle(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [iterable] = positional(thread, &class, &CYCLE, args)?.unpack(thread, "cycle", 1)?;
    let Some(iterable) = iterable else {
        unreachable!("it is required");
    };
    let iterator = protocol::get_iter(thread, iterable)?;
    let saved = List::new(thread).value();
    Ok(make(thread, class, &[Some(iterator), Some(saved)])?.value())
}

fn next_cycle(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some(saved) = this.at(1).and_then(Value::downcast::<List>) else {
        return Ok(None);
    };
    if let Some(iterator) = this.at(0) {
        let element = in_turn(thread, this, &[iterator], |thread| {
            let element = protocol::next(thread, iterator)?;
            match element {
                Some(element) => saved.push(thread, element)?,
                None => drop_if(thread, this, 0, iterator),
            }
            Ok(element)
        })?;
        if element.is_some() {
            return Ok(element);
        }
    }
    let _locked = thread.lock_cell(&this);
    let index = this.number(0) as usize;
    let Some(element) = saved.get(index).or_else(|| saved.get(0)) else {
        return Ok(None);
    };
    let next = if index + 1 < saved.len() {
        index + 1
    } else {
        0
    };
    this.set_number(0, next as i64);
    Ok(Some(element))
}

fn new_repeat(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [object, times] = args.parse(thread, &REPEAT_ARGS)?;
    let times = match times {
        Some(times) => ssize(thread, times)?.max(0) as i64,
        None => -1,
    };
    let this = make(thread, class, &[object])?;
    this.set_number(0, times);
    Ok(this.value())
}

fn next_repeat(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    if this.number(0) > 0 {
        let _locked = thread.lock_cell(&this);
        match this.number(0) {
            0 => return Ok(None),
            left => this.set_number(0, left - 1),
        }
        return Ok(this.at(0));
    }
    Ok(if this.number(0) < 0 { this.at(0) } else { None })
}

fn show_repeat(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    let class = value.class();
    let Some(object) = this.at(0) else {
        return Ok(Str::new(thread, "repeat()").value());
    };
    let object = protocol::repr(thread, object)?;
    let text = match this.number(0) {
        -1 => format!("{}({object})", short(&class)),
        left => format!("{}({object}, {left})", short(&class)),
    };
    Ok(Str::new(thread, &text).value())
}

fn repeat_hint(thread: &mut Thread, value: Value) -> PyResult {
    match this(value).number(0) {
        -1 => Err(thread.type_error("len() of unsized object")),
        left => Ok(int::from_i64(thread, left)),
    }
}
