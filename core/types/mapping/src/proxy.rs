//! `mappingproxy`: any mapping, to be read only.

use grwl_object::dict::Dict;
use grwl_object::dict::view::DictView;
use grwl_object::list::List;
use grwl_object::{
    Args, CompareOp, Method, Name, PyResult, Ref, Signature, Str, Thread, Tuple, TypeObject,
    TypeSpec, Value, ValueExt, none, protocol, slots, types,
};

use crate::receiver;

/// What `mappingproxy` can do.
pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("mappingproxy(mapping)\n--\n\nRead-only proxy of a mapping."),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::STR.is(str),
        slots::HASH.is(hash),
        slots::COMPARE.is(compare),
        slots::ITER.is(iterate),
        slots::OR.is(or),
        slots::INPLACE_OR.is(inplace_or),
        slots::MAPPING_LENGTH.is(length),
        slots::SUBSCRIPT.is(subscript),
        slots::CONTAINS.is(contains),
    ],
    methods: &[
        Method::any(
            "get",
            get,
            "get($self, key, default=None, /)\n--\n\nThe value of the key, or the default if there is no such key.",
        ),
        Method::no_arguments(
            "keys",
            keys,
            "keys($self, /)\n--\n\nA set-like view of the keys.",
        ),
        Method::no_arguments(
            "values",
            values,
            "values($self, /)\n--\n\nA view of the values.",
        ),
        Method::no_arguments(
            "items",
            items,
            "items($self, /)\n--\n\nA set-like view of the pairs of key and value.",
        ),
        Method::no_arguments(
            "copy",
            copy,
            "copy($self, /)\n--\n\nA shallow copy of the mapping.",
        ),
        Method::one(
            "__class_getitem__",
            class_getitem,
            "__class_getitem__($type, object, /)\n--\n\nA mappingproxy type with its keys' and values' types named.",
        )
        .of_class(),
        Method::no_arguments(
            "__reversed__",
            reversed,
            "__reversed__($self, /)\n--\n\nAn iterator over the keys that goes backwards.",
        ),
    ],
    getset: &[],
    constants: &[],
};

/// The mapping of a proxy; `None` for what is no proxy.
fn as_proxy(value: Value) -> Option<Value> {
    if !std::ptr::eq(value.class().as_ptr(), &raw const types::MAPPING_PROXY) {
        return None;
    }
    // SAFETY: proxies have this layout, and cannot be subclassed.
    let proxy: Ref<DictView> = unsafe { Ref::from_cell(value.as_cell()?) };
    proxy.target.load()
}

fn target(thread: &mut Thread, this: Value) -> PyResult {
    match as_proxy(this) {
        Some(target) => Ok(target),
        None => Err(receiver::wrong(thread, "mappingproxy", this)),
    }
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("mappingproxy", ["mapping"]);
    let [mapping] = args.parse(thread, &SIGNATURE)?;
    let mapping = mapping.unwrap_or_else(none);
    let class = mapping.class();
    if class.slot(slots::SUBSCRIPT).is_none()
        || mapping.downcast::<List>().is_some()
        || mapping.downcast::<Tuple>().is_some()
    {
        return Err(thread.type_error(format_args!(
            "mappingproxy() argument must be a mapping, not {}",
            class.name()
        )));
    }
    Ok(DictView::new(thread, &types::MAPPING_PROXY, mapping).value())
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let target = target(thread, this)?;
    let inner = protocol::repr(thread, target)?;
    let mut text = grwl_text::TextBuilder::new();
    text.push_str("mappingproxy(");
    text.push_text(inner.text());
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn str(thread: &mut Thread, this: Value) -> PyResult {
    let target = target(thread, this)?;
    protocol::str(thread, target).map(Into::into)
}

fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let target = target(thread, this)?;
    protocol::hash(thread, target)
}

fn compare(thread: &mut Thread, this: Value, other: Value, op: CompareOp) -> PyResult {
    let target = target(thread, this)?;
    protocol::compare(thread, target, other, op)
}

fn iterate(thread: &mut Thread, this: Value) -> PyResult {
    let target = target(thread, this)?;
    protocol::get_iter(thread, target)
}

fn length(thread: &mut Thread, this: Value) -> PyResult<usize> {
    let target = target(thread, this)?;
    protocol::length(thread, target)
}

fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    let target = target(thread, this)?;
    protocol::get_item(thread, target, key)
}

fn contains(thread: &mut Thread, this: Value, key: Value) -> PyResult<bool> {
    let target = target(thread, this)?;
    match target.downcast_exact::<Dict>() {
        Some(dict) => dict.contains(thread, key),
        None => protocol::contains(thread, target, key),
    }
}

fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (a, b) = (as_proxy(a).unwrap_or(a), as_proxy(b).unwrap_or(b));
    protocol::binary(thread, protocol::Operator::Or, a, b)
}

fn inplace_or(thread: &mut Thread, this: Value, _other: Value) -> PyResult {
    Err(thread.type_error(format_args!(
        "'|=' is not supported by {}; use '|' instead",
        this.class().name()
    )))
}

fn get(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static GET: Name = Name::new("get");
    let target = target(thread, this)?;
    let [key, default] = receiver::positional(thread, args, "mappingproxy", "get", 1)?;
    let args = [key.unwrap_or_else(none), default.unwrap_or_else(none)];
    let name = GET.get(thread);
    protocol::call_method(thread, target, name, &args)
}

fn forward(thread: &mut Thread, this: Value, name: &'static Name) -> PyResult {
    let target = target(thread, this)?;
    let name = name.get(thread);
    protocol::call_method(thread, target, name, &[])
}

fn keys(thread: &mut Thread, this: Value) -> PyResult {
    static KEYS: Name = Name::new("keys");
    forward(thread, this, &KEYS)
}

fn values(thread: &mut Thread, this: Value) -> PyResult {
    static VALUES: Name = Name::new("values");
    forward(thread, this, &VALUES)
}

fn items(thread: &mut Thread, this: Value) -> PyResult {
    static ITEMS: Name = Name::new("items");
    forward(thread, this, &ITEMS)
}

fn copy(thread: &mut Thread, this: Value) -> PyResult {
    static COPY: Name = Name::new("copy");
    forward(thread, this, &COPY)
}

fn reversed(thread: &mut Thread, this: Value) -> PyResult {
    static REVERSED: Name = Name::new("__reversed__");
    forward(thread, this, &REVERSED)
}

fn class_getitem(thread: &mut Thread, class: Value, parameters: Value) -> PyResult {
    grwl_object::class::generic_alias(thread, class, parameters)
}
