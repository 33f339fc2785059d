//! Instances of C types: where their bytes lie, and what keeps alive what these point to.
//!
//! The bytes lie in the cell itself if they are few, in a *block* (a cell laid out as a `bytes`, which Python never sees), or somewhere else: in the memory of the
//! *base*, from which an instance was taken (a field of a structure), or wherever an address says. Cells do not move, so C may see them.
//!
//! ## Protocol
//! - Who works on the bytes takes the [`Place`] once, and keeps it on the native stack: it holds the block, so the memory stays valid even if the instance gets
//!   another one (`resize`) meanwhile. What was made of an instance before it was resized goes on seeing the old block, and an instance of which there was ever a
//!   view keeps its old blocks.
//! - A value that points to something is stored together with what it points to ([`store`]), by one thread at a time: at no safepoint is there an address in the bytes
//!   whose object nobody has. So who reads an address and what it points to without a safepoint between reads what is there.
//! - Between taking a [`Place`] and writing to it there is no safepoint: `resize` copies the bytes while all other threads stand still, so no write is lost.
//! - `objects` belongs to the instance at the end of the chain of bases, the *container*. It is set under its lock, or it is a dict, which has its own; keys say
//!   by which way of indices one came from the container.
//!
//! ## Invariants
//! - `address`, `base`, `index` and `length` are set before the instance is published and never change.
//! - An owner's `size` is not above what its memory has, if both are read through [`Data::place`].

use std::mem::offset_of;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject, Value, ValueExt, flags,
    instance, intern_str, none, protocol, types,
};

use crate::code::{self, Access, Bits, Converted};
use crate::info::{self, Info, flag};
use crate::{memory, meta};

const R: Ordering = Ordering::Relaxed;

/// So many bytes lie in the cell.
const INLINE: usize = 16;

/// `_ctypes._CData`
#[repr(C)]
pub struct Data {
    header: Header,
    inline: [AtomicU64; 2],
    /// Of borrowed memory.
    address: AtomicUsize,
    /// 1: the memory is the instance's own.
    owns: AtomicUsize,
    size: AtomicUsize,
    length: AtomicUsize,
    index: AtomicUsize,
    /// See [`exclusively`].
    busy: AtomicUsize,
    /// 1: somebody may have a view of the memory.
    viewed: AtomicUsize,
    base: Slot,
    objects: Slot,
    /// A `Bytes`: own memory, or that into which `address` points.
    block: Slot,
    /// Blocks from before it was resized, of which there may be views: a tuple of one, and of those before it.
    former: Slot,
    /// Something else that is kept, and not shown.
    also: Slot,
}

/// The first of the slots that the collector traces.
pub(crate) const FIRST_SLOT: usize = offset_of!(Data, base);
/// How many there are.
pub(crate) const SLOTS: u32 = 5;

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Data {
    fn type_object() -> &'static TypeObject {
        &DATA
    }
}

/// The heap's view of instances.
pub(crate) static DATA_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: FIRST_SLOT as u32,
        count: SLOTS,
    },
    size: Size::Fixed(size_of::<Data>()),
    drop: None,
    name: "C data",
};

/// `_ctypes._CData`
pub static DATA: TypeObject = TypeObject::declare(&Declaration {
    name: "_ctypes._CData",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::DISALLOW_INSTANTIATION,
    cell: &DATA_CELL,
    kind: Kind::Traced,
    size: size_of::<Data>(),
    attributes: 0,
});

/// The declaration of a type whose instances are [`Data`], with its metaclass.
pub(crate) const fn declaration(name: &'static str, class: &'static TypeObject) -> Declaration {
    Declaration {
        name,
        base: Some(&DATA),
        class,
        flags: flags::BASE,
        cell: &DATA_CELL,
        kind: Kind::Traced,
        size: size_of::<Data>(),
        attributes: 0,
    }
}

/// Where an instance's bytes lie. Keep it on the native stack.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// The first byte.
    pub(crate) first: *mut u8,
    /// How many there are.
    pub(crate) size: usize,
    /// What holds the memory.
    pub(crate) keep: Value,
}

impl Data {
    /// See [`Place`].
    pub(crate) fn place(&self) -> Place {
        // SAFETY: instances lie in cells.
        let this = unsafe { Ref::of(self) };
        let block = self.block.load();
        if self.owns.load(R) == 0 {
            return Place {
                first: std::ptr::with_exposed_provenance_mut(self.address.load(R)),
                size: self.size.load(R),
                keep: block.unwrap_or_else(|| this.value()),
            };
        }
        // The length of a longer block that came meanwhile says nothing of this one.
        match block.and_then(Value::downcast_exact::<Bytes>) {
            Some(block) => Place {
                first: block.as_slice().as_ptr().cast_mut(),
                size: self.size.load(R).min(block.len()),
                keep: block.value(),
            },
            None => Place {
                first: self.inline.as_ptr().cast_mut().cast(),
                size: self.size.load(R).min(INLINE),
                keep: this.value(),
            },
        }
    }

    /// `sizeof`
    pub(crate) fn size(&self) -> usize {
        self.size.load(R)
    }

    /// How many items or fields there are.
    pub(crate) fn length(&self) -> usize {
        self.length.load(R)
    }

    /// `_b_base_`
    pub(crate) fn base(&self) -> Option<Ref<Data>> {
        self.base.load()?.downcast::<Data>()
    }

    /// `_b_needsfree_`
    pub(crate) fn is_owner(&self) -> bool {
        self.owns.load(R) != 0
    }

    /// `_objects` as it is.
    pub(crate) fn objects(&self) -> Option<Value> {
        self.objects.load()
    }

    /// The pointer that the instance is.
    pub(crate) fn pointer(&self) -> usize {
        let place = self.place();
        if place.size < size_of::<usize>() {
            return 0;
        }
        // SAFETY: the place has so many bytes.
        usize::from_ne_bytes(unsafe { memory::load(place.first, size_of::<usize>()) })
    }
}

/// Memory of zeroes for an owner.
fn fresh_block(thread: &Thread, size: usize) -> PyResult<Option<Ref<Bytes>>> {
    if size <= INLINE {
        return Ok(None);
    }
    Bytes::filled(thread, &types::BYTES, size, |_| {}).map(Some)
}

/// An instance without memory.
fn bare(thread: &Thread, class: Ref<TypeObject>, info: Ref<Info>) -> PyResult<Ref<Data>> {
    let cell = instance::allocate(thread, class)?;
    // SAFETY: a fresh instance of `_CData` or a subclass.
    let data: Ref<Data> = unsafe { Ref::from_cell(cell) };
    data.size.store(info.size(), R);
    data.length.store(info.length(), R);
    Ok(data)
}

/// A new instance, whose bytes are zero.
///
/// # Errors
/// `TypeError: abstract class`; `MemoryError`.
pub(crate) fn new(thread: &Thread, class: Ref<TypeObject>) -> PyResult<Ref<Data>> {
    let info = Info::complete(thread, &class)?;
    let block = fresh_block(thread, info.size())?;
    let data = bare(thread, class, info)?;
    data.owns.store(1, R);
    thread.store(data, &data.block, block.map(Ref::value));
    Ok(data)
}

/// A new instance with these bytes.
///
/// # Errors
/// As [`new`].
pub(crate) fn with_bytes(
    thread: &Thread,
    class: Ref<TypeObject>,
    bytes: &[u8],
) -> PyResult<Ref<Data>> {
    let data = new(thread, class)?;
    let place = data.place();
    let count = bytes.len().min(place.size);
    // SAFETY: the place has so many bytes.
    unsafe { memory::store(place.first, &bytes[..count]) };
    Ok(data)
}

/// An instance at an address, which nothing keeps valid.
///
/// # Errors
/// `TypeError: abstract class`; what an audit hook raises.
pub(crate) fn at_address(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    address: usize,
) -> PyResult<Ref<Data>> {
    let shown = grwl_object::int::from_usize(thread, address);
    grwl_object::audit::audit(thread, "ctypes.cdata", &[shown])?;
    let info = Info::complete(thread, &class)?;
    let data = bare(thread, class, info)?;
    data.address.store(address, R);
    Ok(data)
}

/// An instance in the memory of another one, or at an address that this knows.
///
/// # Errors
/// As [`new`].
pub(crate) fn of_base(
    thread: &Thread,
    class: Ref<TypeObject>,
    base: Ref<Data>,
    keep: Value,
    index: usize,
    first: *mut u8,
) -> PyResult<Ref<Data>> {
    let info = Info::complete(thread, &class)?;
    let data = bare(thread, class, info)?;
    data.address.store(first.expose_provenance(), R);
    data.index.store(index, R);
    thread.store(data, &data.base, Some(base.value()));
    hold(thread, data, keep);
    Ok(data)
}

/// Lets a fresh instance in borrowed memory hold what holds the memory.
pub(crate) fn hold(thread: &Thread, data: Ref<Data>, keep: Value) {
    if Some(keep) != data.base.load() {
        thread.store(data, &data.block, Some(keep));
    }
}

/// Runs `act` while no other thread does with the same container. Waiting is a safepoint; `act` runs no Python code, and works on no other container so.
///
/// The word is 0, or twice the process's number plus one: in the child of a fork the word of a thread that the child has not counts as free.
///
/// # Errors
/// What a safepoint raises.
fn exclusively<R>(
    thread: &mut Thread,
    container: Ref<Data>,
    act: impl FnOnce(&mut Thread) -> PyResult<R>,
) -> PyResult<R> {
    struct Held(Ref<Data>);
    impl Drop for Held {
        fn drop(&mut self) {
            // Release: partner is the Acquire below.
            self.0.busy.store(0, Ordering::Release);
        }
    }
    let held = std::process::id() as usize * 2 + 1;
    let busy = &container.busy;
    loop {
        let now = busy.load(R);
        let exchange = busy.compare_exchange(now, held, Ordering::Acquire, R);
        if now != held && exchange.is_ok() {
            break;
        }
        thread.poll()?;
        thread.safe(std::thread::yield_now);
    }
    let _held = Held(container);
    act(thread)
}

/// The instance that holds the objects of this one.
pub(crate) fn container(data: Ref<Data>) -> Ref<Data> {
    let mut data = data;
    while let Some(base) = data.base() {
        data = base;
    }
    data
}

/// What a value that was copied out of `data` has to keep: the container's objects, an empty dict if it has none yet.
///
/// # Errors
/// `MemoryError`.
pub(crate) fn kept_objects(thread: &mut Thread, data: Ref<Data>) -> PyResult {
    let container = container(data);
    if let Some(objects) = container.objects() {
        return Ok(objects);
    }
    if container.length() == 0 {
        return Ok(none());
    }
    Ok(make_dict(thread, container))
}

/// The dict of an instance that has no objects yet.
fn make_dict(thread: &mut Thread, container: Ref<Data>) -> Value {
    let dict = Dict::new(thread).value();
    let locked = thread.lock_cell(&container);
    if let Some(objects) = container.objects() {
        return objects;
    }
    locked.store(container, &container.objects, Some(dict));
    dict
}

/// The key of what is at an index of `data`, in the container's objects.
///
/// # Errors
/// `ValueError: ctypes object structure too deep`
pub(crate) fn key(thread: &Thread, data: Ref<Data>, index: usize) -> PyResult<Ref<Str>> {
    let mut text = format!("{:x}", index as u32);
    let mut data = data;
    while let Some(base) = data.base() {
        // What CPython has room for.
        if 255 - text.len() < size_of::<usize>() * 2 {
            return Err(thread.value_error("ctypes object structure too deep"));
        }
        text.push_str(&format!(":{:x}", data.index.load(R) as u32));
        data = base;
    }
    Ok(intern_str(thread, Str::new(thread, &text)))
}

/// What is kept for an index of `data`.
pub(crate) fn kept(thread: &Thread, data: Ref<Data>, index: usize) -> PyResult<Option<Value>> {
    let container = container(data);
    let Some(objects) = container.objects() else {
        return Ok(None);
    };
    match objects.downcast_exact::<Dict>() {
        Some(dict) if container.length() != 0 => Ok(dict.get_str(key(thread, data, index)?)),
        _ => Ok(Some(objects)),
    }
}

/// What is kept for an index of `data`, or with what was copied to a part that contains it, and is the right one.
fn found(
    thread: &Thread,
    data: Ref<Data>,
    index: usize,
    is_right: &dyn Fn(Value) -> bool,
) -> PyResult<Option<Value>> {
    let container = container(data);
    let Some(objects) = container.objects() else {
        return Ok(None);
    };
    let dict = objects.downcast_exact::<Dict>();
    let Some(dict) = dict.filter(|_| container.length() != 0) else {
        return Ok(search(objects, is_right, 0));
    };
    let (mut data, mut index) = (data, index);
    loop {
        let entry = dict.get_str(key(thread, data, index)?);
        if let Some(right) = entry.and_then(|entry| search(entry, is_right, 0)) {
            return Ok(Some(right));
        }
        let Some(base) = data.base() else {
            return Ok(None);
        };
        index = data.index.load(R);
        data = base;
    }
}

/// A value, or one in the dicts and tuples that it is made of.
fn search(value: Value, is_right: &dyn Fn(Value) -> bool, depth: usize) -> Option<Value> {
    const DEEPEST: usize = 16;
    if is_right(value) {
        return Some(value);
    }
    if depth == DEEPEST {
        return None;
    }
    if let Some(dict) = value.downcast_exact::<Dict>() {
        let mut values = dict.cursor().map(|(_, value, _)| value);
        return values.find_map(|value| search(value, is_right, depth + 1));
    }
    let tuple = value.downcast_exact::<Tuple>()?;
    let mut values = tuple.iter();
    values.find_map(|value| search(value, is_right, depth + 1))
}

/// Writes, and keeps something for what was written: see the module's head.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
pub(crate) fn store(
    thread: &mut Thread,
    data: Ref<Data>,
    index: usize,
    keep: Option<Value>,
    write: impl FnOnce(),
) -> PyResult<()> {
    let Some(keep) = keep.and_then(ValueExt::not_none) else {
        write();
        return Ok(());
    };
    let container = container(data);
    let key = key(thread, data, index)?;
    exclusively(thread, container, |thread| {
        let objects = match container.objects() {
            None if container.length() != 0 => Some(make_dict(thread, container)),
            objects => objects,
        };
        if let Some(dict) = objects.and_then(Value::downcast_exact::<Dict>) {
            // What is in the bytes until they are written.
            let before = dict.get_str(key);
            dict.set_str(thread, key, keep)?;
            write();
            std::hint::black_box(before);
        } else {
            let locked = thread.lock_cell(&container);
            write();
            locked.store(container, &container.objects, Some(keep));
        }
        Ok(())
    })
}

/// A copy of bytes of an instance, with what they point to.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
pub(crate) fn copied(thread: &mut Thread, source: Ref<Data>, size: usize) -> PyResult<Converted> {
    exclusively(thread, container(source), |thread| {
        let mut keep = kept_objects(thread, source)?;
        if let Some(dict) = keep.downcast_exact::<Dict>() {
            keep = dict.copy(thread)?.value();
        }
        let place = source.place();
        // SAFETY: the source has so many bytes.
        let bytes = unsafe { memory::to_vec(place.first, size.min(place.size)) };
        Ok(Converted::new(&bytes, Some(keep)))
    })
}

/// A part of an instance's memory, or of what it points to: a field or an item.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    /// The instance.
    pub(crate) data: Ref<Data>,
    /// Where it is.
    pub(crate) at: At,
    /// How many bytes there are.
    pub(crate) size: usize,
    /// Which field or item it is.
    pub(crate) index: usize,
}

/// Where a part is.
#[derive(Clone, Copy)]
pub(crate) enum At {
    /// So many bytes behind the instance's first one.
    Own(usize),
    /// Where the instance points to, and what may hold the memory there.
    Elsewhere(*mut u8, Value),
}

impl Part {
    /// A part of an instance's own memory.
    ///
    /// # Errors
    /// `ValueError` if the instance has no memory there.
    pub(crate) fn own(
        thread: &Thread,
        data: Ref<Data>,
        offset: usize,
        size: usize,
        index: usize,
    ) -> PyResult<Self> {
        let end = offset.checked_add(size);
        if end.is_none_or(|end| end > data.place().size) {
            return Err(thread.value_error("the object has no memory there"));
        }
        Ok(Self {
            data,
            at: At::Own(offset),
            size,
            index,
        })
    }

    /// The first byte as it is now, and what holds the memory.
    fn now(self) -> (*mut u8, Value) {
        match self.at {
            At::Own(offset) => {
                let place = self.data.place();
                (place.first.wrapping_add(offset), place.keep)
            }
            At::Elsewhere(first, keep) => (first, keep),
        }
    }
}

/// The value of a part: of a simple type itself, of any other an instance in the same memory.
///
/// # Errors
/// `MemoryError`; `ValueError` for a string that is none.
pub(crate) fn get(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    access: Option<Access>,
    part: Part,
) -> PyResult {
    let own = || {
        Info::of(&class)?
            .access()
            .filter(|_| !meta::is_derived_simple(&class))
    };
    match access.or_else(own) {
        Some(access) if access.letter == b'O' => object(thread, part),
        // SAFETY: a part of the instance's memory, and what is there is what the type says.
        Some(access) => unsafe { code::get(thread, access, part.now().0, part.size) },
        None => {
            let (first, keep) = part.now();
            Ok(of_base(thread, class, part.data, keep, part.index, first)?.value())
        }
    }
}

/// The bits of a part.
///
/// # Errors
/// As [`get`].
pub(crate) fn get_bits(thread: &Thread, access: Access, part: Part, bits: Bits) -> PyResult {
    // SAFETY: a part of the instance's memory.
    unsafe { code::get_bits(thread, access, part.now().0, bits) }
}

/// The object whose reference lies in a part. It is taken from what is kept: the bytes only say which it is, as they may be anything.
fn object(thread: &mut Thread, part: Part) -> PyResult {
    const READINGS: usize = 100;
    for _ in 0..READINGS {
        // SAFETY: a part of the instance's memory.
        let bits = u64::from_ne_bytes(unsafe { memory::load(part.now().0, 8) });
        if bits == 0 {
            return Err(thread.value_error("PyObject is NULL"));
        }
        if bits == none().bits().get() {
            return Ok(none());
        }
        let is_right = |value: Value| value.bits().get() == bits;
        if let Some(kept) = found(thread, part.data, part.index, &is_right)? {
            return Ok(kept);
        }
        if let Some(lent) = crate::call::lent(bits, part.now().0) {
            return Ok(lent);
        }
        // Another thread may be storing another one.
        thread.poll()?;
    }
    Err(thread.value_error("the address of an object that was not stored here"))
}

/// Stores a value in a part.
///
/// # Errors
/// `TypeError` if it is of the wrong type; what a conversion raises.
pub(crate) fn set(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    access: Option<Access>,
    value: Value,
    part: Part,
) -> PyResult<()> {
    let converted = convert(thread, class, access, value, part.size)?;
    store_converted(thread, part, &converted)
}

/// Stores what was converted before.
///
/// # Errors
/// As [`store`].
pub(crate) fn store_converted(
    thread: &mut Thread,
    part: Part,
    converted: &Converted,
) -> PyResult<()> {
    let bytes = converted.bytes();
    let bytes = &bytes[..bytes.len().min(part.size)];
    store(thread, part.data, part.index, converted.keep, || {
        // SAFETY: a part of the instance's memory, and no more bytes than it has.
        unsafe { memory::store(part.now().0, bytes) };
    })
}

/// Stores bits of a part.
///
/// # Errors
/// As [`set`].
pub(crate) fn set_bits(
    thread: &mut Thread,
    access: Access,
    value: Value,
    part: Part,
    bits: Bits,
) -> PyResult<()> {
    let (size, change) = code::convert_bits(thread, access, value, bits)?;
    let first = part.now().0;
    if first.addr().is_multiple_of(size) {
        // SAFETY: a part of the instance's memory.
        unsafe { memory::update(first, size, change) };
        return Ok(());
    }
    exclusively(thread, container(part.data), |_| {
        // SAFETY: as above.
        unsafe { memory::update(part.now().0, size, change) };
        Ok(())
    })
}

/// A value as a type has it in memory.
fn convert(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    access: Option<Access>,
    value: Value,
    size: usize,
) -> PyResult<Converted> {
    if let Some(access) = access {
        return code::convert(thread, access, value, size);
    }
    let info = Info::of(&class);
    let is_pointer = info.is_some_and(|info| info.kind() == info::Kind::Pointer);
    let Some(source) = value.downcast::<Data>() else {
        if let Some(access) = info.and_then(|info| info.access()) {
            return code::convert(thread, access, value, size);
        }
        if let Some(args) = value.downcast::<Tuple>() {
            let made = protocol::call_positional(thread, class.value(), args.as_slice());
            let made = match made {
                Ok(made) => made,
                Err(raised) => {
                    let prefix = format!("({}) ", class.name());
                    return Err(meta::extended(
                        thread,
                        raised,
                        &types::RUNTIME_ERROR,
                        &prefix,
                    ));
                }
            };
            return match made.downcast::<Data>() {
                Some(_) => convert(thread, class, None, made, size),
                None => Err(wrong(thread, class, made)),
            };
        }
        if value.is_none() && is_pointer {
            return Ok(Converted::new(&0usize.to_ne_bytes(), None));
        }
        return Err(wrong(thread, class, value));
    };
    if protocol::is_instance(thread, value, class.value())? {
        return copied(thread, source, size);
    }
    let other = Info::of(&value.class());
    if is_pointer
        && let (Some(other), Some(info)) = (other, info)
        && other.kind() == info::Kind::Array
    {
        if other.proto.load() != info.proto.load() {
            return Err(incompatible(thread, class, value));
        }
        let objects = kept_objects(thread, source)?;
        let keep = Tuple::try_new(thread, &[objects, value])?.value();
        let address = note_view(source).first.expose_provenance();
        return Ok(Converted::new(&address.to_ne_bytes(), Some(keep)));
    }
    Err(incompatible(thread, class, value))
}

fn wrong(thread: &Thread, class: Ref<TypeObject>, value: Value) -> grwl_object::Raised {
    thread.type_error(format_args!(
        "expected {} instance, got {}",
        class.name(),
        value.class().name()
    ))
}

fn incompatible(thread: &Thread, class: Ref<TypeObject>, value: Value) -> grwl_object::Raised {
    thread.type_error(format_args!(
        "incompatible types, {} instance instead of {} instance",
        value.class().name(),
        class.name()
    ))
}

/// Gives an instance more or less memory, at least what its type needs.
///
/// # Errors
/// `ValueError` if it is too little, or not the instance's own.
pub(crate) fn resize(thread: &mut Thread, data: Ref<Data>, size: usize) -> PyResult<()> {
    let Some(info) = Info::of(&data.value().class()) else {
        return Err(thread.type_error("excepted ctypes instance"));
    };
    if size < info.size() {
        return Err(thread.value_error(format_args!("minimum size is {}", info.size())));
    }
    if !data.is_owner() {
        return Err(
            thread.value_error("Memory cannot be resized because this object doesn't own it")
        );
    }
    let block = fresh_block(thread, size)?;
    exclusively(thread, data, |thread| {
        resize_alone(thread, data, block, size)
    })
}

/// `resize`, while no other thread does that.
fn resize_alone(
    thread: &mut Thread,
    data: Ref<Data>,
    block: Option<Ref<Bytes>>,
    size: usize,
) -> PyResult<()> {
    let before = [data.block.load(), data.former.load()];
    let before = before.map(|block| block.unwrap_or_else(none));
    let former = Tuple::try_new(thread, &before)?;
    let stopped = thread.mutator_mut().stop_the_world();
    let former = (data.viewed.load(R) != 0).then_some(former);
    if let Some(block) = block {
        let old = data.place();
        let to = block.as_slice().as_ptr().cast_mut();
        if let Some(former) = former {
            data.former.store(Some(former.value()));
        }
        // SAFETY: both have so many bytes, and all other threads stand still.
        unsafe { memory::copy(old.first, to, old.size.min(size)) };
        data.block.store(Some(block.value()));
    }
    data.size.store(size, R);
    drop(stopped);
    thread.record_write(data.cell());
    Ok(())
}

/// Where a pointer points to, and what holds the memory there: the instance that it was made to point to, otherwise the pointer itself.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
pub(crate) fn pointed(thread: &mut Thread, data: Ref<Data>) -> PyResult<(usize, Value)> {
    const READINGS: usize = 8;
    for _ in 0..READINGS {
        let address = data.pointer();
        if container(data).objects().is_none() {
            return Ok((address, data.value()));
        }
        let is_right = |value: Value| {
            let target = value.downcast::<Data>();
            target.is_some_and(|target| target.place().first.addr() == address)
        };
        if let Some(target) = found(thread, data, 1, &is_right)?.and_then(Value::downcast::<Data>)
            && data.pointer() == address
        {
            return Ok((address, target.place().keep));
        }
        // Another thread may be changing it, or it was changed as plain bytes.
        thread.poll()?;
    }
    Ok((data.pointer(), data.value()))
}

/// Somebody gets a view of an instance's memory, or its address.
pub(crate) fn note_view(data: Ref<Data>) -> Place {
    data.viewed.store(1, R);
    data.place()
}

/// Lets two instances share their objects: `cast`. Those of the source become a dict, in which the source itself is as well.
pub(crate) fn share_objects(
    thread: &mut Thread,
    result: Ref<Data>,
    source: Ref<Data>,
) -> PyResult<()> {
    kept_objects(thread, source)?;
    if source.length() == 0 && source.objects().is_none() && source.base().is_none() {
        make_dict(thread, source);
    }
    let objects = source.objects();
    thread.store(result, &result.objects, objects);
    if let Some(dict) = objects.and_then(Value::downcast_exact::<Dict>) {
        let key = crate::special::identity(thread, source.value());
        dict.insert(thread, key, source.value())?;
    }
    Ok(())
}

/// Lets a fresh instance keep something that its `_objects` do not show.
pub(crate) fn keep_also(thread: &Thread, data: Ref<Data>, keep: Value) {
    thread.store(data, &data.also, Some(keep));
}

/// Writes an address into a fresh instance of a pointer type.
pub(crate) fn set_fresh_pointer(data: Ref<Data>, address: usize) {
    let place = data.place();
    if place.size >= size_of::<usize>() {
        // SAFETY: the place has so many bytes.
        unsafe { memory::store(place.first, &address.to_ne_bytes()) };
    }
}

/// The instance that a value is, if it is one.
pub(crate) fn of(value: Value) -> Option<Ref<Data>> {
    value.downcast::<Data>()
}

/// The receiver of a function of one of the types here.
pub(crate) fn own(this: Value) -> Ref<Data> {
    debug_assert!(this.downcast::<Data>().is_some());
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked::<Data>() }
}

/// Is the flag one of a type whose values contain addresses?
pub(crate) fn has_pointers(info: &Info) -> bool {
    info.has_flag(flag::IS_POINTER | flag::HAS_POINTER)
}
