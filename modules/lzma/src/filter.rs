//! Filters: dicts with an id and options on Python's side, structures on liblzma's.
//!
//! Invariant: a [`Chain`]'s pointers lead to options that it owns.

use std::ffi::c_void;
use std::ptr::null_mut;

use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::{
    Args, PyResult, Raised, Ref, Str, Thread, Value, ValueExt, buffer, int, intern, protocol,
    slots, types,
};
use liblzma_sys::{
    LZMA_FILTER_ARM, LZMA_FILTER_ARMTHUMB, LZMA_FILTER_DELTA, LZMA_FILTER_IA64, LZMA_FILTER_LZMA1,
    LZMA_FILTER_LZMA2, LZMA_FILTER_POWERPC, LZMA_FILTER_SPARC, LZMA_FILTER_X86, LZMA_OK,
    LZMA_PRESET_DEFAULT, LZMA_VLI_UNKNOWN, lzma_filter, lzma_lzma_preset, lzma_options_bcj,
    lzma_options_lzma, lzma_properties_decode, lzma_properties_encode, lzma_properties_size,
};

use crate::{failed, number, wrong_preset};

/// Filters that a chain may have.
const MOST: usize = 4;

/// liblzma's options of the filter `delta`, which its Rust declarations leave out.
#[repr(C)]
struct DeltaOptions {
    /// 0: bytes are compared with bytes.
    kind: u32,
    distance: u32,
    reserved_numbers: [u32; 4],
    reserved_pointers: [*mut c_void; 2],
}

/// A filter's options.
enum Options {
    Lzma(Box<lzma_options_lzma>),
    Delta(Box<DeltaOptions>),
    Branch(Box<lzma_options_bcj>),
}

impl Options {
    fn pointer(&mut self) -> *mut c_void {
        match self {
            Self::Lzma(options) => (&raw mut **options).cast(),
            Self::Delta(options) => (&raw mut **options).cast(),
            Self::Branch(options) => (&raw mut **options).cast(),
        }
    }
}

/// A filter as liblzma wants it.
struct Filter {
    id: u64,
    options: Options,
}

/// Filters one after the other.
pub(crate) struct Chain {
    raw: Vec<lzma_filter>,
    /// What the pointers in `raw` lead to.
    owned: Vec<Filter>,
}

impl Chain {
    /// The chain that a sequence of dicts describes.
    ///
    /// # Errors
    /// `TypeError`, `ValueError`, `LZMAError`
    pub(crate) fn of(thread: &mut Thread, filters: Value) -> PyResult<Self> {
        let count = protocol::length(thread, filters)?;
        if count > MOST {
            return Err(thread.value_error(format_args!(
                "Too many filters - liblzma supports a maximum of {MOST}"
            )));
        }
        let mut owned = Vec::with_capacity(count);
        for place in 0..count {
            let spec = protocol::get_item(thread, filters, Value::small(place as i64))?;
            owned.push(Filter::of(thread, spec)?);
        }
        let mut raw: Vec<lzma_filter> = owned
            .iter_mut()
            .map(|filter| lzma_filter {
                id: filter.id,
                options: filter.options.pointer(),
            })
            .collect();
        raw.push(lzma_filter {
            id: LZMA_VLI_UNKNOWN,
            options: null_mut(),
        });
        Ok(Self { raw, owned })
    }

    /// liblzma's array.
    pub(crate) fn as_ptr(&self) -> *const lzma_filter {
        self.raw.as_ptr()
    }

    /// The options of the only filter, if it is LZMA1.
    pub(crate) fn only_lzma1(&self) -> Option<*const lzma_options_lzma> {
        match &self.owned[..] {
            [
                Filter {
                    id: LZMA_FILTER_LZMA1,
                    options: Options::Lzma(options),
                },
            ] => Some(&raw const **options),
            _ => None,
        }
    }
}

/// The options that a preset stands for.
///
/// # Errors
/// `LZMAError`
pub(crate) fn preset_options(thread: &Thread, preset: u32) -> PyResult<lzma_options_lzma> {
    // SAFETY: options of zeros are valid; the next call fills them in.
    let mut options: lzma_options_lzma = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    if unsafe { lzma_lzma_preset(&raw mut options, preset) } != 0 {
        return Err(wrong_preset(thread, preset));
    }
    Ok(options)
}

/// An entry of a filter's description.
fn entry(thread: &mut Thread, spec: Value, name: &str) -> PyResult<Option<Value>> {
    let key = intern(thread, name).value();
    match protocol::get_item(thread, spec, key) {
        Ok(found) => Ok(Some(found)),
        Err(raised) if raised.matches(&types::KEY_ERROR) => Ok(None),
        Err(raised) => Err(raised),
    }
}

/// The numbers of a description, by name; those of `others` are not looked at, and no other names are allowed.
fn numbers<const N: usize>(
    thread: &mut Thread,
    spec: Value,
    names: [&str; N],
    others: &[&str],
    kind: &str,
) -> PyResult<[Option<u32>; N]> {
    let refused = |thread: &Thread| -> Raised {
        thread.value_error(format_args!("Invalid filter specifier for {kind} filter"))
    };
    let Some(spec) = spec.downcast::<Dict>() else {
        return Err(refused(thread));
    };
    let mut found = [None; N];
    for (key, value, _) in spec.cursor() {
        let Some(key) = key.downcast::<Str>() else {
            return Err(refused(thread));
        };
        if others.iter().any(|name| key.is_str(name)) {
            continue;
        }
        let Some(place) = names.iter().position(|name| key.is_str(name)) else {
            return Err(refused(thread));
        };
        let number = number::word(thread, value).map_err(|_| refused(thread))?;
        found[place] = Some(number);
    }
    Ok(found)
}

impl Filter {
    fn of(thread: &mut Thread, spec: Value) -> PyResult<Self> {
        if spec.class().slot(slots::SUBSCRIPT).is_none() {
            return Err(thread.type_error("Filter specifier must be a dict or dict-like object"));
        }
        let Some(id) = entry(thread, spec, "id")? else {
            return Err(thread.value_error("Filter specifier must have an \"id\" entry"));
        };
        let id = number::id(thread, id)?;
        let options = match id {
            LZMA_FILTER_LZMA1 | LZMA_FILTER_LZMA2 => Options::Lzma(lzma_options(thread, spec)?),
            LZMA_FILTER_DELTA => {
                let [distance] = numbers(thread, spec, ["dist"], &["id"], "delta")?;
                Options::Delta(Box::new(DeltaOptions {
                    kind: 0,
                    distance: distance.unwrap_or(1),
                    reserved_numbers: [0; 4],
                    reserved_pointers: [null_mut(); 2],
                }))
            }
            LZMA_FILTER_X86 | LZMA_FILTER_POWERPC | LZMA_FILTER_IA64 | LZMA_FILTER_ARM
            | LZMA_FILTER_ARMTHUMB | LZMA_FILTER_SPARC => {
                let [start] = numbers(thread, spec, ["start_offset"], &["id"], "BCJ")?;
                Options::Branch(Box::new(lzma_options_bcj {
                    start_offset: start.unwrap_or(0),
                }))
            }
            id => return Err(thread.value_error(format_args!("Invalid filter ID: {id}"))),
        };
        Ok(Self { id, options })
    }
}

fn lzma_options(thread: &mut Thread, spec: Value) -> PyResult<Box<lzma_options_lzma>> {
    const NAMES: [&str; 8] = [
        "dict_size",
        "lc",
        "lp",
        "pb",
        "mode",
        "nice_len",
        "mf",
        "depth",
    ];
    let preset = match entry(thread, spec, "preset")? {
        Some(preset) => number::word(thread, preset)?,
        None => LZMA_PRESET_DEFAULT,
    };
    let mut options = Box::new(preset_options(thread, preset)?);
    let found = numbers(thread, spec, NAMES, &["id", "preset"], "LZMA")?;
    let places = [
        &mut options.dict_size,
        &mut options.lc,
        &mut options.lp,
        &mut options.pb,
        &mut options.mode,
        &mut options.nice_len,
        &mut options.mf,
        &mut options.depth,
    ];
    for (place, number) in places.into_iter().zip(found) {
        *place = number.unwrap_or(*place);
    }
    Ok(options)
}

/// `_encode_filter_properties(filter)`
pub(crate) fn encode_properties(thread: &mut Thread, _module: Value, spec: Value) -> PyResult {
    let mut filter = Filter::of(thread, spec)?;
    let raw = lzma_filter {
        id: filter.id,
        options: filter.options.pointer(),
    };
    let mut length = 0;
    // SAFETY: the filter's options are those of its id.
    let code = unsafe { lzma_properties_size(&raw mut length, &raw const raw) };
    if code != LZMA_OK {
        return Err(failed(thread, code));
    }
    let mut bytes = vec![0; length as usize];
    // SAFETY: as above; there is as much room as was said.
    let code = unsafe { lzma_properties_encode(&raw const raw, bytes.as_mut_ptr()) };
    if code != LZMA_OK {
        return Err(failed(thread, code));
    }
    Ok(Bytes::new(thread, &bytes)?.value())
}

/// `_decode_filter_properties(filter_id, encoded_props)`
pub(crate) fn decode_properties(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [id, bytes] = args.unpack::<2>(thread, "_decode_filter_properties", 2)?;
    let id = number::id(thread, id.expect("both are required"))?;
    let bytes = buffer::read(thread, bytes.expect("both are required"))?;
    let mut raw = lzma_filter {
        id,
        options: null_mut(),
    };
    // SAFETY: the pointer leads to this many bytes; the options are allocated with malloc.
    let code = unsafe {
        lzma_properties_decode(&raw mut raw, std::ptr::null(), bytes.as_ptr(), bytes.len())
    };
    if code != LZMA_OK {
        return Err(failed(thread, code));
    }
    let described = describe(thread, &raw);
    // SAFETY: as above; null is allowed.
    unsafe { libc::free(raw.options) };
    described
}

fn describe(thread: &mut Thread, filter: &lzma_filter) -> PyResult {
    let options = filter.options;
    let numbers = match filter.id {
        LZMA_FILTER_LZMA1 | LZMA_FILTER_LZMA2 => {
            // SAFETY: liblzma made options of this kind for this id.
            let options = unsafe { &*options.cast::<lzma_options_lzma>() };
            let all = [
                ("lc", options.lc),
                ("lp", options.lp),
                ("pb", options.pb),
                ("dict_size", options.dict_size),
            ];
            if filter.id == LZMA_FILTER_LZMA1 {
                all.to_vec()
            } else {
                all[3..].to_vec()
            }
        }
        LZMA_FILTER_DELTA => {
            // SAFETY: as above.
            let options = unsafe { &*options.cast::<DeltaOptions>() };
            vec![("dist", options.distance)]
        }
        LZMA_FILTER_X86 | LZMA_FILTER_POWERPC | LZMA_FILTER_IA64 | LZMA_FILTER_ARM
        | LZMA_FILTER_ARMTHUMB | LZMA_FILTER_SPARC => {
            if options.is_null() {
                Vec::new()
            } else {
                // SAFETY: as above.
                let options = unsafe { &*options.cast::<lzma_options_bcj>() };
                vec![("start_offset", options.start_offset)]
            }
        }
        id => return Err(thread.value_error(format_args!("Invalid filter ID: {id}"))),
    };
    let described: Ref<Dict> = Dict::new(thread);
    let id = number::value(thread, filter.id);
    let key = intern(thread, "id");
    described.set_str(thread, key, id)?;
    for (name, number) in numbers {
        let key = intern(thread, name);
        let number = int::from_i64(thread, number.into());
        described.set_str(thread, key, number)?;
    }
    Ok(described.value())
}
