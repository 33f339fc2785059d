//! Pickling: an array as its class, its typecode, and its bytes with a number that says how they are to be read, so that a machine of another kind can.

use grwl_number::Int;
use grwl_number::int::bytes::Endian;
use grwl_object::bytes::Bytes;
use grwl_object::int::IntView;
use grwl_object::list::List;
use grwl_object::protocol;
use grwl_object::{
    Args, Buffer, Name, PyResult, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, class,
    float, int, none,
};
use grwl_types_text::arguments::c_int;
use grwl_types_text::codec;

use crate::array::{ARRAY, Changing, own};
use crate::construct::make;
use crate::kind::Kind;
use crate::methods::{list, typecode};

static DICT: Name = Name::new("__dict__");

/// How bytes are to be read.
#[derive(Clone, Copy)]
enum Nature {
    Signed,
    Unsigned,
    Float,
    Text(&'static str),
}

struct Machine {
    size: usize,
    nature: Nature,
    is_big: bool,
}

const fn machine(size: usize, nature: Nature, is_big: bool) -> Machine {
    Machine {
        size,
        nature,
        is_big,
    }
}

/// By their numbers.
static MACHINES: [Machine; 22] = [
    machine(1, Nature::Unsigned, false),
    machine(1, Nature::Signed, false),
    machine(2, Nature::Unsigned, false),
    machine(2, Nature::Unsigned, true),
    machine(2, Nature::Signed, false),
    machine(2, Nature::Signed, true),
    machine(4, Nature::Unsigned, false),
    machine(4, Nature::Unsigned, true),
    machine(4, Nature::Signed, false),
    machine(4, Nature::Signed, true),
    machine(8, Nature::Unsigned, false),
    machine(8, Nature::Unsigned, true),
    machine(8, Nature::Signed, false),
    machine(8, Nature::Signed, true),
    machine(4, Nature::Float, false),
    machine(4, Nature::Float, true),
    machine(8, Nature::Float, false),
    machine(8, Nature::Float, true),
    machine(4, Nature::Text("utf-16-le"), false),
    machine(4, Nature::Text("utf-16-be"), true),
    machine(8, Nature::Text("utf-32-le"), false),
    machine(8, Nature::Text("utf-32-be"), true),
];

/// `array.__reduce_ex__`
pub(crate) fn reduce(thread: &mut Thread, this: Value, version: Value) -> PyResult {
    let version = match int::view(version) {
        Some(IntView::Small(version)) => version,
        Some(_) => return Err(thread.overflow_error("Python int too large to convert to C long")),
        None => return Err(thread.type_error("__reduce_ex__ argument should be an integer")),
    };
    let name = DICT.get(thread);
    let dict = protocol::find_attribute(thread, this, name)?.unwrap_or_else(none);
    let array = own(this);
    let code = typecode(thread, array);
    let class = this.class().value();
    if version < 3 {
        let values = list(thread, array)?;
        let args = Tuple::try_new(thread, &[code, values])?.value();
        return Ok(Tuple::try_new(thread, &[class, args, dict])?.value());
    }
    let module = class::import(thread, "array")?;
    let maker = protocol::get_attribute_str(thread, module, "_array_reconstructor")?;
    let machine = Value::small(array.kind().machine_code().into());
    let bytes = array.snapshot(thread);
    let bytes = Bytes::new(thread, &bytes)?.value();
    let args = Tuple::try_new(thread, &[class, code, machine, bytes])?.value();
    Ok(Tuple::try_new(thread, &[maker, args, dict])?.value())
}

/// `_array_reconstructor(arraytype, typecode, mformat_code, items)`
pub(crate) fn reconstruct(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let given = args.unpack::<4>(thread, "_array_reconstructor", 4)?;
    let [class, code, machine, bytes] = given.map(|value| value.unwrap_or_else(none));
    let letter = match code.downcast::<Str>() {
        None => {
            return Err(thread.type_error(format_args!(
                "_array_reconstructor() argument 2 must be a unicode character, not {}",
                code.class().name()
            )));
        }
        Some(code) if code.len() != 1 => {
            return Err(thread.type_error(format_args!(
                "_array_reconstructor(): argument 2 must be a unicode character, not a string of length {}",
                code.len()
            )));
        }
        Some(code) => code.text().at(0),
    };
    let machine = c_int(thread, machine)?;
    let Some(class) = class.downcast::<TypeObject>() else {
        return Err(thread.type_error(format_args!(
            "first argument must be a type object, not {}",
            class.class().name()
        )));
    };
    if !class.is_subtype_of(&ARRAY) {
        return Err(thread.type_error(format_args!(
            "{} is not a subtype of array.array",
            class.name()
        )));
    }
    let Some(kind) = Kind::of_letter(letter) else {
        return Err(thread.value_error("second argument must be a valid type code"));
    };
    let Some(found) = usize::try_from(machine)
        .ok()
        .and_then(|at| MACHINES.get(at))
    else {
        return Err(thread.value_error("third argument must be a valid machine format code."));
    };
    let Some(items) = bytes.downcast::<Bytes>() else {
        return Err(thread.type_error(format_args!(
            "fourth argument should be bytes, not {}",
            bytes.class().name()
        )));
    };
    if machine == i32::from(kind.machine_code()) {
        return make(thread, class, letter, Some(bytes));
    }
    if !items.len().is_multiple_of(found.size) {
        return Err(thread.value_error("string length not a multiple of item size"));
    }
    foreign(thread, class, kind, found, items)
}

/// An array from bytes that lie otherwise than its own.
fn foreign(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    kind: Kind,
    machine: &Machine,
    bytes: Ref<Bytes>,
) -> PyResult {
    let mut kind = kind;
    let is_signed = match machine.nature {
        Nature::Text(encoding) => {
            let text = codec::decode(thread, bytes.as_slice(), Some(encoding), None)?;
            return make(thread, class, kind.letter().into(), Some(text.value()));
        }
        Nature::Float => None,
        Nature::Signed => Some(true),
        Nature::Unsigned => Some(false),
    };
    let mut values = Buffer::with_capacity(thread, bytes.len() / machine.size)?;
    for item in bytes.as_slice().chunks_exact(machine.size) {
        let value = match is_signed {
            Some(is_signed) => {
                let order = if machine.is_big {
                    Endian::Big
                } else {
                    Endian::Little
                };
                int::new(thread, Int::from_bytes(item, order, is_signed))
            }
            None => {
                let mut raw = [0; 8];
                raw[..item.len()].copy_from_slice(item);
                if machine.is_big {
                    raw[..item.len()].reverse();
                }
                let bits = u64::from_le_bytes(raw);
                let x = if machine.size == 4 {
                    grwl_number::float::bytes::from_single(bits as u32)
                } else {
                    f64::from_bits(bits)
                };
                float::new(thread, x)
            }
        };
        values.push(thread, value)?;
    }
    // Integers go into the kind whose items lie alike, if there is one.
    if let Some(alike) = is_signed.and_then(|is_signed| Kind::of_integers(machine.size, is_signed))
    {
        kind = alike;
    }
    let values = List::from_buffer(thread, values).value();
    make(thread, class, kind.letter().into(), Some(values))
}
