//! `repr`, `str`, `ascii`, `format`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use grwl_text::TextBuilder;
use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::names::Name;
use crate::protocol::call_special;
use crate::result::PyResult;
use crate::slots;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};

static FORMAT: Name = Name::new("__format__");

thread_local! {
    /// The containers whose `repr` this thread is making. They are alive: who makes it has them on the native stack.
    static SHOWN: RefCell<Shown> = const { RefCell::new(Shown { all: Vec::new(), deep: BTreeSet::new() }) };
}

/// So many containers, one in the other, are looked for one by one.
const FEW: usize = 32;

/// Containers in the order in which they were begun; all but the first [`FEW`] of them in a set as well.
struct Shown {
    all: Vec<u64>,
    deep: BTreeSet<u64>,
}

impl Shown {
    fn begin(&mut self, address: u64) -> bool {
        let few = &self.all[..self.all.len().min(FEW)];
        if few.contains(&address) || self.deep.contains(&address) {
            return false;
        }
        if self.all.len() >= FEW {
            self.deep.insert(address);
        }
        self.all.push(address);
        true
    }

    fn end(&mut self) {
        if let Some(address) = self.all.pop()
            && self.all.len() >= FEW
        {
            self.deep.remove(&address);
        }
    }
}

/// A container's `repr` is being made, as long as this lives: the guard against containers that contain themselves.
#[must_use = "the guard ends when this is dropped"]
pub struct Showing(());

impl Showing {
    /// Begins the `repr` of a container; `None` if this thread is making it already.
    pub fn begin(value: Value) -> Option<Self> {
        let address = value.bits().get();
        SHOWN
            .with_borrow_mut(|shown| shown.begin(address))
            .then(|| Self(()))
    }
}

impl Drop for Showing {
    fn drop(&mut self) {
        SHOWN.with_borrow_mut(Shown::end);
    }
}

/// `repr(value)`
///
/// # Errors
/// What `__repr__` raises; `TypeError` if it returns no string.
pub fn repr(thread: &mut Thread, value: Value) -> PyResult<Ref<Str>> {
    thread.check_stack()?;
    let class = value.class();
    let Some(repr) = class.slot(slots::REPR) else {
        let text = format!("<{} object at {:#x}>", class.name(), value.bits().get());
        return Ok(Str::new(thread, &text));
    };
    let result = repr(thread, value)?;
    result.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "__repr__ returned non-string (type {})",
            result.class().name()
        ))
    })
}

/// Writes the `repr` of a built-in container behind a text.
pub type WriteRepr = fn(&mut Thread, Value, &mut TextBuilder) -> PyResult<()>;

/// The containers that write into one text, however deep they lie in each other.
static WRITERS: [OnceLock<(&'static TypeObject, WriteRepr)>; 5] = [const { OnceLock::new() }; 5];

/// Says how instances of exactly a built-in type are written by [`write_repr`]. Called at start-up.
///
/// # Panics
/// If there are more types than room.
pub fn set_repr_writer(class: &'static TypeObject, write: WriteRepr) {
    let is_set = WRITERS
        .iter()
        .any(|writer| std::ptr::eq(writer.get_or_init(|| (class, write)).0, class));
    assert!(is_set, "there is room for the type");
}

/// Writes `repr(value)` behind a text: that of a container in a container without copying it once a level.
///
/// # Errors
/// As [`repr`].
pub fn write_repr(thread: &mut Thread, value: Value, text: &mut TextBuilder) -> PyResult<()> {
    const CONTAINERS: u64 =
        flags::LIST | flags::TUPLE | flags::DICT | flags::SET | flags::FROZEN_SET;
    let class = value.class();
    if class.has_flag(CONTAINERS)
        && let Some((_, write)) = WRITERS.iter().find_map(|writer| {
            writer
                .get()
                .filter(|(of, _)| std::ptr::eq(*of, class.as_ptr()))
        })
    {
        thread.check_stack()?;
        return write(thread, value, text);
    }
    let shown = repr(thread, value)?;
    text.push_text(shown.text());
    Ok(())
}

/// The string that `write` writes: for the `REPR` slot of a container that has a writer.
///
/// # Errors
/// What `write` raises; `MemoryError`.
pub fn written(thread: &mut Thread, value: Value, write: WriteRepr) -> PyResult {
    let mut text = TextBuilder::new();
    write(thread, value, &mut text)?;
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

/// `str(value)`
///
/// # Errors
/// What `__str__` raises; `TypeError` if it returns no string.
pub fn str(thread: &mut Thread, value: Value) -> PyResult<Ref<Str>> {
    if let Some(string) = value.downcast_exact::<Str>() {
        return Ok(string);
    }
    let Some(to_str) = value.class().slot(slots::STR) else {
        return repr(thread, value);
    };
    thread.check_stack()?;
    let result = to_str(thread, value)?;
    result.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "__str__ returned non-string (type {})",
            result.class().name()
        ))
    })
}

/// `ascii(value)`
///
/// # Errors
/// As [`repr`].
pub fn ascii(thread: &mut Thread, value: Value) -> PyResult<Ref<Str>> {
    let text = repr(thread, value)?;
    if text.is_ascii() {
        return Ok(text);
    }
    let escaped = grwl_text::repr::ascii_of_repr(text.text());
    Str::try_from_text(thread, grwl_text::Text::One(&escaped))
}

/// `format(value, spec)`
///
/// # Errors
/// What `__format__` raises; `TypeError` if it returns no string.
pub fn format(thread: &mut Thread, value: Value, spec: Ref<Str>) -> PyResult<Ref<Str>> {
    if spec.is_empty() {
        if let Some(string) = value.downcast_exact::<Str>() {
            return Ok(string);
        }
        if crate::int::is_exact_int(value) {
            return str(thread, value);
        }
    }
    let name = FORMAT.get(thread);
    let Some(result) = call_special(thread, value, name, &[spec.value()])? else {
        return Err(thread.type_error(format_args!(
            "Type {} doesn't define __format__",
            value.class().name()
        )));
    };
    result.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "__format__ must return a str, not {}",
            result.class().name()
        ))
    })
}
