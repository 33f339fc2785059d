//! `_pickle.Unpickler`: its settings, its memo, and what Python code sees of them.
//!
//! The memo is a list: almost always numbers are given in order. Others are keys of a dict beside it.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, attribute, buffer, class, flags, instance, int, intern,
    none, protocol, slots, types,
};
use grwl_threads::sync::{AtomicU32, Ordering};
use grwl_types_text::arguments;

use crate::busy::Busy;
use crate::global::{import, renamed};
use crate::input::{File, Input};
use crate::load::Load;
use crate::pickler::persistence;
use crate::{UNPICKLING_ERROR, because, optional};

const R: Ordering = Ordering::Relaxed;

/// `_pickle.Unpickler`
#[repr(C)]
pub struct Unpickler {
    header: Header,
    read: Slot,
    readline: Slot,
    peek: Slot,
    /// What was stored as the attribute `persistent_load`.
    persistent_load: Slot,
    buffers: Slot,
    encoding: Slot,
    errors: Slot,
    memo: Slot,
    sparse: Slot,
    busy: Busy,
    fix_imports: AtomicU32,
    /// The protocol of the pickle that is read.
    pub(crate) protocol: AtomicU32,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for Unpickler {
    fn type_object() -> &'static TypeObject {
        &UNPICKLER
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Unpickler, read) as u32,
        count: 9,
    },
    size: Size::Fixed(size_of::<Unpickler>()),
    drop: None,
    name: "unpickler",
};

/// `_pickle.Unpickler`
pub static UNPICKLER: TypeObject = TypeObject::declare(&Declaration {
    name: "_pickle.Unpickler",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Unpickler>(),
    attributes: 0,
});

/// The memo of an unpickler, as Python code sees it.
#[repr(C)]
pub struct UnpicklerMemo {
    header: Header,
    unpickler: Slot,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for UnpicklerMemo {
    fn type_object() -> &'static TypeObject {
        &UNPICKLER_MEMO
    }
}

static MEMO_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(UnpicklerMemo, unpickler) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<UnpicklerMemo>()),
    drop: None,
    name: "memo of an unpickler",
};

/// `_pickle.UnpicklerMemoProxy`
pub static UNPICKLER_MEMO: TypeObject = TypeObject::declare(&Declaration {
    name: "_pickle.UnpicklerMemoProxy",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &MEMO_CELL,
    kind: Kind::Traced,
    size: size_of::<UnpicklerMemo>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "Unpickler(file, *, fix_imports=True, encoding='ASCII', errors='strict',\n          buffers=())\n--\n\nReads pickles from a file.\n\nThe file must have methods read() and readline() that return bytes. The protocol is seen from the pickle. With fix_imports, names of Python 2 are\ntranslated; encoding and errors say how its strings are decoded. buffers gives what was pickled beside the pickle.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::GET_ATTRIBUTE.is(get_attribute),
        slots::SET_ATTRIBUTE.is(set_attribute),
    ],
    methods: &[
        Method::no_arguments(
            "load",
            load,
            "load($self, /)\n--\n\nRead an object from the file.",
        ),
        Method::any(
            "find_class",
            |thread, this, args| {
                let [Some(module), Some(name)] = args.unpack::<2>(thread, "find_class", 2)? else {
                    unreachable!("both are required");
                };
                find_class(thread, own(this), module, name)
            },
            "find_class($self, module_name, global_name, /)\n--\n\nWhat a name in a module stands for. The module is imported if need be.",
        ),
        Method::one(
            "persistent_load",
            |thread, _, _| {
                Err(UNPICKLING_ERROR.raise(
                    thread,
                    "A load persistent id instruction was encountered, but no persistent_load function was specified.",
                ))
            },
            "persistent_load($self, pid, /)\n--\n\n",
        ),
        Method::no_arguments(
            "__sizeof__",
            |thread, this| {
                let entries = own(this).memo_list().map_or(0, |memo| memo.len());
                Ok(int::from_usize(
                    thread,
                    size_of::<Unpickler>() + entries * 8,
                ))
            },
            "__sizeof__($self, /)\n--\n\nReturns size in memory, in bytes.",
        ),
    ],
    getset: &[GetSet::new("memo", get_memo, set_memo, None)],
    ..TypeSpec::NONE
};

pub(crate) static MEMO_SPEC: TypeSpec = TypeSpec {
    methods: &[
        Method::no_arguments(
            "clear",
            |thread, this| {
                let this = proxied(this);
                thread.store(this, &this.memo, None);
                thread.store(this, &this.sparse, None);
                Ok(none())
            },
            "clear($self, /)\n--\n\nRemove all items from memo.",
        ),
        Method::no_arguments(
            "copy",
            |thread, this| Ok(proxied(this).memo_as_dict(thread)?.value()),
            "copy($self, /)\n--\n\nThe memo as a dict.",
        ),
        Method::no_arguments(
            "__reduce__",
            |thread, this| {
                let dict = proxied(this).memo_as_dict(thread)?.value();
                let class = Ref::from_static(&types::DICT).value();
                let args = Tuple::try_new(thread, &[dict])?.value();
                Ok(Tuple::try_new(thread, &[class, args])?.value())
            },
            "__reduce__($self, /)\n--\n\nImplement pickling support.",
        ),
    ],
    slots: &[slots::HASH.is(protocol::hash::not_hashable)],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<Unpickler> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

fn proxied(this: Value) -> Ref<Unpickler> {
    // SAFETY: only functions of the type call this, with its instances.
    let this: Ref<UnpicklerMemo> = unsafe { this.downcast_unchecked() };
    own(this.unpickler.load().expect("a memo has its unpickler"))
}

const WHAT: &str = "Unpickler";

impl Unpickler {
    fn memo_list(&self) -> Option<Ref<List>> {
        self.memo.load()?.downcast()
    }

    fn memo_rest(&self) -> Option<Ref<Dict>> {
        self.sparse.load()?.downcast()
    }
}

impl Unpickler {
    fn me(&self) -> Ref<Self> {
        // SAFETY: all of them are whole cells.
        unsafe { Ref::of(self) }
    }

    /// What is in the memo under a number.
    #[inline]
    pub(crate) fn recall(&self, thread: &mut Thread, number: usize) -> PyResult<Option<Value>> {
        if let Some(found) = self.memo_list().and_then(|memo| memo.get(number)) {
            return Ok(Some(found));
        }
        match self.memo_rest() {
            Some(rest) => {
                let key = int::from_usize(thread, number);
                rest.get(thread, key)
            }
            None => Ok(None),
        }
    }

    /// How many there are.
    pub(crate) fn memo_length(&self) -> usize {
        self.memo_list().map_or(0, |memo| memo.len())
            + self.memo_rest().map_or(0, |rest| rest.len())
    }

    /// Enters something in the memo.
    #[inline]
    pub(crate) fn remember(
        &self,
        thread: &mut Thread,
        number: usize,
        value: Value,
    ) -> PyResult<()> {
        let memo = match self.memo_list() {
            Some(memo) => memo,
            None => {
                let memo = List::new(thread);
                thread.store(self.me(), &self.memo, Some(memo.value()));
                memo
            }
        };
        let length = memo.len();
        if number == length && self.memo_rest().is_none() {
            return memo.push(thread, value);
        }
        if number < length {
            memo.set(thread, number, value);
            return Ok(());
        }
        let rest = match self.memo_rest() {
            Some(rest) => rest,
            None => {
                let rest = Dict::new(thread);
                thread.store(self.me(), &self.sparse, Some(rest.value()));
                rest
            }
        };
        let key = int::from_usize(thread, number);
        rest.insert(thread, key, value)
    }

    fn memo_as_dict(&self, thread: &mut Thread) -> PyResult<Ref<Dict>> {
        let dict = Dict::new(thread);
        if let Some(memo) = self.memo_list() {
            let values = memo.snapshot(thread)?;
            for (number, &value) in values.iter().enumerate() {
                let key = int::from_usize(thread, number);
                dict.insert(thread, key, value)?;
            }
        }
        if let Some(rest) = self.memo_rest() {
            for (key, value, _) in rest.cursor() {
                dict.insert(thread, key, value)?;
            }
        }
        Ok(dict)
    }

    fn set_up(
        &self,
        thread: &mut Thread,
        fix_imports: Option<Value>,
        encoding: Option<Value>,
        errors: Option<Value>,
        buffers: Option<Value>,
        function: &str,
    ) -> PyResult<()> {
        let fix_imports = match fix_imports {
            Some(value) => protocol::is_true(thread, value)?,
            None => true,
        };
        let mut text = |value: Option<Value>, name: &str, default: &str| match value {
            Some(value) => {
                let which = format!("argument '{name}'");
                let string = arguments::c_string(thread, value, function, &which)?;
                Ok(Str::new(thread, &string).value())
            }
            None => Ok(Str::new(thread, default).value()),
        };
        let encoding = text(encoding, "encoding", "ASCII")?;
        let errors = text(errors, "errors", "strict")?;
        let buffers = match buffers.and_then(ValueExt::not_none) {
            Some(buffers) => Some(protocol::get_iter(thread, buffers)?),
            None => None,
        };
        self.fix_imports.store(u32::from(fix_imports), R);
        thread.store(self.me(), &self.encoding, Some(encoding));
        thread.store(self.me(), &self.errors, Some(errors));
        thread.store(self.me(), &self.buffers, buffers);
        thread.store(self.me(), &self.memo, None);
        thread.store(self.me(), &self.sparse, None);
        Ok(())
    }

    fn set_file(&self, thread: &mut Thread, file: Value) -> PyResult<()> {
        let peek = optional(thread, file, "peek")?;
        let read = optional(thread, file, "read")?;
        let readline = optional(thread, file, "readline")?;
        if read.is_none() || readline.is_none() {
            return Err(thread.type_error("file must have 'read' and 'readline' attributes"));
        }
        thread.store(self.me(), &self.peek, peek);
        thread.store(self.me(), &self.read, read);
        thread.store(self.me(), &self.readline, readline);
        Ok(())
    }

    fn run(&self, thread: &mut Thread, input: Input<'_>) -> PyResult {
        let mut load = Load::new(self.me(), input);
        load.persistent_load = persistence(thread, self.me().value(), "persistent_load")?;
        load.buffers = self.buffers.load();
        load.encoding = self.encoding.load();
        load.errors = self.errors.load();
        self.protocol.store(0, R);
        let result = load.all(thread);
        let settled = load.input.settle(thread);
        let value = result?;
        settled?;
        Ok(value)
    }
}

fn get_memo(thread: &mut Thread, this: Value) -> PyResult {
    // SAFETY: the type has this layout.
    let made = unsafe {
        thread.new_cell(&UNPICKLER_MEMO, |header| UnpicklerMemo {
            header,
            unpickler: Slot::new(Some(this)),
        })
    };
    Ok(made.value())
}

fn set_memo(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = own(this);
    let Some(value) = value else {
        return Err(thread.type_error("attribute deletion is not supported"));
    };
    let dict = if value.downcast::<UnpicklerMemo>().is_some() {
        proxied(value).memo_as_dict(thread)?
    } else if let Some(dict) = value.downcast::<Dict>() {
        dict
    } else {
        return Err(thread.type_error(format_args!(
            "'memo' attribute must be an UnpicklerMemoProxy object or dict, not {}",
            value.class().name()
        )));
    };
    let copy = Dict::new(thread);
    for (key, value, _) in dict.cursor() {
        if !int::is_int(key) {
            return Err(thread.type_error("memo key must be integers"));
        }
        if protocol::as_isize(thread, key)? < 0 {
            return Err(thread.value_error("memo key must be positive integers."));
        }
        copy.insert(thread, key, value)?;
    }
    thread.store(this, &this.memo, None);
    thread.store(this, &this.sparse, Some(copy.value()));
    Ok(())
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    // Zeroes are an unpickler that was not initialised.
    Ok(Value::from_cell(instance::allocate(thread, class)?))
}

fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    static S: Signature<5> = Signature::new(
        "Unpickler",
        ["file", "fix_imports", "encoding", "errors", "buffers"],
    )
    .keyword_only_after(1, 0);
    let [file, fix_imports, encoding, errors, buffers] = args.parse(thread, &S)?;
    let this = own(this);
    this.busy.begin(thread, WHAT)?;
    let result = this
        .set_file(thread, file.expect("the signature requires it"))
        .and_then(|()| this.set_up(thread, fix_imports, encoding, errors, buffers, "Unpickler"));
    this.busy.end();
    result
}

fn get_attribute(thread: &mut Thread, this: Value, name: Ref<Str>) -> PyResult {
    if name.is_str("persistent_load")
        && let Some(stored) = own(this).persistent_load.load()
    {
        return Ok(stored);
    }
    attribute::generic_get(thread, this, name)
}

fn set_attribute(
    thread: &mut Thread,
    this: Value,
    name: Ref<Str>,
    value: Option<Value>,
) -> PyResult<()> {
    if name.is_str("persistent_load") {
        let unpickler = own(this);
        if value.is_none() && unpickler.persistent_load.load().is_none() {
            return attribute::generic_set(thread, this, name, None);
        }
        thread.store(unpickler, &unpickler.persistent_load, value);
        return Ok(());
    }
    attribute::generic_set(thread, this, name, value)
}

fn load(thread: &mut Thread, this: Value) -> PyResult {
    let unpickler = own(this);
    let (Some(read), Some(readline)) = (unpickler.read.load(), unpickler.readline.load()) else {
        return Err(UNPICKLING_ERROR.raise(
            thread,
            format_args!(
                "Unpickler.__init__() was not called by {}.__init__()",
                this.class().name()
            ),
        ));
    };
    let file = File {
        read,
        readline,
        peek: unpickler.peek.load(),
    };
    unpickler.busy.begin(thread, WHAT)?;
    let result = unpickler.run(thread, Input::of_file(file));
    unpickler.busy.end();
    result
}

/// `Unpickler.find_class`
pub(crate) fn find_class(
    thread: &mut Thread,
    this: Ref<Unpickler>,
    module: Value,
    name: Value,
) -> PyResult {
    let sys = class::import(thread, "sys")?;
    if let Some(audit) = optional(thread, sys, "audit")? {
        let event = Str::new(thread, "pickle.find_class").value();
        protocol::call_positional(thread, audit, &[event, module, name])?;
    }
    let Some(mut module) = module.downcast::<Str>() else {
        return Err(thread.type_error("module name must be a string"));
    };
    let Some(mut name) = name.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "attribute name must be string, not '{}'",
            name.class().name()
        )));
    };
    let protocol = this.protocol.load(R);
    if protocol < 3 && this.fix_imports.load(R) != 0 {
        let compat = class::import(thread, "_compat_pickle")?;
        let names = protocol::get_attribute_str(thread, compat, "NAME_MAPPING")?;
        let imports = protocol::get_attribute_str(thread, compat, "IMPORT_MAPPING")?;
        (module, name) = renamed(thread, names, imports, module, name)?;
    }
    let found = import(thread, module)?;
    let dotted = name.to_rust_lossy();
    if protocol < 4 || !dotted.contains('.') {
        return protocol::get_attribute(thread, found, name);
    }
    let mut at = found;
    for part in dotted.split('.') {
        let part = intern(thread, part);
        at = match protocol::get_attribute(thread, at, part) {
            Ok(next) => next,
            Err(raised) if raised.matches(&types::ATTRIBUTE_ERROR) => {
                let name = protocol::repr(thread, name.value())?;
                let module = protocol::repr(thread, module.value())?;
                let message = format!("Can't resolve path {name} on module {module}");
                let made = thread.raise(&types::ATTRIBUTE_ERROR, message);
                return Err(because(thread, made, raised));
            }
            Err(raised) => return Err(raised),
        };
    }
    Ok(at)
}

fn temporary(thread: &mut Thread) -> PyResult<Ref<Unpickler>> {
    let class = Ref::from_static(&UNPICKLER);
    Ok(own(Value::from_cell(instance::allocate(thread, class)?)))
}

/// `pickle.load`
pub(crate) fn load_function(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<5> = Signature::new(
        "load",
        ["file", "fix_imports", "encoding", "errors", "buffers"],
    )
    .keyword_only_after(1, 0);
    let [file, fix_imports, encoding, errors, buffers] = args.parse(thread, &S)?;
    let this = temporary(thread)?;
    this.set_file(thread, file.expect("the signature requires it"))?;
    this.set_up(thread, fix_imports, encoding, errors, buffers, "load")?;
    load(thread, this.value())
}

/// `pickle.loads`
pub(crate) fn loads_function(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<5> = Signature::new(
        "loads",
        ["data", "fix_imports", "encoding", "errors", "buffers"],
    )
    .positional_only(1)
    .keyword_only_after(1, 0);
    let [data, fix_imports, encoding, errors, buffers] = args.parse(thread, &S)?;
    let this = temporary(thread)?;
    let data = buffer::read(thread, data.expect("the signature requires it"))?;
    this.set_up(thread, fix_imports, encoding, errors, buffers, "loads")?;
    this.run(thread, Input::of_bytes(data))
}
