//! `_json.Encoder`: values to JSON text.
//!
//! Containers are read as they are while they are written: what a `default` or an `items` changes in them is seen or not, but does no harm.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::function::BuiltinFunction;
use grwl_object::int::IntView;
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Cell, Declaration, GetSet, Name, PyResult, Raised, Ref, Signature, Slot, Str,
    Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, float, int, none, protocol, slots,
    types,
};
use grwl_text::{TextBuf, TextBuilder};
use grwl_types_text::arguments;

use crate::{FUNCTIONS, quote};

/// `_json.Encoder`
#[repr(C)]
pub struct Encoder {
    header: Header,
    markers: Slot,
    default: Slot,
    encoder: Slot,
    indent: Slot,
    key_separator: Slot,
    item_separator: Slot,
    sort_keys: bool,
    skip_keys: bool,
    allow_nan: bool,
}

// SAFETY: repr(C), begins with a header; what is not atomic never changes.
unsafe impl Cell for Encoder {
    fn type_object() -> &'static TypeObject {
        &ENCODER
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Encoder, markers) as u32,
        count: 6,
    },
    size: Size::Fixed(size_of::<Encoder>()),
    drop: None,
    name: "JSON encoder",
};

/// `_json.Encoder`
pub static ENCODER: TypeObject = TypeObject::declare(&Declaration {
    name: "_json.Encoder",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Encoder>(),
    attributes: 0,
});

fn own(this: Value) -> Ref<Encoder> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

const fn member(name: &'static str, get: fn(&mut Thread, Value) -> PyResult) -> GetSet {
    GetSet::read_only(name, get, Some(name)).member()
}

fn content(slot: &Slot) -> Value {
    slot.load().unwrap_or_else(none)
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
    ),
    slots: &[slots::NEW.is(new), slots::CALL.is(call)],
    getset: &[
        member("markers", |_, this| Ok(content(&own(this).markers))),
        member("default", |_, this| Ok(content(&own(this).default))),
        member("encoder", |_, this| Ok(content(&own(this).encoder))),
        member("indent", |_, this| Ok(content(&own(this).indent))),
        member("key_separator", |_, this| {
            Ok(content(&own(this).key_separator))
        }),
        member("item_separator", |_, this| {
            Ok(content(&own(this).item_separator))
        }),
        member("sort_keys", |_, this| Ok(int::bool(own(this).sort_keys))),
        member("skipkeys", |_, this| Ok(int::bool(own(this).skip_keys))),
    ],
    ..TypeSpec::NONE
};

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static S: Signature<9> = Signature::new(
        "make_encoder",
        [
            "markers",
            "default",
            "encoder",
            "indent",
            "key_separator",
            "item_separator",
            "sort_keys",
            "skipkeys",
            "allow_nan",
        ],
    );
    let given = args.parse(thread, &S)?;
    let [
        markers,
        default,
        encoder,
        indent,
        key_separator,
        item_separator,
        sort_keys,
        skip_keys,
        allow_nan,
    ] = given.map(|value| value.expect("the signature requires all"));
    arguments::text(thread, key_separator, "make_encoder", "argument 5")?;
    arguments::text(thread, item_separator, "make_encoder", "argument 6")?;
    let sort_keys = protocol::is_true(thread, sort_keys)?;
    let skip_keys = protocol::is_true(thread, skip_keys)?;
    let allow_nan = protocol::is_true(thread, allow_nan)?;
    if !markers.is_none() && markers.downcast::<Dict>().is_none() {
        return Err(thread.type_error(format_args!(
            "make_encoder() argument 1 must be dict or None, not {}",
            markers.class().name()
        )));
    }
    // SAFETY: the type has this layout, and no subclasses.
    let made = unsafe {
        thread.new_cell(&ENCODER, |header| Encoder {
            header,
            markers: Slot::new(Some(markers)),
            default: Slot::new(Some(default)),
            encoder: Slot::new(Some(encoder)),
            indent: Slot::new(Some(indent)),
            key_separator: Slot::new(Some(key_separator)),
            item_separator: Slot::new(Some(item_separator)),
            sort_keys,
            skip_keys,
            allow_nan,
        })
    };
    Ok(made.value())
}

fn call(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static S: Signature<2> = Signature::new("_iterencode", ["obj", "_current_indent_level"]);
    let [Some(value), Some(level)] = args.parse(thread, &S)? else {
        unreachable!("the signature requires both");
    };
    let level = arguments::size(thread, level)?;
    let encoder = own(this);
    let indent = match content(&encoder.indent).not_none() {
        None => None,
        Some(indent) => Some(indent.downcast::<Str>().ok_or_else(|| {
            thread.type_error(format_args!(
                "can only concatenate str (not \"{}\") to str",
                indent.class().name()
            ))
        })?),
    };
    let string = |slot: &Slot| content(slot).downcast::<Str>().unwrap_or_else(Str::empty);
    let mut write = Write {
        out: TextBuilder::with_capacity(256),
        markers: content(&encoder.markers).downcast::<Dict>(),
        default: content(&encoder.default),
        encoder: content(&encoder.encoder),
        quote: quote_of(content(&encoder.encoder)),
        indent,
        lines: Vec::new(),
        first_level: level.max(0),
        key_separator: string(&encoder.key_separator),
        item_separator: string(&encoder.item_separator),
        sort_keys: encoder.sort_keys,
        skip_keys: encoder.skip_keys,
        allow_nan: encoder.allow_nan,
        rounds: 0,
    };
    write.value(thread, value, 0)?;
    let text = Str::from_buf(thread, &write.out.finish())?;
    Ok(Tuple::try_new(thread, &[text.value()])?.value())
}

/// How strings are written.
#[derive(Clone, Copy)]
enum Quote {
    Ascii,
    Plain,
    /// By calling something.
    Other,
}

fn quote_of(encoder: Value) -> Quote {
    let function = encoder.downcast_exact::<BuiltinFunction>();
    let is = |index: usize| {
        function
            .is_some_and(|function| std::ptr::eq(function.method(), &raw const FUNCTIONS[index]))
    };
    if is(0) {
        Quote::Ascii
    } else if is(1) {
        Quote::Plain
    } else {
        Quote::Other
    }
}

/// A text that is being written.
struct Write {
    out: TextBuilder,
    markers: Option<Ref<Dict>>,
    default: Value,
    encoder: Value,
    quote: Quote,
    indent: Option<Ref<Str>>,
    /// The line feed and the spaces that a line of a level begins with, for the levels that there were.
    lines: Vec<TextBuf>,
    first_level: isize,
    key_separator: Ref<Str>,
    item_separator: Ref<Str>,
    sort_keys: bool,
    skip_keys: bool,
    allow_nan: bool,
    rounds: u32,
}

/// The words in a note for a type: its name with its module, if that is neither `builtins` nor `__main__`.
fn full_name(thread: &mut Thread, class: Ref<TypeObject>) -> PyResult<String> {
    let name = protocol::get_attribute_str(thread, class.value(), "__qualname__")?;
    let name = protocol::str(thread, name)?.to_rust_lossy();
    let module = protocol::get_attribute_str(thread, class.value(), "__module__")?;
    Ok(match module.downcast::<Str>() {
        Some(module) if !module.is_str("builtins") && !module.is_str("__main__") => {
            format!("{module}.{name}")
        }
        _ => name,
    })
}

static ADD_NOTE: Name = Name::new("add_note");
static ITEMS: Name = Name::new("items");
static SORT: Name = Name::new("sort");

/// What a note says of the place in a container.
enum Item {
    Index(usize),
    Key(Value),
    /// None: the object itself was given to `default`.
    Whole,
}

/// Adds to an exception what was being written: `when serializing list item 0`.
#[cold]
fn noted(thread: &mut Thread, raised: Raised, container: Value, item: Item) -> Raised {
    let mut add = || {
        let mut note = TextBuilder::new();
        note.push_str("when serializing ");
        note.push_str(&full_name(thread, container.class())?);
        match item {
            Item::Index(index) => note.push_str(&format!(" item {index}")),
            Item::Key(key) => {
                note.push_str(" item ");
                let key = protocol::repr(thread, key)?;
                note.push_text(key.text());
            }
            Item::Whole => note.push_str(" object"),
        }
        let note = Str::from_buf(thread, &note.finish())?.value();
        let name = ADD_NOTE.get(thread);
        protocol::call_method(thread, raised.0, name, &[note])
    };
    match add() {
        Ok(_) => raised,
        Err(other) => other,
    }
}

impl Write {
    fn word(&mut self, word: &str) {
        self.out.push_latin1(word.as_bytes());
    }

    /// Begins a line of a level.
    fn line(&mut self, level: usize) {
        let Some(indent) = self.indent else { return };
        while self.lines.len() <= level {
            let times = self.first_level.saturating_add(self.lines.len() as isize);
            let mut line = TextBuilder::new();
            line.push(u32::from(b'\n'));
            for _ in 0..times {
                line.push_text(indent.text());
            }
            self.lines.push(line.finish());
        }
        self.out.push_text(self.lines[level].as_text());
    }

    #[inline]
    fn tick(&mut self, thread: &mut Thread) -> PyResult<()> {
        self.rounds += 1;
        if self.rounds & 0x1FF == 0 {
            thread.poll()?;
        }
        Ok(())
    }

    fn value(&mut self, thread: &mut Thread, value: Value, level: usize) -> PyResult<()> {
        if let Some(small) = value.as_int() {
            self.small(small);
            return Ok(());
        }
        let Some(_) = value.as_cell() else {
            return self.float(thread, value);
        };
        let class = value.class();
        if let Some(string) = value.downcast::<Str>() {
            return self.string(thread, string);
        }
        if value.is_none() {
            self.word("null");
        } else if let Some(truth) = int::as_bool(value) {
            self.word(if truth { "true" } else { "false" });
        } else if class.has_flag(flags::DICT) {
            return self.dict(thread, value, level);
        } else if class.has_flag(flags::LIST | flags::TUPLE) {
            return self.sequence(thread, value, level);
        } else if class.has_flag(flags::INT) {
            return self.int(thread, value);
        } else if class.has_flag(flags::FLOAT) {
            return self.float(thread, value);
        } else {
            return self.other(thread, value, level);
        }
        Ok(())
    }

    fn small(&mut self, number: i64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut left = number.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        if number < 0 {
            at -= 1;
            digits[at] = b'-';
        }
        self.out.push_latin1(&digits[at..]);
    }

    /// An integer, as `int` itself shows it.
    fn int(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        match int::view(value) {
            Some(IntView::Small(small)) => self.small(small),
            _ => {
                let text = shown_by(thread, &types::INT, value)?;
                self.out.push_text(text.text());
            }
        }
        Ok(())
    }

    /// A float, as `float` itself shows it.
    fn float(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        let float = float::view(value).unwrap_or(0.0);
        if float.is_finite() {
            self.word(&grwl_number::float::text::repr(float));
            return Ok(());
        }
        if !self.allow_nan {
            let shown = protocol::repr(thread, value)?;
            return Err(thread.value_error(format_args!(
                "Out of range float values are not JSON compliant: {shown}"
            )));
        }
        self.word(if float.is_nan() {
            "NaN"
        } else if float > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        });
        Ok(())
    }

    fn string(&mut self, thread: &mut Thread, string: Ref<Str>) -> PyResult<()> {
        match self.quote {
            Quote::Ascii => quote::write(&mut self.out, string.text(), true),
            Quote::Plain => quote::write(&mut self.out, string.text(), false),
            Quote::Other => {
                let made = protocol::call_positional(thread, self.encoder, &[string.value()])?;
                let Some(made) = made.downcast::<Str>() else {
                    return Err(thread.type_error(format_args!(
                        "encoder() must return a string, not {}",
                        made.class().name()
                    )));
                };
                self.out.push_text(made.text());
            }
        }
        Ok(())
    }

    /// Notes that a container is being written.
    fn enter(&self, thread: &mut Thread, value: Value) -> PyResult<()> {
        let Some(markers) = self.markers else {
            return Ok(());
        };
        let key = marker(thread, value);
        if markers.contains(thread, key)? {
            return Err(thread.value_error("Circular reference detected"));
        }
        markers.insert(thread, key, value)
    }

    fn leave(&self, thread: &mut Thread, value: Value) -> PyResult<()> {
        let Some(markers) = self.markers else {
            return Ok(());
        };
        let key = marker(thread, value);
        match markers.remove(thread, key)? {
            Some(_) => Ok(()),
            None => Err(thread.key_error(key)),
        }
    }

    #[cold]
    fn other(&mut self, thread: &mut Thread, value: Value, level: usize) -> PyResult<()> {
        self.enter(thread, value)?;
        let made = protocol::call_positional(thread, self.default, &[value])?;
        thread.check_stack()?;
        if let Err(raised) = self.value(thread, made, level) {
            return Err(noted(thread, raised, value, Item::Whole));
        }
        self.leave(thread, value)
    }

    fn sequence(&mut self, thread: &mut Thread, value: Value, level: usize) -> PyResult<()> {
        thread.check_stack()?;
        let source = Source::of(thread, value)?;
        if source.get(0).is_none() {
            self.word("[]");
            return Ok(());
        }
        self.enter(thread, value)?;
        self.word("[");
        let mut index = 0;
        while let Some(element) = source.get(index) {
            if index > 0 {
                self.out.push_text(self.item_separator.text());
            }
            self.line(level + 1);
            if let Err(raised) = self.value(thread, element, level + 1) {
                return Err(noted(thread, raised, value, Item::Index(index)));
            }
            index += 1;
            self.tick(thread)?;
        }
        self.leave(thread, value)?;
        self.line(level);
        self.word("]");
        Ok(())
    }

    fn dict(&mut self, thread: &mut Thread, value: Value, level: usize) -> PyResult<()> {
        thread.check_stack()?;
        // SAFETY: its class has the flag of dicts.
        let dict = unsafe { value.downcast_unchecked::<Dict>() };
        if dict.is_empty() {
            self.word("{}");
            return Ok(());
        }
        self.enter(thread, value)?;
        self.word("{");
        let mut is_first = true;
        if self.sort_keys || value.downcast_exact::<Dict>().is_none() {
            let items = items(thread, value)?;
            if self.sort_keys {
                let name = SORT.get(thread);
                protocol::call_method(thread, items.value(), name, &[])?;
            }
            let mut index = 0;
            while let Some(item) = items.get(index) {
                let pair = item.downcast::<Tuple>().filter(|pair| pair.len() == 2);
                let Some(pair) = pair else {
                    return Err(thread.value_error("items must return 2-tuples"));
                };
                self.item(thread, &mut is_first, value, pair.at(0), pair.at(1), level)?;
                index += 1;
            }
        } else {
            for (key, element, _) in dict.cursor() {
                self.item(thread, &mut is_first, value, key, element, level)?;
            }
        }
        self.leave(thread, value)?;
        // All keys may have been left out.
        if !is_first {
            self.line(level);
        }
        self.word("}");
        Ok(())
    }

    fn item(
        &mut self,
        thread: &mut Thread,
        is_first: &mut bool,
        dict: Value,
        key: Value,
        value: Value,
        level: usize,
    ) -> PyResult<()> {
        self.tick(thread)?;
        let name = match key.downcast::<Str>() {
            Some(name) => name,
            None => match self.key(thread, key)? {
                Some(name) => name,
                None => return Ok(()),
            },
        };
        if !std::mem::take(is_first) {
            self.out.push_text(self.item_separator.text());
        }
        self.line(level + 1);
        self.string(thread, name)?;
        self.out.push_text(self.key_separator.text());
        match self.value(thread, value, level + 1) {
            Ok(()) => Ok(()),
            Err(raised) => Err(noted(thread, raised, dict, Item::Key(key))),
        }
    }

    /// A key that is no string, as one; `None` if it is to be left out.
    #[cold]
    fn key(&mut self, thread: &mut Thread, key: Value) -> PyResult<Option<Ref<Str>>> {
        let is_known = key.is_none() || int::is_int(key) || float::view(key).is_some();
        if !is_known {
            if self.skip_keys {
                return Ok(None);
            }
            return Err(thread.type_error(format_args!(
                "keys must be str, int, float, bool or None, not {}",
                key.class().name()
            )));
        }
        let out = std::mem::take(&mut self.out);
        let result = if key.is_none() {
            self.word("null");
            Ok(())
        } else if let Some(truth) = int::as_bool(key) {
            self.word(if truth { "true" } else { "false" });
            Ok(())
        } else if int::is_int(key) {
            self.int(thread, key)
        } else {
            self.float(thread, key)
        };
        let name = std::mem::replace(&mut self.out, out);
        result?;
        Ok(Some(Str::from_buf(thread, &name.finish())?))
    }
}

/// What stands for a container among the markers.
fn marker(thread: &Thread, value: Value) -> Value {
    let address = value.as_cell().map_or(0, |cell| cell.as_ptr() as usize);
    int::from_usize(thread, address)
}

/// An integer or a float of a subclass, shown as the built-in type does.
fn shown_by(thread: &mut Thread, class: &TypeObject, value: Value) -> PyResult<Ref<Str>> {
    let repr = class.slot(slots::REPR).expect("a number can be shown");
    let shown = repr(thread, value)?;
    protocol::str(thread, shown)
}

/// The items of a dict, as a list of pairs.
fn items(thread: &mut Thread, value: Value) -> PyResult<Ref<List>> {
    let mut pairs = Buffer::new();
    if let Some(dict) = value.downcast_exact::<Dict>() {
        for (key, element, _) in dict.cursor() {
            let pair = Tuple::try_new(thread, &[key, element])?;
            pairs.push(thread, pair.value())?;
        }
        return Ok(List::from_buffer(thread, pairs));
    }
    let name = ITEMS.get(thread);
    let made = protocol::call_method(thread, value, name, &[])?;
    let iterator = match protocol::get_iter(thread, made) {
        Err(raised) if raised.matches(&types::TYPE_ERROR) => {
            return Err(thread.type_error(format_args!(
                "{}.items() returned a non-iterable (type {})",
                value.class().name(),
                made.class().name()
            )));
        }
        result => result?,
    };
    let pairs = protocol::collect(thread, iterator)?;
    Ok(List::from_buffer(thread, pairs))
}

/// The elements of a sequence.
enum Source {
    List(Ref<List>),
    Tuple(Ref<Tuple>),
}

impl Source {
    /// A list or a tuple itself; of a subclass, what iterating gives.
    fn of(thread: &mut Thread, value: Value) -> PyResult<Self> {
        if let Some(list) = value.downcast_exact::<List>() {
            return Ok(Self::List(list));
        }
        if let Some(tuple) = value.downcast_exact::<Tuple>() {
            return Ok(Self::Tuple(tuple));
        }
        let elements = protocol::collect(thread, value)?;
        Ok(Self::List(List::from_buffer(thread, elements)))
    }

    fn get(&self, index: usize) -> Option<Value> {
        match self {
            Self::List(list) => list.get(index),
            Self::Tuple(tuple) => tuple.as_slice().get(index).copied(),
        }
    }
}
