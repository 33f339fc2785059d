//! Templates of replacements: literal texts and numbers of groups, as `re._parser.parse_template` finds them.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::list::List;
use grwl_object::{
    Buffer, Cell, Declaration, Method, PyResult, Ref, Slot, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, class, flags, intern, none, protocol, types,
};

use crate::matched;
use crate::pattern::Pattern;
use crate::search::Subject;

/// A template. Never changed.
#[repr(C)]
pub struct Template {
    header: Header,
    /// A tuple: a literal text, a group's number, a literal text, and so on.
    parts: Slot,
}

// SAFETY: repr(C), begins with a header; the slot is atomic.
unsafe impl Cell for Template {
    fn type_object() -> &'static TypeObject {
        &TEMPLATE
    }
}

static TEMPLATE_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Template, parts) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Template>()),
    drop: None,
    name: "template of a replacement",
};

/// `_sre.SRE_Template`
pub static TEMPLATE: TypeObject = TypeObject::declare(&Declaration {
    name: "_sre.SRE_Template",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::IMMUTABLE,
    cell: &TEMPLATE_CELL,
    kind: Kind::Traced,
    size: size_of::<Template>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec::NONE;

pub(crate) static FUNCTIONS: &[Method] = &[Method::any(
    "template",
    |thread, _, args| {
        let [pattern, parts] = args.unpack::<2>(thread, "template", 2)?;
        let _ = pattern;
        make(thread, parts.unwrap_or_else(none))
    },
    "template($module, pattern, template, /)\n--\n\n\n\n  template\n    A list of literal texts (str or bytes) and numbers of groups in turn, as re._parser.parse_template() returns it:\n        [literal1, group1, ..., literalN, groupN]",
)];

fn make(thread: &mut Thread, parts: Value) -> PyResult {
    let Some(list) = parts.downcast::<List>() else {
        return Err(thread.type_error(format_args!(
            "template() argument 2 must be list, not {}",
            if parts.is_none() {
                "None".to_owned()
            } else {
                parts.class().name().to_string()
            }
        )));
    };
    let parts = list.snapshot(thread)?;
    let invalid = |thread: &Thread| thread.type_error("invalid template");
    if parts.is_empty() {
        return Err(invalid(thread));
    }
    for &group in parts.as_slice().iter().skip(1).step_by(2) {
        match group.as_int() {
            Some(0..) => {}
            Some(_) => return Err(invalid(thread)),
            None => {
                protocol::as_isize(thread, group)?;
                return Err(invalid(thread));
            }
        }
    }
    let parts = Tuple::try_new(thread, &parts)?.value();
    // SAFETY: the type has this layout and no subclasses.
    let made = unsafe {
        thread.new_cell(&TEMPLATE, |header| Template {
            header,
            parts: Slot::new(Some(parts)),
        })
    };
    Ok(made.value())
}

/// Lets `re` compile a template: it returns one, or literal text.
pub(crate) fn compile(thread: &mut Thread, pattern: Ref<Pattern>, text: Value) -> PyResult {
    let module = class::import(thread, "re")?;
    let name = intern(thread, "_compile_template");
    protocol::call_method(thread, module, name, &[pattern.value(), text])
}

impl Template {
    fn parts(&self) -> Ref<Tuple> {
        let parts = self.parts.load();
        parts
            .and_then(|parts| parts.downcast::<Tuple>())
            .unwrap_or_else(Tuple::empty)
    }

    /// The text, if there are no groups.
    pub(crate) fn literal(&self) -> Option<Value> {
        match *self.parts().as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// The template with a match's groups in their places.
pub(crate) fn expand(
    thread: &mut Thread,
    template: Ref<Template>,
    found: Value,
    subject: &Subject,
) -> PyResult {
    if let Some(literal) = template.literal() {
        return Ok(literal);
    }
    let mut pieces = Buffer::new();
    for (place, part) in template.parts().iter().enumerate() {
        let piece = if place % 2 == 0 {
            part
        } else {
            let group = part.as_int().and_then(|group| usize::try_from(group).ok());
            let group = group.unwrap_or(usize::MAX);
            match matched::part(thread, found, subject, group, none())?.not_none() {
                Some(piece) => piece,
                None => continue,
            }
        };
        pieces.push(thread, piece)?;
    }
    join(thread, subject, &pieces)
}

/// The pieces as one.
pub(crate) fn join(thread: &mut Thread, subject: &Subject, pieces: &Buffer) -> PyResult {
    let empty = subject.slice(thread, 0, 0)?;
    let list = List::from_slice(thread, pieces)?.value();
    let name = intern(thread, "join");
    protocol::call_method(thread, empty, name, &[list])
}
