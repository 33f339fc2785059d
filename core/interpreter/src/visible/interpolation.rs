//! `string.templatelib.Interpolation`

use grwl_object::{
    Args, Constant, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread, Tuple, TypeObject,
    TypeSpec, Value, ValueExt, class, intern, none, protocol, slots,
};
use grwl_text::TextBuilder;

use super::function::shown_class;
use crate::interpolation::{INTERPOLATION, Interpolation, new_interpolation};

/// What an interpolation can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: Some("Interpolation object"),
    slots: &[slots::NEW.is(new), slots::REPR.is(repr)],
    methods: &[
        Method::no_arguments("__reduce__", reduce, "__reduce__() -> (cls, state)"),
        Method::one(
            "__class_getitem__",
            class_getitem,
            "Interpolations are generic over the types of their values",
        )
        .of_class(),
    ],
    getset: &[
        GetSet::read_only("value", get_value, Some("Value")).member(),
        GetSet::read_only("expression", get_expression, Some("Expression")).member(),
        GetSet::read_only("conversion", get_conversion, Some("Conversion")).member(),
        GetSet::read_only("format_spec", get_format_spec, Some("Format specifier")).member(),
    ],
    constants: &[Constant {
        name: "__match_args__",
        make: match_args,
    }],
};

fn match_args(thread: &mut Thread) -> PyResult {
    let names = ["value", "expression", "conversion", "format_spec"];
    let names = names.map(|name| intern(thread, name).value());
    Ok(Tuple::try_new(thread, &names)?.value())
}

fn receiver(value: Value) -> Ref<Interpolation> {
    value
        .downcast_exact::<Interpolation>()
        .expect("descriptors of interpolations are used on interpolations only")
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<4> = Signature::new(
        "Interpolation",
        ["value", "expression", "conversion", "format_spec"],
    )
    .optional_after(1);
    let [value, expression, conversion, format_spec] = args.parse(thread, &SIGNATURE)?;
    let value = value.unwrap_or_else(none);
    let expression = string(thread, expression, "expression")?;
    let conversion = conversion.unwrap_or_else(none);
    if !conversion.is_none() {
        let Some(text) = conversion.downcast::<Str>() else {
            return Err(wrong(thread, "conversion", conversion));
        };
        if !["s", "a", "r"].iter().any(|known| text.is_str(known)) {
            return Err(thread.value_error(
                "Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'",
            ));
        }
    }
    let format_spec = string(thread, format_spec, "format_spec")?;
    Ok(new_interpolation(
        thread,
        [value, expression, conversion, format_spec],
    ))
}

#[cold]
fn wrong(thread: &mut Thread, parameter: &str, value: Value) -> grwl_object::Raised {
    thread.type_error(format_args!(
        "Interpolation() argument '{parameter}' must be str, not {}",
        shown_class(value)
    ))
}

fn string(thread: &mut Thread, value: Option<Value>, parameter: &str) -> PyResult {
    match value {
        None => Ok(Str::empty().value()),
        Some(value) if value.downcast::<Str>().is_some() => Ok(value),
        Some(value) => Err(wrong(thread, parameter, value)),
    }
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    let mut text = TextBuilder::new();
    text.push_str("Interpolation(");
    for (index, slot) in parts(&this).into_iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        let shown = protocol::repr(thread, slot.load().unwrap_or_else(none))?;
        text.push_text(shown.text());
    }
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn parts(this: &Interpolation) -> [&Slot; 4] {
    [
        &this.value,
        &this.expression,
        &this.conversion,
        &this.format_spec,
    ]
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    let state = parts(&this).map(|slot| slot.load().unwrap_or_else(none));
    let state = Tuple::try_new(thread, &state)?;
    let class = Ref::from_static(&INTERPOLATION);
    Ok(Tuple::try_new(thread, &[class.value(), state.value()])?.value())
}

fn class_getitem(thread: &mut Thread, class: Value, item: Value) -> PyResult {
    class::generic_alias(thread, class, item)
}

fn get_value(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).value.load().unwrap_or_else(none))
}

fn get_expression(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).expression.load().unwrap_or_else(none))
}

fn get_conversion(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).conversion.load().unwrap_or_else(none))
}

fn get_format_spec(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).format_spec.load().unwrap_or_else(none))
}
