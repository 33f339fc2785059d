//! What instances of all C types have in common: making them, their buffers, pickling.

use std::collections::HashSet;

use grwl_object::buffer::BufferView;
use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::{
    Args, GetSet, Method, PyResult, Ref, Str, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt,
    int, intern, none, protocol, slots,
};
use grwl_threads::sync::Mutex;

use crate::data;
use crate::info::{Info, Kind};
use crate::memory;

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("XXX to be provided"),
    slots: &[slots::HASH.is(hash), slots::GET_BUFFER.is(get_buffer)],
    methods: &[
        Method::no_arguments(
            "__ctypes_from_outparam__",
            |_, this| Ok(this),
            "__ctypes_from_outparam__($self, /)\n--\n\nThe instance itself.",
        ),
        Method::no_arguments(
            "__reduce__",
            reduce,
            "__reduce__($self, /)\n--\n\nFor pickling: the bytes, and the attributes.",
        ),
        Method::any(
            "__setstate__",
            set_state,
            "__setstate__($self, attributes, bytes, /)\n--\n\nThe other half of pickling.",
        ),
    ],
    getset: &[
        GetSet::read_only(
            "_b_base_",
            |_, this| Ok(data::own(this).base().map_or_else(none, Ref::value)),
            Some("the base object"),
        )
        .member(),
        GetSet::read_only(
            "_b_needsfree_",
            |_, this| Ok(Value::small(data::own(this).is_owner().into())),
            Some("whether the object owns the memory or not"),
        )
        .member(),
        GetSet::read_only(
            "_objects",
            |_, this| Ok(data::own(this).objects().unwrap_or_else(none)),
            Some("internal objects tree (NEVER CHANGE THIS OBJECT!)"),
        )
        .member(),
    ],
    ..TypeSpec::NONE
};

fn hash(thread: &mut Thread, _this: Value) -> PyResult<i64> {
    Err(thread.type_error("unhashable type"))
}

/// The `__new__` of most types.
pub(crate) fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    Ok(data::new(thread, class)?.value())
}

/// `<c_int object at 0x...>`
pub(crate) fn plain_repr(thread: &Thread, this: Value) -> Value {
    let text = format!(
        "<{} object at {:#x}>",
        this.class().name(),
        this.bits().get()
    );
    Str::new(thread, &text).value()
}

/// The formats that were asked for: views hold them by reference. There are as many as a program has different kinds of data of which it wants views.
static FORMATS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);

fn lasting(format: String) -> &'static str {
    let mut formats = FORMATS.lock();
    let formats = formats.get_or_insert_with(HashSet::new);
    match formats.get(format.as_str()) {
        Some(known) => known,
        None => {
            let lasting: &'static str = format.leak();
            formats.insert(lasting);
            lasting
        }
    }
}

/// The type of what is in an array of arrays.
fn innermost(info: Ref<Info>) -> Ref<Info> {
    let mut info = info;
    while info.kind() == Kind::Array
        && let Some(item) = info.target().and_then(|item| Info::of(&item))
    {
        info = item;
    }
    info
}

/// A view. Its memory stays valid as long as its owner is kept: an instance that is resized keeps the block for its views, see `data`.
pub(crate) fn get_buffer(thread: &mut Thread, this: Value, _flags: u32) -> PyResult<BufferView> {
    let Some(info) = Info::of(&this.class()) else {
        return Err(thread.type_error("abstract class"));
    };
    let format = lasting(info.format_text().unwrap_or_else(|| "B".to_owned()));
    let place = data::note_view(data::own(this));
    let mut view = BufferView::of_bytes(this, place.first, place.size, false);
    view.format = format;
    view.shape = info.lengths().into();
    view.is_scalar = view.shape.is_empty();
    view.item_size = if view.is_scalar {
        // It may have been resized.
        view.length
    } else {
        innermost(info).size()
    };
    Ok(view)
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let class = this.class();
    if Info::of(&class).is_some_and(|info| data::has_pointers(&info)) {
        return Err(thread.value_error("ctypes objects containing pointers cannot be pickled"));
    }
    let name = intern(thread, "__dict__");
    let attributes = protocol::get_attribute(thread, this, name)?;
    let module = grwl_object::class::import(thread, "_ctypes")?;
    let unpickle = protocol::get_attribute_str(thread, module, "_unpickle")?;
    let place = data::own(this).place();
    // SAFETY: the place has so many bytes.
    let bytes = unsafe { memory::to_vec(place.first, place.size) };
    let bytes = Bytes::new(thread, &bytes)?.value();
    let state = Tuple::try_new(thread, &[attributes, bytes])?.value();
    let args = Tuple::try_new(thread, &[class.value(), state])?.value();
    Ok(Tuple::try_new(thread, &[unpickle, args])?.value())
}

fn set_state(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [attributes, bytes] = args.unpack::<2>(thread, "__setstate__", 2)?;
    let (attributes, bytes) = (attributes.unwrap_or_else(none), bytes.unwrap_or_else(none));
    let Some(attributes) = attributes.downcast::<Dict>() else {
        return Err(thread.type_error(format_args!(
            "argument 1 must be dict, not {}",
            grwl_types_text::arguments::type_or_none(attributes)
        )));
    };
    let Some(bytes) = bytes.downcast::<Bytes>() else {
        return Err(thread.type_error(format_args!(
            "argument 2 must be read-only bytes-like object, not {}",
            grwl_types_text::arguments::type_or_none(bytes)
        )));
    };
    if let Some(info) = Info::of(&this.class())
        && data::has_pointers(&info)
    {
        return Err(thread.value_error("ctypes objects containing pointers cannot be pickled"));
    }
    let place = data::own(this).place();
    let count = bytes.len().min(place.size);
    // SAFETY: the place has so many bytes.
    unsafe { memory::store(place.first, &bytes.as_slice()[..count]) };
    let name = intern(thread, "__dict__");
    let own = protocol::get_attribute(thread, this, name)?;
    let Some(own) = own.downcast::<Dict>() else {
        return Err(thread.type_error(format_args!(
            "{}.__dict__ must be a dictionary, not {}",
            this.class().name(),
            own.class().name()
        )));
    };
    own.merge(thread, attributes, true)?;
    Ok(none())
}

/// `_unpickle(type, state)`
pub(crate) fn unpickle(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [class, state] = args.unpack::<2>(thread, "_unpickle", 2)?;
    let class = class.unwrap_or_else(none);
    let Some(state) = state.and_then(Value::downcast::<Tuple>) else {
        return Err(thread.type_error("_unpickle() argument 2 must be tuple"));
    };
    let name = intern(thread, "__new__");
    let made = protocol::call_method(thread, class, name, &[class])?;
    let name = intern(thread, "__setstate__");
    protocol::call_method(thread, made, name, state.as_slice())?;
    Ok(made)
}

/// `buffer_info(type or instance)`
pub(crate) fn buffer_info(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let Some(info) = Info::of_value(value).or_else(|| Info::of(&value.class())) else {
        return Err(thread.type_error("not a ctypes type or object"));
    };
    let shape = info
        .shape
        .load()
        .and_then(Value::downcast::<Tuple>)
        .unwrap_or_else(Tuple::empty);
    let format = info.format.load().unwrap_or_else(none);
    let count = int::from_usize(thread, shape.len());
    Ok(Tuple::try_new(thread, &[format, count, shape.value()])?.value())
}
