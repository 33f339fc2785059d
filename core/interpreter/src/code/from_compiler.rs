//! What the compiler made becomes code objects: names and constants become objects, the code of inner functions among them.
//!
//! Names, and strings that look like names, are interned, as in CPython. All of a program's code objects share one file name.

use grwl_frontend as frontend;
use grwl_object::bytes::Bytes;
use grwl_object::{PyResult, Ref, Str, Thread, Tuple, Value};

use super::{Code, Origin, Parts};

impl Code {
    /// A code object of what the compiler made.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn from_frontend(thread: &mut Thread, code: &frontend::Code) -> PyResult<Ref<Self>> {
        let filename = grwl_object::intern(thread, &code.filename);
        Self::convert(thread, code, filename, Origin::Compiler)
    }

    /// A code object of the embedded standard library, which was looked at when the program was built.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn from_library(thread: &mut Thread, code: &frontend::Code) -> PyResult<Ref<Self>> {
        let filename = grwl_object::intern(thread, &code.filename);
        Self::convert(thread, code, filename, Origin::Library)
    }

    fn convert(
        thread: &mut Thread,
        code: &frontend::Code,
        filename: Ref<Str>,
        origin: Origin,
    ) -> PyResult<Ref<Self>> {
        let mut consts = grwl_object::Buffer::with_capacity(thread, code.consts.len())?;
        for constant in &code.consts {
            let value = constant_value(thread, constant, filename, origin)?;
            consts.push(thread, value)?;
        }
        let consts = Tuple::try_new(thread, &consts)?;
        let names = name_tuple(thread, &code.names)?;
        let localsplus = name_tuple(thread, &code.localsplusnames)?;
        let units: Vec<u16> = code
            .instructions
            .iter()
            .map(|unit| u16::from(unit.opcode) | u16::from(unit.arg) << 8)
            .collect();
        let values = [
            consts.value(),
            names.value(),
            localsplus.value(),
            Bytes::new(thread, &code.localspluskinds)?.value(),
            filename.value(),
            grwl_object::intern(thread, &code.name).value(),
            grwl_object::intern(thread, &code.qualname).value(),
            Bytes::new(thread, &code.linetable)?.value(),
            Bytes::new(thread, &code.exceptiontable)?.value(),
        ];
        Ok(Self::new(
            thread,
            &Parts {
                units: &units,
                values,
                numbers: [
                    code.argcount,
                    code.posonlyargcount,
                    code.kwonlyargcount,
                    code.stacksize,
                    code.flags,
                    code.firstlineno,
                ],
                origin,
            },
        ))
    }
}

fn name_tuple(thread: &Thread, names: &[Box<str>]) -> PyResult<Ref<Tuple>> {
    let mut values = grwl_object::Buffer::with_capacity(thread, names.len())?;
    for name in names {
        values.push(thread, grwl_object::intern(thread, name).value())?;
    }
    Tuple::try_new(thread, &values)
}

/// Does a string look like a name? Such constants are interned, as CPython does.
fn is_name_like(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The object that a constant is.
///
/// # Errors
/// `MemoryError`.
pub fn constant(thread: &mut Thread, constant: &frontend::Const) -> PyResult {
    let filename = grwl_object::intern(thread, "");
    constant_value(thread, constant, filename, Origin::Compiler)
}

fn constant_value(
    thread: &mut Thread,
    constant: &frontend::Const,
    filename: Ref<Str>,
    origin: Origin,
) -> PyResult {
    use frontend::Const;
    Ok(match constant {
        Const::None => grwl_object::none(),
        Const::Bool(value) => grwl_object::singleton::bool(*value),
        Const::Ellipsis => grwl_object::ellipsis(),
        Const::Int(int) => grwl_object::int::from_i64(thread, *int),
        Const::BigInt(int) => {
            let (sign, bytes) = int.to_bytes_le();
            let magnitude = grwl_number::Int::from_bytes(
                &bytes,
                grwl_number::int::bytes::Endian::Little,
                false,
            );
            let is_negative = sign == num_bigint::Sign::Minus;
            let int = if is_negative { -&magnitude } else { magnitude };
            grwl_object::int::new(thread, int)
        }
        Const::Float(float) => grwl_object::float::new(thread, *float),
        Const::Complex { real, imag } => {
            grwl_object::float::new_complex(thread, *real, *imag).value()
        }
        Const::Str(text) => match text.as_str() {
            Ok(text) if is_name_like(text) => grwl_object::intern(thread, text).value(),
            Ok(text) => Str::new(thread, text).value(),
            Err(_) => {
                let mut builder = grwl_text::TextBuilder::new();
                for code in text.code_points() {
                    builder.push(code.to_u32());
                }
                Str::from_buf(thread, &builder.finish())?.value()
            }
        },
        Const::Bytes(bytes) => Bytes::new(thread, bytes)?.value(),
        Const::Tuple(items) => {
            let mut values = grwl_object::Buffer::with_capacity(thread, items.len())?;
            for item in items {
                let value = constant_value(thread, item, filename, origin)?;
                values.push(thread, value)?;
            }
            Tuple::try_new(thread, &values)?.value()
        }
        Const::FrozenSet(items) => {
            let mut values = grwl_object::Buffer::with_capacity(thread, items.len())?;
            for item in items {
                let value = constant_value(thread, item, filename, origin)?;
                values.push(thread, value)?;
            }
            frozen_set(thread, &values)?
        }
        Const::Slice(parts) => {
            let [start, stop, step] = [&parts[0], &parts[1], &parts[2]];
            let start = constant_value(thread, start, filename, origin)?;
            let stop = constant_value(thread, stop, filename, origin)?;
            let step = constant_value(thread, step, filename, origin)?;
            grwl_object::slice::Slice::new(thread, start, stop, step).value()
        }
        Const::Code(code) => Code::convert(thread, code, filename, origin)?.value(),
    })
}

fn frozen_set(thread: &mut Thread, values: &[Value]) -> PyResult {
    let set = grwl_object::set::FrozenSet::new(thread);
    for &value in values {
        set.add(thread, value)?;
    }
    Ok(set.value())
}
