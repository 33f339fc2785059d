//! The module `unicodedata`: facts on characters, which are `grwl_text`'s, and their names.
//!
//! `ucd_3_2_0` gives the facts of Unicode 3.2 by the same functions, which see by their receiver what they are asked: it, or the module.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use std::sync::Once;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::module::Module;
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Slot, Str, Thread, TypeObject,
    TypeSpec, Value, ValueExt, flags, float, intern, none, ready, singleton, types,
};
use grwl_text::unicode::{self, normalize, v3_2};
use grwl_text::{Text, TextBuf};

/// `unicodedata.UCD`: the facts of Unicode 3.2.
#[repr(C)]
pub struct Database {
    header: Header,
}

// SAFETY: repr(C), begins with a header; there is nothing else.
unsafe impl Cell for Database {
    fn type_object() -> &'static TypeObject {
        &UCD
    }
}

static CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Database>()),
    drop: None,
    name: "UCD",
};

/// `unicodedata.UCD`
pub static UCD: TypeObject = TypeObject::declare(&Declaration {
    name: "unicodedata.UCD",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Leaf,
    size: size_of::<Database>(),
    attributes: 0,
});

static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[],
    methods: FUNCTIONS,
    getset: &[GetSet::read_only(
        "unidata_version",
        |thread, _| Ok(Str::new(thread, "3.2.0").value()),
        None,
    )
    .member()],
    constants: &[],
};

/// Is the receiver the database of Unicode 3.2?
fn is_old(this: Value) -> bool {
    this.downcast_exact::<Database>().is_some()
}

/// `ucd_3_2_0`: the only instance.
fn old_database(thread: &Thread) -> Value {
    /// A root.
    static DATABASE: Slot = Slot::empty();
    static ROOTED: Once = Once::new();
    ROOTED.call_once(|| {
        // SAFETY: the class is Database's.
        let made = unsafe { thread.new_cell(&UCD, |header| Database { header }) };
        DATABASE.store(Some(made.value()));
        let first = (&raw const DATABASE).cast::<u64>();
        // SAFETY: a static stays readable, and its slot holds nothing or a value.
        unsafe { thread.heap().add_static_roots(first, 1) };
    });
    DATABASE.load().unwrap_or_else(none)
}

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

/// A fact of today's Unicode, and the same of Unicode 3.2.
type Fact<T> = (fn(u32) -> T, fn(u32) -> T);

/// What the receiver knows.
fn fact_of<T>(this: Value, fact: Fact<T>, code: u32) -> T {
    let (today, old) = fact;
    if is_old(this) { old(code) } else { today(code) }
}

fn text_of(
    thread: &Thread,
    this: Value,
    value: Value,
    function: &str,
    fact: Fact<&'static str>,
) -> PyResult {
    let code = character(thread, value, function, "argument")?;
    Ok(Str::new(thread, fact_of(this, fact, code)).value())
}

/// A number of a character; what is given for those that have none; or an error.
fn number_of<T>(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    (function, missing): (&str, &str),
    fact: Fact<Option<T>>,
    made: fn(&Thread, T) -> Value,
) -> PyResult {
    let [value, default] = args.unpack::<2>(thread, function, 1)?;
    let code = character(thread, value.unwrap_or_else(none), function, "argument 1")?;
    match (fact_of(this, fact, code), default) {
        (Some(number), _) => Ok(made(thread, number)),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(thread.value_error(missing)),
    }
}

fn small(_thread: &Thread, number: u8) -> Value {
    Value::small(i64::from(number))
}

static FUNCTIONS: &[Method] = &[
    Method::any(
        "decimal",
        |t, this, args| {
            let names = ("decimal", "not a decimal");
            number_of(
                t,
                this,
                args,
                names,
                (unicode::decimal, v3_2::decimal),
                small,
            )
        },
        "decimal($self, chr, default=<unrepresentable>, /)\n--\n\nThe value of a decimal digit.",
    ),
    Method::any(
        "digit",
        |t, this, args| {
            let names = ("digit", "not a digit");
            number_of(t, this, args, names, (unicode::digit, v3_2::digit), small)
        },
        "digit($self, chr, default=<unrepresentable>, /)\n--\n\nThe value of a digit.",
    ),
    Method::any(
        "numeric",
        |t, this, args| {
            let names = ("numeric", "not a numeric character");
            let fact: Fact<Option<f64>> = (unicode::numeric, v3_2::numeric);
            number_of(t, this, args, names, fact, float::new)
        },
        "numeric($self, chr, default=<unrepresentable>, /)\n--\n\nThe value of a number.",
    ),
    Method::one(
        "category",
        |t, this, c| text_of(t, this, c, "category", (unicode::category, v3_2::category)),
        "category($self, chr, /)\n--\n\nThe general category.",
    ),
    Method::one(
        "bidirectional",
        |t, this, c| {
            text_of(
                t,
                this,
                c,
                "bidirectional",
                (unicode::bidirectional, v3_2::bidirectional),
            )
        },
        "bidirectional($self, chr, /)\n--\n\nThe bidirectional class.",
    ),
    Method::one(
        "east_asian_width",
        |t, this, c| {
            text_of(
                t,
                this,
                c,
                "east_asian_width",
                (unicode::east_asian_width, v3_2::east_asian_width),
            )
        },
        "east_asian_width($self, chr, /)\n--\n\nThe East Asian width.",
    ),
    Method::one(
        "combining",
        |t, this, c| {
            let code = character(t, c, "combining", "argument")?;
            let class = fact_of(this, (unicode::combining, v3_2::combining), code);
            Ok(Value::small(i64::from(class)))
        },
        "combining($self, chr, /)\n--\n\nThe canonical combining class.",
    ),
    Method::one(
        "mirrored",
        |t, this, c| {
            let code = character(t, c, "mirrored", "argument")?;
            let fact: Fact<bool> = (unicode::is_mirrored, v3_2::is_mirrored);
            Ok(Value::small(i64::from(fact_of(this, fact, code))))
        },
        "mirrored($self, chr, /)\n--\n\n1 if it is mirrored in text from right to left.",
    ),
    Method::one(
        "decomposition",
        decomposition,
        "decomposition($self, chr, /)\n--\n\nThe decomposition mapping.",
    ),
    Method::any(
        "normalize",
        |t, this, args| {
            let (form, string) = form_and_string(t, args, "normalize")?;
            if is_normalized(this, string.text(), form) {
                return exactly(t, string);
            }
            let made = normalized(this, string.text(), form);
            Ok(Str::from_buf(t, &made)?.value())
        },
        "normalize($self, form, unistr, /)\n--\n\nThe string in a normal form.",
    ),
    Method::any(
        "is_normalized",
        |t, this, args| {
            let (form, string) = form_and_string(t, args, "is_normalized")?;
            let answer = is_normalized(this, string.text(), form);
            Ok(singleton::bool(answer))
        },
        "is_normalized($self, form, unistr, /)\n--\n\nIs the string in a normal form?",
    ),
    Method::any(
        "name",
        name,
        "name($self, chr, default=<unrepresentable>, /)\n--\n\nThe character's name.",
    ),
    Method::one(
        "lookup",
        lookup,
        "lookup($self, name, /)\n--\n\nThe character of a name.",
    ),
];

fn decomposition(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let code = character(thread, value, "decomposition", "argument")?;
    let mut parts = Vec::new();
    if let Some((leading, vowel, trailing)) = normalize::hangul_parts(code) {
        let codes = [Some(leading), Some(vowel), trailing];
        parts.extend(
            codes
                .into_iter()
                .flatten()
                .map(|code| format!("{code:04X}")),
        );
    }
    if let Some(found) = fact_of(this, (unicode::decomposition, v3_2::decomposition), code) {
        if !found.tag.is_empty() {
            parts.push(format!("<{}>", found.tag));
        }
        parts.extend(found.codes().map(|code| format!("{code:04X}")));
    }
    Ok(Str::new(thread, &parts.join(" ")).value())
}

/// The string, as no instance of a subclass.
fn exactly(thread: &Thread, string: Ref<Str>) -> PyResult {
    if string.value().downcast_exact::<Str>().is_some() {
        return Ok(string.value());
    }
    Ok(Str::try_from_text(thread, string.text())?.value())
}

fn normalized(this: Value, text: Text<'_>, form: normalize::Form) -> TextBuf {
    if is_old(this) {
        v3_2::normalize(text, form)
    } else {
        normalize::normalize(text, form)
    }
}

fn is_normalized(this: Value, text: Text<'_>, form: normalize::Form) -> bool {
    if is_old(this) {
        text.is_ascii() || v3_2::normalize(text, form).as_text() == text
    } else {
        normalize::is_normalized(text, form)
    }
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

fn name(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [value, default] = args.unpack::<2>(thread, "name", 1)?;
    let code = character(thread, value.unwrap_or_else(none), "name", "argument 1")?;
    let is_known = !is_old(this) || v3_2::is_assigned(code);
    let character = char::from_u32(code).filter(|_| is_known);
    match (character.and_then(unicode_names2::name), default) {
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

/// Gives the type its functions.
pub fn install() {
    UCD.define(&SPEC);
}

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
    ready::ready(thread, &UCD)?;
    module.add(thread, "UCD", Ref::from_static(&UCD).value())?;
    let old = old_database(thread);
    module.add(thread, "ucd_3_2_0", old)?;
    Ok(module)
}
