//! `code`: attributes, comparison, `repr`.

use grwl_object::bytes::Bytes;
use grwl_object::{
    CompareOp, GetSet, Method, PyResult, Ref, Str, Thread, Tuple, TypeSpec, Value, ValueExt,
    exception, int, not_implemented, protocol, set, singleton, slots, types,
};

use super::{code_construct, code_iterators};
use crate::code::Code;
use crate::lines::Locations;

/// What a code object can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "code(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n     flags, codestring, constants, names, varnames, filename, name,\n     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n     cellvars=(), /)\n--\n\nA code object. The instructions are believed.",
    ),
    slots: &[
        slots::NEW.is(code_construct::new),
        slots::REPR.is(repr),
        slots::COMPARE.is(compare),
        slots::HASH.is(hash),
    ],
    methods: &[
        Method::no_arguments("__sizeof__", size_of, ""),
        Method::no_arguments(
            "co_lines",
            code_iterators::lines,
            "co_lines($self, /)\n--\n\nAn iterator over the ranges of instructions and their lines.",
        ),
        Method::no_arguments(
            "co_branches",
            code_iterators::branches,
            "co_branches($self, /)\n--\n\nAn iterator over the conditional branches: from, to if not taken, to if taken.",
        ),
        Method::no_arguments(
            "co_positions",
            code_iterators::positions,
            "co_positions($self, /)\n--\n\nAn iterator over the instructions' places in the source.",
        ),
        Method::any(
            "replace",
            code_construct::replace,
            "replace($self, /, **changes)\n--\n\nA copy with other values for the given fields.",
        ),
        Method::any(
            "_varname_from_oparg",
            variable_name,
            "_varname_from_oparg($self, /, oparg)\n--\n\nThe name of the variable in a slot of the frame.",
        ),
        Method::any(
            "__replace__",
            code_construct::replace,
            "__replace__($self, /, **changes)\n--\n\nThe same as replace().",
        ),
    ],
    getset: &[
        GetSet::read_only(
            "co_argcount",
            |thread, this| Ok(int::from_i64(thread, receiver(this).argcount.into())),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_posonlyargcount",
            |thread, this| Ok(int::from_i64(thread, receiver(this).posonlyargcount.into())),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_kwonlyargcount",
            |thread, this| Ok(int::from_i64(thread, receiver(this).kwonlyargcount.into())),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_stacksize",
            |thread, this| Ok(int::from_i64(thread, receiver(this).stacksize.into())),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_flags",
            |thread, this| Ok(int::from_i64(thread, receiver(this).flags.into())),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_nlocals",
            |thread, this| Ok(int::from_i64(thread, receiver(this).nlocals.into())),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_firstlineno",
            |thread, this| Ok(int::from_i64(thread, receiver(this).firstlineno.into())),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_names",
            |_, this| Ok(receiver(this).names().value()),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_filename",
            |_, this| Ok(receiver(this).filename().value()),
            None,
        )
        .member(),
        GetSet::read_only("co_name", |_, this| Ok(receiver(this).name().value()), None).member(),
        GetSet::read_only(
            "co_qualname",
            |_, this| Ok(receiver(this).qualified_name().value()),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_linetable",
            |_, this| Ok(receiver(this).line_table().value()),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_exceptiontable",
            |_, this| Ok(receiver(this).exception_table().value()),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_consts",
            |_, this| Ok(receiver(this).consts().value()),
            None,
        )
        .member(),
        GetSet::read_only(
            "co_varnames",
            |thread, this| shown_names(thread, this, 0),
            None,
        ),
        GetSet::read_only(
            "co_cellvars",
            |thread, this| shown_names(thread, this, 1),
            None,
        ),
        GetSet::read_only(
            "co_freevars",
            |thread, this| shown_names(thread, this, 2),
            None,
        ),
        GetSet::read_only("co_lnotab", get_old_line_table, None),
        GetSet::read_only("co_code", get_code, None),
        GetSet::read_only("_co_code_adaptive", get_code, None),
    ],
    constants: &[],
};

/// The code object that a method or attribute was asked of.
pub(super) fn receiver(value: Value) -> Ref<Code> {
    value
        .downcast_exact::<Code>()
        .expect("descriptors of code are used on code only")
}

fn shown_names(thread: &mut Thread, this: Value, which: usize) -> PyResult {
    Ok(receiver(this).shown_names(thread, which)?.value())
}

fn get_code(thread: &mut Thread, this: Value) -> PyResult {
    let code = receiver(this).shown_code();
    Ok(Bytes::new(thread, &code)?.value())
}

fn size_of(thread: &mut Thread, this: Value) -> PyResult {
    let code = receiver(this);
    let bytes = size_of_val(&*code) + size_of_val(code.units());
    Ok(int::from_usize(thread, bytes))
}

fn variable_name(thread: &mut Thread, this: Value, args: grwl_object::Args<'_>) -> PyResult {
    const SIGNATURE: grwl_object::Signature<1> =
        grwl_object::Signature::new("_varname_from_oparg", ["oparg"]);
    let [index] = args.parse(thread, &SIGNATURE)?;
    let index = protocol::convert::as_i32(thread, index.unwrap_or_else(grwl_object::none))?;
    let names = receiver(this).localsplus_names();
    match usize::try_from(index)
        .ok()
        .filter(|&index| index < names.len())
    {
        Some(index) => Ok(names.at(index)),
        None => Err(thread.index_error("tuple index out of range")),
    }
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let code = receiver(this);
    let line = match code.firstlineno {
        0 => -1,
        line => i64::from(line),
    };
    let mut text = grwl_text::TextBuilder::new();
    text.push_str("<code object ");
    text.push_text(code.name().text());
    text.push_str(&format!(" at {:#x}, file \"", this.bits().get()));
    text.push_text(code.filename().text());
    text.push_str(&format!("\", line {line}>"));
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

/// `co_lnotab`: the form that line tables had before Python 3.10.
fn get_old_line_table(thread: &mut Thread, this: Value) -> PyResult {
    exception::warn(
        thread,
        &types::DEPRECATION_WARNING,
        "co_lnotab is deprecated, use co_lines instead.",
        1,
    )?;
    let code = receiver(this);
    let mut table = Vec::new();
    let mut line = i64::from(code.firstlineno);
    let mut offset = 0;
    for location in Locations::of(&code) {
        let Some(next) = location.line.map(i64::from).filter(|&next| next != line) else {
            continue;
        };
        let mut bytes = location.start * 2 - offset;
        let mut lines = next - line;
        while bytes > 255 {
            table.extend([255, 0]);
            bytes -= 255;
        }
        while !(-128..=127).contains(&lines) {
            let step = lines.clamp(-128, 127);
            table.extend([bytes as u8, step as i8 as u8]);
            bytes = 0;
            lines -= step;
        }
        table.extend([bytes as u8, lines as i8 as u8]);
        offset = location.start * 2;
        line = next;
    }
    Ok(Bytes::new(thread, &table)?.value())
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(first), Some(second)) = (a.downcast_exact::<Code>(), b.downcast_exact::<Code>())
    else {
        return Ok(not_implemented());
    };
    let is_same = match op {
        CompareOp::Eq | CompareOp::Ne => a == b || equal(thread, first, second)?,
        _ => return Ok(not_implemented()),
    };
    Ok(singleton::bool(is_same == (op == CompareOp::Eq)))
}

fn equal(thread: &mut Thread, a: Ref<Code>, b: Ref<Code>) -> PyResult<bool> {
    let numbers = |code: Ref<Code>| {
        [
            code.argcount,
            code.posonlyargcount,
            code.kwonlyargcount,
            code.flags,
            code.firstlineno,
        ]
    };
    Ok(a.name().equals(&b.name())
        && numbers(a) == numbers(b)
        && a.shown_code() == b.shown_code()
        && constants_equal(thread, a.consts().value(), b.consts().value())?
        && protocol::equal(thread, a.names().value(), b.names().value())?
        && protocol::equal(
            thread,
            a.localsplus_names().value(),
            b.localsplus_names().value(),
        )?
        && a.line_table().as_slice() == b.line_table().as_slice()
        && a.exception_table().as_slice() == b.exception_table().as_slice())
}

/// Are they the same constant to a compiler? `1`, `1.0` and `True` are not, nor are `0.0` and `-0.0`.
fn constants_equal(thread: &mut Thread, a: Value, b: Value) -> PyResult<bool> {
    if a == b {
        return Ok(true);
    }
    let class = a.class();
    if class != b.class() {
        return Ok(false);
    }
    if let (Some(a), Some(b)) = (a.downcast_exact::<Tuple>(), b.downcast_exact::<Tuple>()) {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (a, b) in a.iter().zip(b.iter()) {
            if !constants_equal(thread, a, b)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let (Some(a), Some(b)) = (set::any_set(a), set::any_set(b)) {
        return sets_equal(thread, a, b);
    }
    let is_plain = [
        &types::INT,
        &types::STR,
        &types::BYTES,
        &types::BOOL,
        &crate::CODE,
    ]
    .iter()
    .any(|plain| std::ptr::eq(class.as_ptr(), *plain));
    if is_plain {
        return protocol::equal(thread, a, b);
    }
    // Numbers with signs of their own: the shortest text that reads back tells all of them apart.
    let has_text = [&types::FLOAT, &types::COMPLEX, &types::SLICE]
        .iter()
        .any(|plain| std::ptr::eq(class.as_ptr(), *plain));
    if has_text {
        let a = protocol::repr(thread, a)?;
        let b = protocol::repr(thread, b)?;
        return Ok(a.equals(&b));
    }
    Ok(false)
}

/// The same elements, each as a constant.
fn sets_equal(thread: &mut Thread, a: Ref<set::Set>, b: Ref<set::Set>) -> PyResult<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (element, _) in a.cursor() {
        let mut is_there = false;
        for (other, _) in b.cursor() {
            if constants_equal(thread, element, other)? {
                is_there = true;
                break;
            }
        }
        if !is_there {
            return Ok(false);
        }
    }
    Ok(true)
}

fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let code = receiver(this);
    let parts = [
        code.name().value(),
        code.names().value(),
        code.localsplus_names().value(),
        code.line_table().value(),
        code.exception_table().value(),
    ];
    let mut mixed = grwl_object::string::hash_bytes(&code.shown_code()) as u64;
    for part in parts {
        let hash = protocol::hash(thread, part)? as u64;
        mixed = (mixed.rotate_left(13) ^ hash).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    for number in [
        code.argcount,
        code.kwonlyargcount,
        code.flags,
        code.firstlineno,
    ] {
        mixed = (mixed.rotate_left(13) ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    Ok(match mixed as i64 {
        -1 => -2,
        hash => hash,
    })
}
