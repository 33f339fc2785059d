//! The module `_symtable`: the compiler's symbol tables, which the front end has in plain data, as objects.
//!
//! Invariant: an entry is written before it is shown to anybody, and never again.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use std::mem::offset_of;

use grwl_frontend::symbols::{SCOPE_OFFSET, Table};
use grwl_frontend::{Mode, symbols_of};
use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_module_builtins::compile::{default_options, filename_of, finish, source_of};
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::native::GetSet;
use grwl_object::{
    Args, Buffer, Cell, Declaration, Method, PyResult, Ref, Slot, Str, Thread, TypeObject,
    TypeSpec, Value, ValueExt, flags, int, intern, none, protocol, ready, slots, types,
};

/// How many values an entry holds.
const FIELDS: usize = 8;

/// `symtable entry`: the values of its attributes, in the order of [`NAMES`].
#[repr(C)]
pub struct Entry {
    header: Header,
    values: [Slot; FIELDS],
}

// SAFETY: repr(C), begins with a header; the rest are slots.
unsafe impl Cell for Entry {
    fn type_object() -> &'static TypeObject {
        &ENTRY
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Entry, values) as u32,
        count: FIELDS as u32,
    },
    size: Size::Fixed(size_of::<Entry>()),
    drop: None,
    name: "symtable entry",
};

/// `symtable entry`
pub static ENTRY: TypeObject = TypeObject::declare(&Declaration {
    name: "symtable entry",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Entry>(),
    attributes: 0,
});

fn field<const INDEX: usize>(_thread: &mut Thread, this: Value) -> PyResult {
    let entry = this.downcast::<Entry>();
    Ok(entry
        .and_then(|entry| entry.values[INDEX].load())
        .unwrap_or_else(none))
}

static SPEC: TypeSpec = TypeSpec {
    slots: &[slots::REPR.is(repr)],
    getset: &[
        GetSet::read_only("id", field::<0>, None).member(),
        GetSet::read_only("name", field::<1>, None).member(),
        GetSet::read_only("symbols", field::<2>, None).member(),
        GetSet::read_only("varnames", field::<3>, None).member(),
        GetSet::read_only("children", field::<4>, None).member(),
        GetSet::read_only("nested", field::<5>, None).member(),
        GetSet::read_only("type", field::<6>, None).member(),
        GetSet::read_only("lineno", field::<7>, None).member(),
    ],
    ..TypeSpec::NONE
};

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let name = field::<1>(thread, this)?;
    let name = protocol::str(thread, name)?;
    let id = field::<0>(thread, this)?;
    let id = protocol::repr(thread, id)?;
    let line = field::<7>(thread, this)?;
    let line = protocol::repr(thread, line)?;
    let text = format!("<symtable entry {name}({id}), line {line}>");
    Ok(Str::new(thread, &text).value())
}

/// The object of a table, and of those within. Tables nest no deeper than the program that they are of, which the front end has limited.
fn object(thread: &mut Thread, table: &Table) -> PyResult {
    thread.check_stack()?;
    let symbols = Dict::new(thread);
    for (name, flags) in &table.symbols {
        let name = intern(thread, name);
        symbols.set_str(thread, name, Value::small(i64::from(*flags)))?;
    }
    let mut varnames = Buffer::new();
    for name in &table.varnames {
        let name = intern(thread, name).value();
        varnames.push(thread, name)?;
    }
    let varnames = List::from_buffer(thread, varnames);
    let mut children = Buffer::new();
    for child in &table.children {
        let child = object(thread, child)?;
        children.push(thread, child)?;
    }
    let children = List::from_buffer(thread, children);
    let values = [
        int::from_usize(thread, table.id),
        intern(thread, &table.name).value(),
        symbols.value(),
        varnames.value(),
        children.value(),
        Value::small(i64::from(table.nested)),
        Value::small(table.kind as i64),
        Value::small(i64::from(table.line)),
    ];
    // SAFETY: the class is `symtable entry`, which cannot be subclassed.
    let entry = unsafe {
        thread.new_cell(&ENTRY, |header| Entry {
            header,
            values: values.map(|value| Slot::new(Some(value))),
        })
    };
    Ok(entry.value())
}

fn symtable(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [source, filename, start] = args.unpack::<3>(thread, "symtable", 3)?;
    let (source, filename, start) = (
        source.unwrap_or_else(none),
        filename.unwrap_or_else(none),
        start.unwrap_or_else(none),
    );
    let filename = filename_of(thread, filename)?;
    let Some(start) = start.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "symtable() argument 3 must be str, not {}",
            start.class().name()
        )));
    };
    let Some(source) = source_of(thread, source)? else {
        return Err(thread.type_error("symtable() arg 1 must be a string or bytes object"));
    };
    let mode = match start.to_rust().as_deref() {
        Some("exec") => Mode::Exec,
        Some("eval") => Mode::Eval,
        Some("single") => Mode::Single,
        _ => {
            let message = "symtable() arg 3 must be 'exec' or 'eval' or 'single'";
            return Err(thread.value_error(message));
        }
    };
    let text = source.decode(thread, filename)?;
    let name = filename.to_rust_lossy();
    let done = symbols_of(&text, &name, mode, &default_options());
    let table = finish(thread, done, filename)?;
    object(thread, &table)
}

static FUNCTIONS: &[Method] = &[Method::any(
    "symtable",
    symtable,
    "symtable($module, source, filename, startstr, /)\n--\n\nThe symbol tables that the compiler makes of a source.",
)];

/// The module's numbers: flags of symbols, scopes, kinds of blocks.
const NUMBERS: [(&str, i64); 26] = [
    ("USE", 16),
    ("DEF_GLOBAL", 1),
    ("DEF_NONLOCAL", 8),
    ("DEF_LOCAL", 2),
    ("DEF_PARAM", 4),
    ("DEF_TYPE_PARAM", 1024),
    ("DEF_FREE_CLASS", 64),
    ("DEF_IMPORT", 128),
    ("DEF_BOUND", 134),
    ("DEF_ANNOT", 256),
    ("DEF_COMP_ITER", 512),
    ("DEF_COMP_CELL", 2048),
    ("TYPE_FUNCTION", 0),
    ("TYPE_CLASS", 1),
    ("TYPE_MODULE", 2),
    ("TYPE_ANNOTATION", 3),
    ("TYPE_TYPE_ALIAS", 4),
    ("TYPE_TYPE_PARAMETERS", 5),
    ("TYPE_TYPE_VARIABLE", 6),
    ("LOCAL", 1),
    ("GLOBAL_EXPLICIT", 2),
    ("GLOBAL_IMPLICIT", 3),
    ("FREE", 4),
    ("CELL", 5),
    ("SCOPE_OFF", SCOPE_OFFSET as i64),
    ("SCOPE_MASK", 15),
];

/// Gives the type its functions.
pub fn install() {
    ENTRY.define(&SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    ready::ready(thread, &ENTRY)?;
    let name = intern(thread, "_symtable");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, number) in NUMBERS {
        module.add(thread, name, Value::small(number))?;
    }
    Ok(module)
}
