//! `string.templatelib.Template`, and its iterator.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Args, Buffer, Cell, Declaration, GetSet, Method, PyResult, Ref, Slot, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, class, flags, none, protocol, slots, types,
};
use grwl_text::TextBuilder;
use grwl_threads::sync::{AtomicUsize, Ordering};

use crate::interpolation::{Interpolation, Template, template};

/// What a template can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: Some("Template object"),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::ITER.is(iterate),
        slots::CONCAT.is(concat),
    ],
    methods: &[
        Method::no_arguments("__reduce__", reduce, ""),
        Method::one(
            "__class_getitem__",
            class_getitem,
            "Template supports [] for generic usage",
        )
        .of_class(),
    ],
    getset: &[
        GetSet::read_only("strings", get_strings, Some("Strings")).member(),
        GetSet::read_only("interpolations", get_interpolations, Some("Interpolations")).member(),
        GetSet::read_only("values", get_values, Some("Values of interpolations")),
    ],
    constants: &[],
};

fn receiver(value: Value) -> Ref<Template> {
    value
        .downcast_exact::<Template>()
        .expect("descriptors of templates are used on templates only")
}

/// The strings and interpolations of a template.
fn parts(this: &Template) -> (Ref<Tuple>, Ref<Tuple>) {
    let tuple = |slot: &Slot| {
        let value = slot.load().and_then(|value| value.downcast::<Tuple>());
        value.unwrap_or_else(Tuple::empty)
    };
    (tuple(&this.strings), tuple(&this.interpolations))
}

/// Makes strings and interpolations alternate: neighbouring strings become one, and there is one at either end.
#[derive(Default)]
struct Parts {
    strings: Buffer,
    interpolations: Buffer,
    ends_with_string: bool,
}

impl Parts {
    fn string(&mut self, thread: &Thread, string: Ref<Str>) -> PyResult<()> {
        if self.ends_with_string
            && let Some(last) = self.strings.pop().and_then(|last| last.downcast::<Str>())
        {
            let joined = Str::concat(thread, last, string)?;
            return self.strings.push(thread, joined.value());
        }
        self.ends_with_string = true;
        self.strings.push(thread, string.value())
    }

    fn interpolation(&mut self, thread: &Thread, interpolation: Value) -> PyResult<()> {
        self.fill(thread)?;
        self.ends_with_string = false;
        self.interpolations.push(thread, interpolation)
    }

    fn fill(&mut self, thread: &Thread) -> PyResult<()> {
        if self.ends_with_string {
            return Ok(());
        }
        self.ends_with_string = true;
        self.strings.push(thread, Str::empty().value())
    }

    fn finish(mut self, thread: &mut Thread) -> PyResult {
        self.fill(thread)?;
        let strings = Tuple::try_new(thread, &self.strings)?;
        let interpolations = Tuple::try_new(thread, &self.interpolations)?;
        template(thread, strings.value(), interpolations.value())
    }
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    if args.keyword_count() > 0 {
        return Err(thread.type_error("Template.__new__ only accepts *args arguments"));
    }
    let mut made = Parts::default();
    for &part in args.values() {
        if let Some(string) = part.downcast::<Str>() {
            made.string(thread, string)?;
        } else if part.downcast_exact::<Interpolation>().is_some() {
            made.interpolation(thread, part)?;
        } else {
            return Err(thread.type_error(format_args!(
                "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {}",
                part.class().name()
            )));
        }
    }
    made.finish(thread)
}

fn concat(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (Some(a), Some(b)) = (
        a.downcast_exact::<Template>(),
        b.downcast_exact::<Template>(),
    ) else {
        return Err(thread.type_error(format_args!(
            "can only concatenate string.templatelib.Template (not \"{}\") to string.templatelib.Template",
            b.class().name()
        )));
    };
    let mut made = Parts::default();
    for this in [a, b] {
        let (strings, interpolations) = parts(&this);
        for (index, string) in strings.iter().enumerate() {
            made.string(thread, string.downcast::<Str>().unwrap_or_else(Str::empty))?;
            if index < interpolations.len() {
                made.interpolation(thread, interpolations.at(index))?;
            }
        }
    }
    made.finish(thread)
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let (strings, interpolations) = parts(&receiver(this));
    let strings = protocol::repr(thread, strings.value())?;
    let interpolations = protocol::repr(thread, interpolations.value())?;
    let mut text = TextBuilder::new();
    text.push_str("Template(strings=");
    text.push_text(strings.text());
    text.push_str(", interpolations=");
    text.push_text(interpolations.text());
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let (strings, interpolations) = parts(&receiver(this));
    let module = class::import(thread, "string.templatelib")?;
    let function = protocol::get_attribute_str(thread, module, "_template_unpickle")?;
    let state = Tuple::try_new(thread, &[strings.value(), interpolations.value()])?;
    Ok(Tuple::try_new(thread, &[function, state.value()])?.value())
}

fn class_getitem(thread: &mut Thread, class: Value, item: Value) -> PyResult {
    class::generic_alias(thread, class, item)
}

fn get_strings(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(parts(&receiver(this)).0.value())
}

fn get_interpolations(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(parts(&receiver(this)).1.value())
}

fn get_values(thread: &mut Thread, this: Value) -> PyResult {
    let (_, interpolations) = parts(&receiver(this));
    let mut values = Buffer::with_capacity(thread, interpolations.len())?;
    for interpolation in interpolations.iter() {
        let value = interpolation
            .downcast_exact::<Interpolation>()
            .and_then(|interpolation| interpolation.value.load());
        values.push(thread, value.unwrap_or_else(none))?;
    }
    Ok(Tuple::try_new(thread, &values)?.value())
}

/// `TemplateIter`: strings that are not empty, and interpolations, in their order.
#[repr(C)]
pub struct TemplateIterator {
    header: Header,
    template: Slot,
    /// Twice the index of the string that is next, plus one if that has been and its interpolation is next.
    place: AtomicUsize,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for TemplateIterator {
    fn type_object() -> &'static TypeObject {
        &TEMPLATE_ITERATOR
    }
}

static TEMPLATE_ITERATOR_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(TemplateIterator, template) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<TemplateIterator>()),
    drop: None,
    name: "TemplateIter",
};

/// `TemplateIter`
pub static TEMPLATE_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "string.templatelib.TemplateIter",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &TEMPLATE_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<TemplateIterator>(),
    attributes: 0,
});

/// What a template's iterator can do.
pub(super) static ITERATOR_SPEC: TypeSpec = TypeSpec {
    doc: Some("Template iterator object"),
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next)],
    ..TypeSpec::NONE
};

fn iterate(thread: &mut Thread, this: Value) -> PyResult {
    // SAFETY: the type has this layout.
    let made = unsafe {
        thread.new_cell(&TEMPLATE_ITERATOR, |header| TemplateIterator {
            header,
            template: Slot::new(Some(this)),
            place: AtomicUsize::new(0),
        })
    };
    Ok(made.value())
}

fn itself(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(this)
}

fn next(_thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let this = this
        .downcast_exact::<TemplateIterator>()
        .expect("descriptors of template iterators are used on those only");
    let template = this.template.load().map(receiver);
    let Some(template) = template else {
        return Ok(None);
    };
    let (strings, interpolations) = parts(&template);
    loop {
        // Each place is taken once, whatever other threads do.
        let place = this.place.fetch_add(1, Ordering::Relaxed);
        let index = place / 2;
        if index >= strings.len() {
            this.place.store(strings.len() * 2, Ordering::Relaxed);
            return Ok(None);
        }
        if place % 2 == 0 {
            let string = strings.at(index);
            if string
                .downcast::<Str>()
                .is_some_and(|string| !string.is_empty())
            {
                return Ok(Some(string));
            }
        } else if index < interpolations.len() {
            return Ok(Some(interpolations.at(index)));
        }
    }
}
