//! `Dialect`: how rows are written, and their registry.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::int::{self, IntView};
use grwl_object::protocol::{self, convert};
use grwl_object::{
    Args, Buffer, Cell, Declaration, GetSet, Method, PyResult, Raised, Ref, Signature, Slot, Str,
    Thread, TypeObject, TypeSpec, Value, ValueExt, flags, instance, intern, none, slots, types,
};

use crate::{ERROR, registry};

/// What fields are put into quotes, and what those without are when they are read; numbered as the module's constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Quoting {
    /// Those that need it.
    Minimal = 0,
    /// All.
    All = 1,
    /// All but numbers; what is without is a float.
    NonNumeric = 2,
    /// None.
    None = 3,
    /// Strings; what is without is a float, or `None` if it is empty.
    Strings = 4,
    /// All but `None`; what is without and empty is `None`.
    NotNull = 5,
}

impl Quoting {
    /// All, by name.
    pub(crate) const ALL: [(&str, Self); 6] = [
        ("QUOTE_MINIMAL", Self::Minimal),
        ("QUOTE_ALL", Self::All),
        ("QUOTE_NONNUMERIC", Self::NonNumeric),
        ("QUOTE_NONE", Self::None),
        ("QUOTE_STRINGS", Self::Strings),
        ("QUOTE_NOTNULL", Self::NotNull),
    ];

    fn of_number(number: i64) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, style)| *style as i64 == number);
        found.map(|(_, style)| *style)
    }
}

/// What a dialect says but for the end of a line. Characters that there may be none of are `None`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub delimiter: u32,
    pub quote: Option<u32>,
    pub escape: Option<u32>,
    pub quoting: Quoting,
    /// A quote in quotes is written twice.
    pub doubles: bool,
    /// Spaces behind a delimiter are left out.
    pub skips_spaces: bool,
    /// What is not well-formed is an error.
    pub is_strict: bool,
}

/// `_csv.Dialect`
#[repr(C)]
pub struct Dialect {
    header: Header,
    /// A string. Absent, and the rest nonsense, as long as the instance is being made.
    line_end: Slot,
    /// [`NOTHING`] for the characters that there are none of.
    delimiter: u32,
    quote: u32,
    escape: u32,
    quoting: u8,
    doubles: u8,
    skips_spaces: u8,
    is_strict: u8,
}

/// No character.
const NOTHING: u32 = u32::MAX;

// SAFETY: repr(C), begins with a header, never changed after it was published; the slot is atomic.
unsafe impl Cell for Dialect {
    fn type_object() -> &'static TypeObject {
        &DIALECT
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Dialect, line_end) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Dialect>()),
    drop: None,
    name: "Dialect",
};

/// `_csv.Dialect`
pub static DIALECT: TypeObject = TypeObject::declare(&Declaration {
    name: "_csv.Dialect",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Dialect>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("CSV dialect\n\nHow rows are read and written.\n"),
    slots: &[slots::NEW.is(new)],
    methods: &[
        Method::any(
            "__reduce__",
            |thread, this, _| Err(not_pickled(thread, this)),
            "raises an exception to avoid pickling",
        ),
        Method::any(
            "__reduce_ex__",
            |thread, this, _| Err(not_pickled(thread, this)),
            "raises an exception to avoid pickling",
        ),
    ],
    getset: &[
        GetSet::read_only(
            "skipinitialspace",
            |_, this| Ok(flag(own(this).skips_spaces)),
            None,
        )
        .member(),
        GetSet::read_only("doublequote", |_, this| Ok(flag(own(this).doubles)), None).member(),
        GetSet::read_only("strict", |_, this| Ok(flag(own(this).is_strict)), None).member(),
        GetSet::read_only(
            "delimiter",
            |thread, this| Ok(character(thread, own(this).delimiter)),
            None,
        ),
        GetSet::read_only(
            "escapechar",
            |thread, this| Ok(character(thread, own(this).escape)),
            None,
        ),
        GetSet::read_only(
            "lineterminator",
            |_, this| Ok(own(this).line_end().value()),
            None,
        ),
        GetSet::read_only(
            "quotechar",
            |thread, this| Ok(character(thread, own(this).quote)),
            None,
        ),
        GetSet::read_only(
            "quoting",
            |_, this| Ok(Value::small(own(this).quoting.into())),
            None,
        ),
    ],
    constants: &[],
};

fn own(this: Value) -> Ref<Dialect> {
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked() }
}

#[cold]
fn not_pickled(thread: &Thread, this: Value) -> Raised {
    let class = this.class().name().to_string();
    let short = class.rsplit('.').next().unwrap_or_default();
    thread.type_error(format_args!("cannot pickle '{short}' instances"))
}

fn flag(flag: u8) -> Value {
    int::bool(flag != 0)
}

fn character(thread: &Thread, code: u32) -> Value {
    match code {
        NOTHING => none(),
        code => Str::from_code(thread, code).value(),
    }
}

impl Dialect {
    pub(crate) fn style(&self) -> Style {
        let character = |code| (code != NOTHING).then_some(code);
        Style {
            delimiter: self.delimiter,
            quote: character(self.quote),
            escape: character(self.escape),
            quoting: Quoting::of_number(self.quoting.into()).unwrap_or(Quoting::Minimal),
            doubles: self.doubles != 0,
            skips_spaces: self.skips_spaces != 0,
            is_strict: self.is_strict != 0,
        }
    }

    pub(crate) fn line_end(&self) -> Ref<Str> {
        let found = self.line_end.load().and_then(Value::downcast::<Str>);
        found.unwrap_or_else(Str::empty)
    }
}

/// The parameters but for the dialect that they are taken from.
const OPTIONS: [&str; 8] = [
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<9> = Signature::new(
        "",
        [
            "dialect", OPTIONS[0], OPTIONS[1], OPTIONS[2], OPTIONS[3], OPTIONS[4], OPTIONS[5],
            OPTIONS[6], OPTIONS[7],
        ],
    )
    .optional_after(0);
    let [dialect, mut options @ ..] = args.parse(thread, &SIGNATURE)?;
    if let Some(mut dialect) = dialect {
        if dialect.downcast::<Str>().is_some() {
            dialect = registry::find(thread, dialect)?;
        }
        if dialect.downcast::<Dialect>().is_some() && options.iter().all(Option::is_none) {
            return Ok(dialect);
        }
        for (option, name) in options.iter_mut().zip(OPTIONS) {
            if option.is_none() {
                let name = intern(thread, name);
                *option = protocol::get_attribute(thread, dialect, name).ok();
            }
        }
    }
    let (style, line_end) = check(thread, options)?;
    let cell = instance::allocate(thread, class)?;
    // SAFETY: a fresh cell whose class is Dialect's or derives from it, so its payload is a Dialect.
    unsafe {
        let this = cell.cast::<Dialect>().as_ptr();
        (&raw mut (*this).delimiter).write(style.delimiter);
        (&raw mut (*this).quote).write(style.quote.unwrap_or(NOTHING));
        (&raw mut (*this).escape).write(style.escape.unwrap_or(NOTHING));
        (&raw mut (*this).quoting).write(style.quoting as u8);
        (&raw mut (*this).doubles).write(style.doubles.into());
        (&raw mut (*this).skips_spaces).write(style.skips_spaces.into());
        (&raw mut (*this).is_strict).write(style.is_strict.into());
    }
    let value = Value::from_cell(cell);
    let this = own(value);
    thread.store(this, &this.line_end, Some(line_end.value()));
    Ok(value)
}

/// One character; or, where that is allowed, `None` for none.
fn one_character(
    thread: &Thread,
    name: &str,
    given: Option<Value>,
    default: Option<u32>,
    may_be_none: bool,
) -> PyResult<Option<u32>> {
    let Some(given) = given else {
        return Ok(default);
    };
    if may_be_none && given.is_none() {
        return Ok(None);
    }
    let wanted = if may_be_none {
        "a unicode character or None"
    } else {
        "a unicode character"
    };
    match given.downcast::<Str>() {
        Some(string) if string.len() == 1 => Ok(Some(string.text().at(0))),
        Some(string) => Err(thread.type_error(format_args!(
            "\"{name}\" must be {wanted}, not a string of length {}",
            string.len()
        ))),
        None => Err(thread.type_error(format_args!(
            "\"{name}\" must be {wanted}, not {}",
            given.class().name()
        ))),
    }
}

fn truth(thread: &mut Thread, given: Option<Value>, default: bool) -> PyResult<bool> {
    match given {
        Some(given) => protocol::is_true(thread, given),
        None => Ok(default),
    }
}

fn string(thread: &Thread, name: &str, given: Option<Value>) -> PyResult<Ref<Str>> {
    let Some(given) = given else {
        return Ok(Str::new(thread, "\r\n"));
    };
    given.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "\"{name}\" must be a string, not {}",
            given.class().name()
        ))
    })
}

fn number(thread: &mut Thread, name: &str, given: Option<Value>) -> PyResult<i64> {
    let Some(given) = given else {
        return Ok(Quoting::Minimal as i64);
    };
    if !int::is_exact_int(given) {
        return Err(thread.type_error(format_args!(
            "\"{name}\" must be an integer, not {}",
            given.class().name()
        )));
    }
    match int::view(given) {
        Some(IntView::Small(number)) if i32::try_from(number).is_ok() => {
            convert::as_i64(thread, given)
        }
        _ => Err(thread.overflow_error("Python int too large to convert to C int")),
    }
}

/// What the options say, if it makes sense.
fn check(thread: &mut Thread, options: [Option<Value>; 8]) -> PyResult<(Style, Ref<Str>)> {
    let [
        delimiter,
        doubles,
        escape,
        line_end,
        quote,
        quoting,
        skips_spaces,
        is_strict,
    ] = options;
    let code = |character| Some(u32::from(character));
    let delimiter = one_character(thread, "delimiter", delimiter, code(','), false)?;
    let doubles = truth(thread, doubles, true)?;
    let escape = one_character(thread, "escapechar", escape, None, true)?;
    let line_end = string(thread, "lineterminator", line_end)?;
    let has_no_quote = quote.is_some_and(Value::is_none);
    let quote = one_character(thread, "quotechar", quote, code('"'), true)?;
    let style = number(thread, "quoting", quoting)?;
    let skips_spaces = truth(thread, skips_spaces, false)?;
    let is_strict = truth(thread, is_strict, false)?;
    let Some(mut style) = Quoting::of_number(style) else {
        return Err(thread.type_error("bad \"quoting\" value"));
    };
    if has_no_quote && quoting.is_none() {
        style = Quoting::None;
    }
    if style != Quoting::None && quote.is_none() {
        return Err(thread.type_error("quotechar must be set if quoting enabled"));
    }
    let ends = line_end.text();
    let characters = [
        ("delimiter", delimiter, true),
        ("escapechar", escape, !skips_spaces),
        ("quotechar", quote, !skips_spaces),
    ];
    for (name, character, may_be_space) in characters {
        let Some(character) = character else {
            continue;
        };
        let is_bad = match char::from_u32(character) {
            Some('\r' | '\n') => true,
            Some(' ') => !may_be_space,
            _ => false,
        };
        if is_bad {
            return Err(thread.value_error(format_args!("bad {name} value")));
        }
        if ends.codes().any(|code| code == character) {
            return Err(thread.value_error(format_args!("bad {name} or lineterminator value")));
        }
    }
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
        let ((name, character, _), (other_name, other, _)) =
            (characters[first], characters[second]);
        if character.is_some() && character == other {
            return Err(thread.value_error(format_args!("bad {name} or {other_name} value")));
        }
    }
    let style = Style {
        delimiter: delimiter.unwrap_or(u32::from(',')),
        quote,
        escape,
        quoting: style,
        doubles,
        skips_spaces,
        is_strict,
    };
    Ok((style, line_end))
}

/// `Dialect(dialect, **options)`: the options are those that `args` has by name.
pub(crate) fn of(
    thread: &mut Thread,
    dialect: Option<Value>,
    args: Args<'_>,
) -> PyResult<Ref<Dialect>> {
    let mut values = Buffer::new();
    if let Some(dialect) = dialect {
        values.push(thread, dialect)?;
    }
    for (_, value) in args.by_name() {
        values.push(thread, value)?;
    }
    let made = new(
        thread,
        Ref::from_static(&DIALECT),
        Args::new(&values, args.names()),
    )?;
    Ok(own(made))
}

/// The dialect in a slot of a reader or writer.
pub(crate) fn in_slot(thread: &Thread, slot: &Slot) -> PyResult<Ref<Dialect>> {
    let found = slot.load().and_then(Value::downcast::<Dialect>);
    found.ok_or_else(|| ERROR.raise(thread, "unknown dialect"))
}
