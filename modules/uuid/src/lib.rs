//! The module `_uuid`: universally unique identifiers made of the time and the machine (RFC 9562, version 1).
//!
//! Invariants
//! - No two identifiers of a process have the same time: [`LAST`] only grows.
//! - A process has a clock sequence of its own, also one that was forked: [`SEQUENCE`] says whose it is.
//! - There is no service that processes share, so none can say that an identifier is safe against those of others: the second result is -1.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use std::fs;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use grwl_object::bytes::Bytes;
use grwl_object::module::Module;
use grwl_object::{Method, PyResult, Ref, Thread, Tuple, Value, intern};

/// Steps of 100 nanoseconds from the Gregorian calendar's beginning, 15 October 1582, to 1970.
const FROM_GREGORIAN: u64 = 0x01B2_1DD2_1381_4000;

/// The time of the last identifier.
static LAST: AtomicU64 = AtomicU64::new(0);
/// The clock sequence in the low 16 bits, above it one more than the number of the process that it is of.
static SEQUENCE: AtomicU64 = AtomicU64::new(0);
/// The machine's number.
static NODE: OnceLock<[u8; 6]> = OnceLock::new();

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // SAFETY: the pointer leads to this many bytes. So few are never given in part.
    unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), N, 0) };
    bytes
}

/// The time now, and after that of any identifier before.
fn next_time() -> u64 {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| (time.as_nanos() / 100) as u64);
    let now = since_1970 + FROM_GREGORIAN;
    // Relaxed: nothing else is published by it.
    let before = LAST
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
            Some(now.max(last + 1))
        })
        .unwrap_or_default();
    now.max(before + 1)
}

/// 14 bits that distinguish this process from others of the same machine.
fn sequence() -> u16 {
    let owner = u64::from(std::process::id()) + 1;
    // Relaxed: as above.
    let known = SEQUENCE.load(Ordering::Relaxed);
    if known >> 16 == owner {
        return known as u16;
    }
    let fresh = owner << 16 | u64::from(u16::from_ne_bytes(random()) & 0x3FFF);
    match SEQUENCE.compare_exchange(known, fresh, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => fresh as u16,
        // Another thread of this process was first.
        Err(theirs) => theirs as u16,
    }
}

/// The address of a network card, as `/sys` writes it: `02:fc:00:00:00:01`.
fn address(text: &str) -> Option<[u8; 6]> {
    let mut bytes = [0; 6];
    let mut parts = text.trim().split(':');
    for byte in &mut bytes {
        *byte = u8::from_str_radix(parts.next()?, 16).ok()?;
    }
    (parts.next().is_none() && bytes != [0; 6]).then_some(bytes)
}

/// The address of the first network card; of a machine without one, random bytes that are no card's.
fn node() -> [u8; 6] {
    let mut names: Vec<_> = fs::read_dir("/sys/class/net")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    names.sort();
    let found = names.iter().find_map(|path| {
        let text = fs::read_to_string(path.join("address")).ok()?;
        address(&text)
    });
    found.unwrap_or_else(|| {
        let mut bytes = random();
        // The bit of an address that stands for a group.
        bytes[0] |= 1;
        bytes
    })
}

/// An identifier of version 1: of a time, a clock sequence and a machine.
fn layout(time: u64, sequence: u16, node: [u8; 6]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&(time as u32).to_be_bytes());
    bytes[4..6].copy_from_slice(&((time >> 32) as u16).to_be_bytes());
    let high = (time >> 48) as u16 & 0x0FFF | 0x1000;
    bytes[6..8].copy_from_slice(&high.to_be_bytes());
    bytes[8..10].copy_from_slice(&(sequence & 0x3FFF | 0x8000).to_be_bytes());
    bytes[10..].copy_from_slice(&node);
    bytes
}

fn generate(thread: &mut Thread, _module: Value) -> PyResult {
    // Two threads that come at once may both look; they find the same, or one of them is heard.
    let node = match NODE.get() {
        Some(node) => *node,
        None => {
            let found = thread.safe(node);
            let _ = NODE.set(found);
            *NODE.get().unwrap_or(&found)
        }
    };
    let bytes = layout(next_time(), sequence(), node);
    let bytes = Bytes::new(thread, &bytes)?.value();
    Ok(Tuple::try_new(thread, &[bytes, Value::small(-1)])?.value())
}

static FUNCTIONS: &[Method] = &[Method::no_arguments(
    "generate_time_safe",
    generate,
    "generate_time_safe($module, /)\n--\n\nAn identifier of the time and the machine, as bytes; and -1: other processes may make the same.",
)];

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_uuid");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, number) in [
        ("has_uuid_generate_time_safe", 1),
        ("has_stable_extractable_node", 0),
    ] {
        module.add(thread, name, Value::small(number))?;
    }
    Ok(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_that_of_rfc_9562() {
        // The example of RFC 9562, appendix A.1: 22 February 2022, 14:22:22 -05:00.
        let bytes = layout(
            0x01EC_9414_C232_AB00,
            0x33C8,
            [0x9F, 0x6B, 0xDE, 0xCE, 0xD8, 0x46],
        );
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(text, "c232ab00941411ecb3c89f6bdeced846");
    }

    #[test]
    fn times_grow() {
        let times: Vec<_> = (0..1000).map(|_| next_time()).collect();
        assert!(times.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn addresses_are_read() {
        assert_eq!(address("02:fc:00:00:00:01\n"), Some([2, 0xFC, 0, 0, 0, 1]));
        assert_eq!(address("00:00:00:00:00:00"), None);
        assert_eq!(address("02:fc"), None);
    }
}
