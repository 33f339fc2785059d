//! `_pickle.Pickler`: its settings, its memo, and what Python code sees of them.
//!
//! The memo says under which number an object was written. It goes by address, for objects never move; `kept` keeps them alive.

use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, attribute, flags, function, instance, int, intern, none,
    protocol, slots, types,
};
use grwl_threads::sync::{AtomicU32, Ordering};
use grwl_types_text::arguments;

use crate::busy::Busy;
use crate::output::Output;
use crate::save::Save;
use crate::{PICKLING_ERROR, optional};

const R: Ordering = Ordering::Relaxed;
/// The highest protocol, and the one that is used if none is given.
pub(crate) const HIGHEST: i64 = 5;
const DEFAULT: i64 = 5;

/// Hashes addresses: they differ in their middle bits.
#[derive(Default)]
pub(crate) struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(usize::from(byte));
        }
    }
    fn write_usize(&mut self, address: usize) {
        let mixed = (self.0 ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ mixed >> 32;
    }
}

type Memo = HashMap<usize, (u32, usize), BuildHasherDefault<AddressHasher>>;

/// `_pickle.Pickler`
#[repr(C)]
pub struct Pickler {
    header: Header,
    write: Slot,
    dispatch_table: Slot,
    /// What was stored as the attribute `persistent_id`.
    persistent_id: Slot,
    buffer_callback: Slot,
    /// A list of what is in the memo.
    kept: Slot,
    busy: Busy,
    protocol: AtomicU32,
    bin: AtomicU32,
    fast: AtomicU32,
    fix_imports: AtomicU32,
    memo: UnsafeCell<Option<Box<Memo>>>,
}

// SAFETY: repr(C), begins with a header; what is not atomic is touched by one thread at a time: see `busy`.
unsafe impl Cell for Pickler {
    fn type_object() -> &'static TypeObject {
        &PICKLER
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Pickler, write) as u32,
        count: 5,
    },
    size: Size::Fixed(size_of::<Pickler>()),
    drop: Some(drop_pickler),
    name: "pickler",
};

unsafe fn drop_pickler(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<Pickler>().as_ptr()).memo) };
}

/// `_pickle.Pickler`
pub static PICKLER: TypeObject = TypeObject::declare(&Declaration {
    name: "_pickle.Pickler",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<Pickler>(),
    attributes: 0,
});

/// The memo of a pickler, as Python code sees it.
#[repr(C)]
pub struct PicklerMemo {
    header: Header,
    pickler: Slot,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for PicklerMemo {
    fn type_object() -> &'static TypeObject {
        &PICKLER_MEMO
    }
}

static MEMO_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(PicklerMemo, pickler) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<PicklerMemo>()),
    drop: None,
    name: "memo of a pickler",
};

/// `_pickle.PicklerMemoProxy`
pub static PICKLER_MEMO: TypeObject = TypeObject::declare(&Declaration {
    name: "_pickle.PicklerMemoProxy",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &MEMO_CELL,
    kind: Kind::Traced,
    size: size_of::<PicklerMemo>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "Pickler(file, protocol=None, fix_imports=True, buffer_callback=None)\n--\n\nWrites pickles to a file.\n\nThe file must have a method write() that takes bytes. protocol is 0 to 5, or negative for the highest. With fix_imports, protocols below 3 use the\nnames of modules that Python 2 had. buffer_callback, from protocol 5 on, gets each buffer, and says by a false result that it has taken it.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::GET_ATTRIBUTE.is(get_attribute),
        slots::SET_ATTRIBUTE.is(set_attribute),
    ],
    methods: &[
        Method::any(
            "dump",
            |thread, this, args| {
                let [object] = *args.values() else {
                    let count = args.values().len();
                    return Err(thread.type_error(format_args!(
                        "dump() takes exactly 1 positional argument ({count} given)"
                    )));
                };
                args.no_keywords(thread, "dump")?;
                dump(thread, own(this), object)?;
                Ok(none())
            },
            "dump($self, obj, /)\n--\n\nWrite the pickle of an object to the file.",
        ),
        Method::no_arguments(
            "clear_memo",
            |thread, this| {
                own(this).set_memo(thread, Box::default(), None)?;
                Ok(none())
            },
            "clear_memo($self, /)\n--\n\nForget what was written, so that it is written again.",
        ),
        Method::one(
            "persistent_id",
            |_, _, _| Ok(none()),
            "persistent_id($self, obj, /)\n--\n\n",
        ),
        Method::no_arguments(
            "__sizeof__",
            |thread, this| {
                let entries = own(this).access(thread, |_, this| Ok(this.memo().len()))?;
                Ok(int::from_usize(thread, size_of::<Pickler>() + entries * 32))
            },
            "__sizeof__($self, /)\n--\n\nReturns size in memory, in bytes.",
        ),
    ],
    getset: &[
        GetSet::new("memo", get_memo, set_memo, None),
        GetSet::new(
            "bin",
            |_, this| Ok(Value::small(i64::from(own(this).bin.load(R)))),
            |thread, this, value| {
                let value = whole(thread, value)?;
                own(this).bin.store(value, R);
                Ok(())
            },
            None,
        )
        .member(),
        GetSet::new(
            "fast",
            |_, this| Ok(Value::small(i64::from(own(this).fast.load(R)))),
            |thread, this, value| {
                let value = whole(thread, value)?;
                own(this).fast.store(value, R);
                Ok(())
            },
            None,
        )
        .member(),
        GetSet::new(
            "dispatch_table",
            |thread, this| match own(this).dispatch_table.load() {
                Some(table) => Ok(table),
                None => {
                    let name = intern(thread, "dispatch_table");
                    Err(thread.no_attribute(this, name))
                }
            },
            |thread, this, value| {
                let this = own(this);
                thread.store(this, &this.dispatch_table, value);
                Ok(())
            },
            None,
        )
        .member(),
    ],
    ..TypeSpec::NONE
};

fn whole(thread: &mut Thread, value: Option<Value>) -> PyResult<u32> {
    match value {
        Some(value) => Ok(arguments::c_int(thread, value)?.cast_unsigned()),
        None => Err(thread.type_error("can't delete numeric/char attribute")),
    }
}

pub(crate) static MEMO_SPEC: TypeSpec = TypeSpec {
    methods: &[
        Method::no_arguments(
            "clear",
            |thread, this| {
                proxied(this).set_memo(thread, Box::default(), None)?;
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
            "__reduce__($self, /)\n--\n\nImplement pickle support.",
        ),
    ],
    slots: &[slots::HASH.is(protocol::hash::not_hashable)],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<Pickler> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

fn proxied(this: Value) -> Ref<Pickler> {
    // SAFETY: only functions of the type call this, with its instances.
    let this: Ref<PicklerMemo> = unsafe { this.downcast_unchecked() };
    own(this.pickler.load().expect("a memo has its pickler"))
}

const WHAT: &str = "Pickler";

impl Pickler {
    /// The memo. The caller is the only user just now, and runs no Python code as long as it has it.
    #[allow(clippy::mut_from_ref)]
    fn memo(&self) -> &mut Memo {
        // SAFETY: the caller's promise: see `busy`.
        unsafe { &mut *self.memo.get() }.get_or_insert_default()
    }

    /// The number of an object in the memo. The caller uses the pickler.
    pub(crate) fn find(&self, value: Value) -> Option<u32> {
        let address = address(value)?;
        self.memo().get(&address).map(|&(number, _)| number)
    }
}

fn address(value: Value) -> Option<usize> {
    value.as_cell().map(|cell| cell.as_ptr() as usize)
}

impl Pickler {
    fn me(&self) -> Ref<Self> {
        // SAFETY: all of them are whole cells.
        unsafe { Ref::of(self) }
    }

    fn access<R>(
        &self,
        thread: &mut Thread,
        act: impl FnOnce(&mut Thread, &Self) -> PyResult<R>,
    ) -> PyResult<R> {
        self.busy.briefly(thread, WHAT, |thread| act(thread, self))
    }

    /// Enters an object in the memo, and returns its number. The caller uses the pickler.
    pub(crate) fn remember(&self, thread: &mut Thread, value: Value) -> PyResult<u32> {
        let kept = match self.kept.load().and_then(ValueExt::downcast::<List>) {
            Some(kept) => kept,
            None => {
                let kept = List::new(thread);
                thread.store(self.me(), &self.kept, Some(kept.value()));
                kept
            }
        };
        kept.push(thread, value)?;
        let memo = self.memo();
        let number = memo.len() as u32;
        let place = kept.len() - 1;
        if let Some(address) = address(value) {
            memo.insert(address, (number, place));
        }
        Ok(number)
    }

    fn set_memo(
        &self,
        thread: &mut Thread,
        memo: Box<Memo>,
        kept: Option<Ref<List>>,
    ) -> PyResult<()> {
        self.access(thread, |thread, this| {
            *this.memo() = *memo;
            thread.store(this.me(), &this.kept, kept.map(Ref::value));
            Ok(())
        })
    }

    fn memo_as_dict(&self, thread: &mut Thread) -> PyResult<Ref<Dict>> {
        let (entries, kept) = self.access(thread, |_, this| {
            let entries: Vec<(usize, (u32, usize))> = this
                .memo()
                .iter()
                .map(|(&key, &entry)| (key, entry))
                .collect();
            Ok((entries, this.kept.load()))
        })?;
        let dict = Dict::new(thread);
        let kept = kept.and_then(ValueExt::downcast::<List>);
        for (address, (number, place)) in entries {
            let Some(value) = kept.and_then(|kept| kept.get(place)) else {
                continue;
            };
            let key = int::from_usize(thread, address);
            let entry = Tuple::try_new(thread, &[Value::small(i64::from(number)), value])?;
            dict.insert(thread, key, entry.value())?;
        }
        Ok(dict)
    }
}

fn get_memo(thread: &mut Thread, this: Value) -> PyResult {
    // SAFETY: the type has this layout.
    let made = unsafe {
        thread.new_cell(&PICKLER_MEMO, |header| PicklerMemo {
            header,
            pickler: Slot::new(Some(this)),
        })
    };
    Ok(made.value())
}

fn set_memo(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = own(this);
    let Some(value) = value else {
        return Err(thread.type_error("attribute deletion is not supported"));
    };
    let mut memo = Box::<Memo>::default();
    let kept = List::new(thread);
    let dict = if value.downcast::<PicklerMemo>().is_some() {
        proxied(value).memo_as_dict(thread)?
    } else if let Some(dict) = value.downcast::<Dict>() {
        dict
    } else {
        return Err(thread.type_error(format_args!(
            "'memo' attribute must be a PicklerMemoProxy object or dict, not {}",
            value.class().name()
        )));
    };
    for (_, entry, _) in dict.cursor() {
        let Some(entry) = entry.downcast::<Tuple>().filter(|entry| entry.len() == 2) else {
            return Err(thread.type_error("'memo' values must be 2-item tuples"));
        };
        if !int::is_int(entry.at(0)) {
            return Err(thread.type_error("an integer is required"));
        }
        let number = protocol::as_i64(thread, entry.at(0))? as u32;
        kept.push(thread, entry.at(1))?;
        if let Some(address) = address(entry.at(1)) {
            memo.insert(address, (number, kept.len() - 1));
        }
    }
    this.set_memo(thread, memo, Some(kept))
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    // Zeroes are a pickler that was not initialised.
    Ok(Value::from_cell(instance::allocate(thread, class)?))
}

/// The protocol, checked.
fn protocol_of(thread: &mut Thread, given: Option<Value>) -> PyResult<i64> {
    let Some(given) = given.and_then(ValueExt::not_none) else {
        return Ok(DEFAULT);
    };
    let protocol = protocol::as_i64(thread, given)?;
    if protocol < 0 {
        return Ok(HIGHEST);
    }
    if protocol > HIGHEST {
        return Err(thread.value_error(format_args!("pickle protocol must be <= {HIGHEST}")));
    }
    Ok(protocol)
}

impl Pickler {
    fn set_up(
        &self,
        thread: &mut Thread,
        protocol: Option<Value>,
        fix_imports: Option<Value>,
        buffer_callback: Option<Value>,
    ) -> PyResult<()> {
        let fix_imports = match fix_imports {
            Some(value) => protocol::is_true(thread, value)?,
            None => true,
        };
        let protocol = protocol_of(thread, protocol)?;
        let buffer_callback = buffer_callback.and_then(ValueExt::not_none);
        if buffer_callback.is_some() && protocol < 5 {
            return Err(thread.value_error("buffer_callback needs protocol >= 5"));
        }
        self.protocol.store(protocol as u32, R);
        self.bin.store(u32::from(protocol > 0), R);
        self.fast.store(0, R);
        self.fix_imports
            .store(u32::from(fix_imports && protocol < 3), R);
        thread.store(self.me(), &self.buffer_callback, buffer_callback);
        Ok(())
    }
}

fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    static S: Signature<4> = Signature::new(
        "Pickler",
        ["file", "protocol", "fix_imports", "buffer_callback"],
    )
    .optional_after(1);
    let [file, protocol, fix_imports, buffer_callback] = args.parse(thread, &S)?;
    let file = file.expect("the signature requires it");
    let pickler = own(this);
    pickler.busy.begin(thread, WHAT)?;
    let result = (|| {
        pickler.set_up(thread, protocol, fix_imports, buffer_callback)?;
        let Some(write) = optional(thread, file, "write")? else {
            return Err(thread.type_error("file must have a 'write' attribute"));
        };
        thread.store(pickler, &pickler.write, Some(write));
        pickler.set_memo(thread, Box::default(), None)?;
        let table = optional(thread, this, "dispatch_table")?;
        thread.store(pickler, &pickler.dispatch_table, table);
        Ok(())
    })();
    pickler.busy.end();
    result
}

fn get_attribute(thread: &mut Thread, this: Value, name: Ref<Str>) -> PyResult {
    if name.is_str("persistent_id")
        && let Some(stored) = own(this).persistent_id.load()
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
    if name.is_str("persistent_id") {
        let pickler = own(this);
        if value.is_none() && pickler.persistent_id.load().is_none() {
            return attribute::generic_set(thread, this, name, None);
        }
        thread.store(pickler, &pickler.persistent_id, value);
        return Ok(());
    }
    attribute::generic_set(thread, this, name, value)
}

/// The attribute `persistent_id` or `persistent_load`, unless it is the type's own method, which does nothing.
pub(crate) fn persistence(thread: &mut Thread, this: Value, name: &str) -> PyResult<Option<Value>> {
    let found = optional(thread, this, name)?;
    Ok(found.filter(|&found| !function::is_builtin_named(found, name)))
}

fn with_output(
    thread: &mut Thread,
    this: Ref<Pickler>,
    object: Value,
    is_kept: bool,
) -> PyResult<Output> {
    let write = this.write.load();
    if write.is_none() && !is_kept {
        let class = this.value().class();
        return Err(PICKLING_ERROR.raise(
            thread,
            format_args!(
                "Pickler.__init__() was not called by {}.__init__()",
                class.name()
            ),
        ));
    }
    this.busy.begin(thread, WHAT)?;
    let result = (|| {
        let persistent_id = persistence(thread, this.value(), "persistent_id")?;
        let reducer_override = optional(thread, this.value(), "reducer_override")?;
        let mut save = Save {
            pickler: this,
            output: Output::new(write),
            protocol: i64::from(this.protocol.load(R)),
            is_binary: this.bin.load(R) != 0,
            is_fast: this.fast.load(R) != 0,
            fix_imports: this.fix_imports.load(R) != 0,
            persistent_id,
            reducer_override,
            dispatch_table: this.dispatch_table.load(),
            buffer_callback: this.buffer_callback.load(),
            depth: 0,
            open: Vec::new(),
        };
        save.all(thread, object)?;
        Ok(save.output)
    })();
    this.busy.end();
    result
}

fn dump(thread: &mut Thread, this: Ref<Pickler>, object: Value) -> PyResult<()> {
    with_output(thread, this, object, false).map(|_| ())
}

/// `pickle.dump`
pub(crate) fn dump_function(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<5> = Signature::new(
        "dump",
        ["obj", "file", "protocol", "fix_imports", "buffer_callback"],
    )
    .keyword_only_after(3, 0)
    .optional_after(2);
    let [object, file, protocol, fix_imports, buffer_callback] = args.parse(thread, &S)?;
    let class = Ref::from_static(&PICKLER);
    let pickler = own(Value::from_cell(instance::allocate(thread, class)?));
    pickler.set_up(thread, protocol, fix_imports, buffer_callback)?;
    let file = file.expect("the signature requires it");
    let Some(write) = optional(thread, file, "write")? else {
        return Err(thread.type_error("file must have a 'write' attribute"));
    };
    thread.store(pickler, &pickler.write, Some(write));
    dump(thread, pickler, object.expect("the signature requires it"))?;
    Ok(none())
}

/// `pickle.dumps`
pub(crate) fn dumps_function(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<4> = Signature::new(
        "dumps",
        ["obj", "protocol", "fix_imports", "buffer_callback"],
    )
    .keyword_only_after(2, 0)
    .optional_after(1);
    let [object, protocol, fix_imports, buffer_callback] = args.parse(thread, &S)?;
    let class = Ref::from_static(&PICKLER);
    let pickler = own(Value::from_cell(instance::allocate(thread, class)?));
    pickler.set_up(thread, protocol, fix_imports, buffer_callback)?;
    let object = object.expect("the signature requires it");
    let output = with_output(thread, pickler, object, true)?;
    Ok(Bytes::new(thread, output.bytes())?.value())
}
