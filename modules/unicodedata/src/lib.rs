//! The module `unicodedata`: facts on characters, which are `grwl_text`'s, and their names.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Str, Thread, Value, ValueExt, float, intern, none, singleton,
    types,
};
use grwl_text::unicode::{self, normalize};

/// The one character that an argument is.
fn character(thread: &Thread, value: Value, function: &str, which: &str) -> PyResult<u32> {
    match value.downcast::<Str>() {
        Some(string) if string.len() == 1 => Ok(string.text().at(0)),
        Some(string) => Err(thread.type_error(format_args!(
            "{function}(): {which} must be a unicode character, not a string of length {}",
            string.len()
        ))),
        None => Err(thread.type_error(format_args!(
            "{function}() {which} must be a unicode character, not {}",
            if value.is_none() {
                "None".to_owned()
            } else {
                value.class().name().to_string()
            }
        ))),
    }
}

fn text_of(
    thread: &Thread,
    value: Value,
    function: &str,
    fact: fn(u32) -> &'static str,
) -> PyResult {
    let code = character(thread, value, function, "argument")?;
    Ok(Str::new(thread, fact(code)).value())
}

/// A number of a character; what is given for those that have none; or an error.
fn number_of(
    thread: &mut Thread,
    args: Args<'_>,
    function: &str,
    fact: fn(&Thread, u32) -> Option<Value>,
    missing: &str,
) -> PyResult {
    let [value, default] = args.unpack::<2>(thread, function, 1)?;
    let code = character(thread, value.unwrap_or_else(none), function, "argument 1")?;
    match (fact(thread, code), default) {
        (Some(number), _) => Ok(number),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(thread.value_error(missing)),
    }
}

fn small(number: Option<u8>) -> Option<Value> {
    number.map(|number| Value::small(i64::from(number)))
}

static FUNCTIONS: &[Method] = &[
    Method::any(
        "decimal",
        |t, _, args| {
            number_of(
                t,
                args,
                "decimal",
                |_, c| small(unicode::decimal(c)),
                "not a decimal",
            )
        },
        "decimal($module, chr, default=<unrepresentable>, /)\n--\n\nThe value of a decimal digit.",
    ),
    Method::any(
        "digit",
        |t, _, args| {
            number_of(
                t,
                args,
                "digit",
                |_, c| small(unicode::digit(c)),
                "not a digit",
            )
        },
        "digit($module, chr, default=<unrepresentable>, /)\n--\n\nThe value of a digit.",
    ),
    Method::any(
        "numeric",
        |t, _, args| {
            number_of(
                t,
                args,
                "numeric",
                |t, c| unicode::numeric(c).map(|x| float::new(t, x)),
                "not a numeric character",
            )
        },
        "numeric($module, chr, default=<unrepresentable>, /)\n--\n\nThe value of a number.",
    ),
    Method::one(
        "category",
        |t, _, c| text_of(t, c, "category", unicode::category),
        "category($module, chr, /)\n--\n\nThe general category.",
    ),
    Method::one(
        "bidirectional",
        |t, _, c| text_of(t, c, "bidirectional", unicode::bidirectional),
        "bidirectional($module, chr, /)\n--\n\nThe bidirectional class.",
    ),
    Method::one(
        "east_asian_width",
        |t, _, c| text_of(t, c, "east_asian_width", unicode::east_asian_width),
        "east_asian_width($module, chr, /)\n--\n\nThe East Asian width.",
    ),
    Method::one(
        "combining",
        |t, _, c| {
            let code = character(t, c, "combining", "argument")?;
            Ok(Value::small(i64::from(unicode::combining(code))))
        },
        "combining($module, chr, /)\n--\n\nThe canonical combining class.",
    ),
    Method::one(
        "mirrored",
        |t, _, c| {
            let code = character(t, c, "mirrored", "argument")?;
            Ok(Value::small(i64::from(unicode::is_mirrored(code))))
        },
        "mirrored($module, chr, /)\n--\n\n1 if it is mirrored in text from right to left.",
    ),
    Method::one(
        "decomposition",
        decomposition,
        "decomposition($module, chr, /)\n--\n\nThe decomposition mapping.",
    ),
    Method::any(
        "normalize",
        |t, _, args| {
            let (form, string) = form_and_string(t, args, "normalize")?;
            if normalize::is_normalized(string.text(), form) {
                return Ok(string.value());
            }
            let made = normalize::normalize(string.text(), form);
            Ok(Str::from_buf(t, &made)?.value())
        },
        "normalize($module, form, unistr, /)\n--\n\nThe string in a normal form.",
    ),
    Method::any(
        "is_normalized",
        |t, _, args| {
            let (form, string) = form_and_string(t, args, "is_normalized")?;
            Ok(singleton::bool(normalize::is_normalized(
                string.text(),
                form,
            )))
        },
        "is_normalized($module, form, unistr, /)\n--\n\nIs the string in a normal form?",
    ),
    Method::any(
        "name",
        name,
        "name($module, chr, default=<unrepresentable>, /)\n--\n\nThe character's name.",
    ),
    Method::one(
        "lookup",
        lookup,
        "lookup($module, name, /)\n--\n\nThe character of a name.",
    ),
];

fn decomposition(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let code = character(thread, value, "decomposition", "argument")?;
    let mut parts = Vec::new();
    if let Some(found) = unicode::decomposition(code) {
        if !found.tag.is_empty() {
            parts.push(format!("<{}>", found.tag));
        }
        parts.extend(found.codes().map(|code| format!("{code:04X}")));
    }
    Ok(Str::new(thread, &parts.join(" ")).value())
}

fn form_and_string(
    thread: &mut Thread,
    args: Args<'_>,
    function: &str,
) -> PyResult<(normalize::Form, Ref<Str>)> {
    let given = args.unpack::<2>(thread, function, 2)?;
    let [form, string] = given.map(|value| value.unwrap_or_else(none));
    let text = |thread: &Thread, value: Value, place: usize| {
        value.downcast::<Str>().ok_or_else(|| {
            thread.type_error(format_args!(
                "{function}() argument {place} must be str, not {}",
                if value.is_none() {
                    "None".to_owned()
                } else {
                    value.class().name().to_string()
                }
            ))
        })
    };
    let form = text(thread, form, 1)?;
    let string = text(thread, string, 2)?;
    match normalize::Form::from_name(&form.to_string()) {
        Some(form) => Ok((form, string)),
        None => Err(thread.value_error("invalid normalization form")),
    }
}

fn name(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [value, default] = args.unpack::<2>(thread, "name", 1)?;
    let code = character(thread, value.unwrap_or_else(none), "name", "argument 1")?;
    match (char::from_u32(code).and_then(unicode_names2::name), default) {
        (Some(name), _) => Ok(Str::new(thread, &name.to_string()).value()),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(thread.value_error("no such name")),
    }
}

fn lookup(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let Some(name) = value.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "lookup() argument must be str, not {}",
            value.class().name()
        )));
    };
    let name = name.to_string();
    match unicode_names2::character(&name) {
        Some(found) => Ok(Str::from_code(thread, u32::from(found)).value()),
        None => {
            let message = format!("undefined character name '{name}'");
            Err(thread.raise(&types::KEY_ERROR, message))
        }
    }
}

/// Defines types; there are none.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "unicodedata");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    let version = Str::new(thread, "16.0.0").value();
    module.add(thread, "unidata_version", version)?;
    Ok(module)
}
