//! Simple types, which have one code: `c_int`, `c_char_p`, `py_object`.

use grwl_object::class::attribute::store as store_attribute;
use grwl_object::class::type_new;
use grwl_object::descriptor::MethodDescriptor;
use grwl_object::dict::Dict;
use grwl_object::{
    Args, GetSet, Method, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, ValueExt,
    intern, protocol, slots, types,
};

use crate::code::{self, Access, Code, LETTERS};
use crate::data::{self, Part};
use crate::info::{Changing, Info, Kind, flag};
use crate::meta::{self, SIMPLE_TYPE};
use crate::{instances, parameter};

/// `_ctypes._SimpleCData`
pub(crate) static SIMPLE: TypeObject =
    TypeObject::declare(&data::declaration("_ctypes._SimpleCData", &SIMPLE_TYPE));

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("XXX to be provided"),
    slots: &[
        slots::NEW.is(instances::new),
        slots::INIT.is(init),
        slots::REPR.is(repr),
        slots::BOOL.is(is_true),
        slots::GET_BUFFER.is(instances::get_buffer),
    ],
    methods: &[Method::no_arguments(
        "__ctypes_from_outparam__",
        from_out_parameter,
        "__ctypes_from_outparam__($self, /)\n--\n\nThe value, of a simple type itself.",
    )],
    getset: &[GetSet::new(
        "value",
        get_value,
        set_value,
        Some("current value"),
    )],
    ..TypeSpec::NONE
};

static CHAR_POINTER: Method = Method::one(
    "from_param",
    parameter::char_pointer_from_param,
    "from_param($type, value, /)\n--\n\n",
);
static WIDE_POINTER: Method = Method::one(
    "from_param",
    parameter::wide_pointer_from_param,
    "from_param($type, value, /)\n--\n\n",
);
static VOID_POINTER: Method = Method::one(
    "from_param",
    parameter::void_pointer_from_param,
    "from_param($type, value, /)\n--\n\n",
);

/// The code that a class says it has.
fn code_of(thread: &mut Thread, class: Value) -> PyResult<(Value, &'static Code)> {
    let name = meta::TYPE.get(thread);
    let Some(proto) = protocol::find_attribute(thread, class, name)? else {
        return Err(thread.raise(
            &types::ATTRIBUTE_ERROR,
            "class must define a '_type_' attribute",
        ));
    };
    let Some(text) = proto.downcast::<Str>() else {
        return Err(thread.type_error("class must define a '_type_' string attribute"));
    };
    let text = text.text();
    if text.len() != 1 || !text.is_ascii() {
        return Err(thread.value_error(
            "class must define a '_type_' attribute which must be a string of length 1",
        ));
    }
    match code::find(text.at(0) as u8) {
        Some(code) => Ok((proto, code)),
        None => Err(thread.raise(
            &types::ATTRIBUTE_ERROR,
            format_args!(
                "class must define a '_type_' attribute which must be\na single character string containing one of the\nsupported types: '{LETTERS}'."
            ),
        )),
    }
}

fn order(is_big: bool) -> char {
    if is_big { '>' } else { '<' }
}

/// `PyCSimpleType.__init__`
pub(crate) fn init_type(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult<()> {
    if !matches!(args.by_position().len(), 1 | 3) {
        return Err(thread.type_error("type.__init__() takes 1 or 3 arguments"));
    }
    let (proto, code) = code_of(thread, class)?;
    let own = meta::own(class);
    let info = Info::begin(thread, own, Kind::Simple)?;
    let is_big = cfg!(target_endian = "big");
    fill(thread, info, proto, code, false);
    info.set_format(
        thread,
        &format!("{}{}", order(is_big), char::from(code.format)),
    );
    let is_direct = own
        .base()
        .is_some_and(|base| std::ptr::eq(base.as_ptr(), &raw const SIMPLE));
    if is_direct {
        let method = match code.letter {
            b'z' => Some(&CHAR_POINTER),
            b'Z' => Some(&WIDE_POINTER),
            b'P' => Some(&VOID_POINTER),
            _ => None,
        };
        if matches!(code.letter, b'z' | b'Z' | b'P' | b'O') {
            info.set_flags(flag::IS_POINTER);
        }
        if let Some(method) = method {
            let kind = &types::CLASS_METHOD_DESCRIPTOR;
            let method = MethodDescriptor::new(thread, kind, own, method).value();
            let name = intern(thread, "from_param");
            store_attribute(thread, own, name, Some(method))?;
        }
    }
    if code.can_swap && std::ptr::eq(class.class().as_ptr(), &raw const SIMPLE_TYPE) {
        let swapped = swapped_type(thread, args, proto, code)?;
        let (other, this) = if is_big {
            ("__ctype_le__", "__ctype_be__")
        } else {
            ("__ctype_be__", "__ctype_le__")
        };
        for (owner, name, value) in [
            (class, other, swapped),
            (class, this, class),
            (swapped, this, class),
            (swapped, other, swapped),
        ] {
            let name = intern(thread, name);
            protocol::set_attribute(thread, owner, name, value)?;
        }
    }
    Ok(())
}

fn fill(thread: &Thread, info: Ref<Info>, proto: Value, code: &Code, is_swapped: bool) {
    info.set_layout(code.size, code.align, 0);
    info.set_access(Access {
        letter: code.letter,
        is_swapped,
    });
    thread.store(info, &info.proto, Some(proto));
}

/// The type of the same values in the other byte order.
fn swapped_type(thread: &mut Thread, args: Args<'_>, proto: Value, code: &Code) -> PyResult {
    let is_big = cfg!(target_endian = "big");
    let &[name, bases, namespace] = args.by_position() else {
        return Err(thread.type_error("type.__init__() takes 3 arguments"));
    };
    let suffix = if is_big { "_le" } else { "_be" };
    let Some(name) = name.downcast::<Str>() else {
        return Err(thread.type_error("a class has a name"));
    };
    let suffix = Str::new(thread, suffix);
    let name = Str::concat(thread, name, suffix)?.value();
    let namespace = match namespace.downcast::<Dict>() {
        Some(namespace) => namespace.copy(thread)?.value(),
        None => namespace,
    };
    let values = [name, bases, namespace];
    let made = type_new(
        thread,
        Ref::from_static(&SIMPLE_TYPE),
        Args::positional(&values),
    )?;
    let info = Info::begin(thread, meta::own(made), Kind::Simple)?;
    fill(thread, info, proto, code, true);
    info.set_format(
        thread,
        &format!("{}{}", order(!is_big), char::from(code.format)),
    );
    Ok(made)
}

/// The whole of a simple instance, and how it is converted.
fn whole(thread: &Thread, this: Value) -> PyResult<(Access, Part)> {
    let data = data::own(this);
    let info = Info::of(&this.class());
    let Some((info, access)) = info.and_then(|info| Some((info, info.access()?))) else {
        return Err(thread.type_error("abstract class"));
    };
    Ok((access, Part::own(thread, data, 0, info.size(), 0)?))
}

fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    let [value] = args.unpack::<1>(thread, "__init__", 0)?;
    match value {
        Some(value) => set_value(thread, this, Some(value)),
        None => Ok(()),
    }
}

pub(crate) fn get_value(thread: &mut Thread, this: Value) -> PyResult {
    let (access, part) = whole(thread, this)?;
    data::get(thread, this.class(), Some(access), part)
}

fn set_value(thread: &mut Thread, this: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(thread.type_error("can't delete attribute"));
    };
    let (access, part) = whole(thread, this)?;
    data::set(thread, this.class(), Some(access), new, part)
}

fn from_out_parameter(thread: &mut Thread, this: Value) -> PyResult {
    if meta::is_derived_simple(&this.class()) {
        return Ok(this);
    }
    get_value(thread, this)
}

fn is_true(_thread: &mut Thread, this: Value) -> PyResult<bool> {
    let place = data::own(this).place();
    // SAFETY: the place has so many bytes.
    let bytes = unsafe { crate::memory::to_vec(place.first, place.size) };
    Ok(bytes.iter().any(|&byte| byte != 0))
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let class = this.class();
    if meta::is_derived_simple(&class) {
        return Ok(instances::plain_repr(thread, this));
    }
    let value = get_value(thread, this)?;
    let shown = protocol::repr(thread, value)?;
    let name = Str::new(thread, &format!("{}(", class.name()));
    let end = Str::new(thread, ")");
    let text = Str::concat(thread, name, shown)?;
    Ok(Str::concat(thread, text, end)?.value())
}
