//! The memory that the program's own file takes.
//!
//! The file's code and constants, the embedded library among them, are mapped; the system brings in what is touched, 16 pages at a time, and lets it
//! count as the process's until memory is short. Most of what start-up, the compiler and the library's unpacking touch is not touched again, and it is more than a
//! small program's own data. So these pages are given up when their work is done; what is wanted after all comes back from the system's
//! file cache.
//!
//! ## Invariant
//! Only segments that nobody can write to are given up: their memory is the file's, before and after.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Start and end of a mapped segment of code or constants.
type Segment = (usize, usize);

/// Gives up the pages of a constant that was read for the last time for now. Of a slice that is no constant of the program's file: nothing.
fn release(constant: &'static [u8]) {
    /// What the system brings in at once, and where such a piece begins.
    const AROUND: usize = 16 * 4096;
    let from = constant.as_ptr() as usize & !(AROUND - 1);
    let to = (constant.as_ptr() as usize + constant.len()).next_multiple_of(AROUND);
    for &(first, end) in segments() {
        let (from, to) = (from.max(first), to.min(end));
        if from < to {
            give_up((from, to));
        }
    }
}

/// After a module of the library was loaded, whose code lies at `constant`: gives that up, and from time to time all that imports have touched.
pub fn release_loaded(constant: &'static [u8]) {
    /// So many modules are loaded between.
    const SELDOM: usize = 12;
    if LOADED.fetch_add(1, Ordering::Relaxed) % SELDOM == SELDOM - 1 {
        release_all();
    } else {
        release(constant);
    }
}

/// So many modules of the library were loaded.
static LOADED: AtomicUsize = AtomicUsize::new(0);

/// After a collection that came by itself: gives up what imports have touched, once they are over. So a program that works keeps the pages that its work needs,
/// and no others.
pub fn after_collection() {
    static SEEN: Seen = Seen::new();
    if SEEN.imports_are_over(LOADED.load(Ordering::Relaxed)) {
        release_all();
    }
}

/// [`LOADED`] at two times.
struct Seen {
    at_collection: AtomicUsize,
    at_release: AtomicUsize,
}

impl Seen {
    const fn new() -> Self {
        Self {
            at_collection: AtomicUsize::new(0),
            at_release: AtomicUsize::new(0),
        }
    }

    /// With so many modules loaded at this collection: none since the last one, but some since this was last answered with yes?
    fn imports_are_over(&self, loaded: usize) -> bool {
        self.at_collection.swap(loaded, Ordering::Relaxed) == loaded
            && self.at_release.swap(loaded, Ordering::Relaxed) != loaded
    }
}

/// From now on, code comes in smaller pieces: a program's loop that calls functions here and there brings in less of what lies around them.
///
/// The system brings in what lies around a page within the same mapping, and two pieces whose pages are to be treated differently are two mappings. So every other piece is
/// left out of core dumps, which hold no code anyway.
pub fn split_code() {
    const PIECE: usize = 8 * 4096;
    let own = find as *const () as usize;
    for &(from, to) in segments() {
        if (from..to).contains(&own) {
            let first = from.next_multiple_of(2 * PIECE);
            for piece in (first..to.saturating_sub(PIECE)).step_by(2 * PIECE) {
                leave_out(piece, PIECE);
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn leave_out(from: usize, length: usize) {
    // SAFETY: the range lies in a segment that is mapped as long as the process lives; what it reads as stays the same.
    unsafe { libc::madvise(from as *mut libc::c_void, length, libc::MADV_DONTDUMP) };
}

#[cfg(not(target_os = "linux"))]
fn leave_out(_: usize, _: usize) {}

/// Gives up all pages of code and constants of the program's file.
pub fn release_all() {
    segments().iter().copied().for_each(give_up);
}

/// The segments of the program's file that cannot be written to.
fn segments() -> &'static [Segment] {
    static SEGMENTS: OnceLock<Vec<Segment>> = OnceLock::new();
    SEGMENTS.get_or_init(find)
}

#[cfg(target_os = "linux")]
fn give_up((from, to): Segment) {
    // SAFETY: the range lies in a segment that is mapped from a file and cannot be written to, as long as the process lives: what is
    // read there next is read from the file, and is the same.
    unsafe { libc::madvise(from as *mut libc::c_void, to - from, libc::MADV_DONTNEED) };
}

#[cfg(not(target_os = "linux"))]
fn give_up(_: Segment) {}

#[cfg(not(target_os = "linux"))]
fn find() -> Vec<Segment> {
    Vec::new()
}

#[cfg(target_os = "linux")]
fn find() -> Vec<Segment> {
    extern "C" fn visit(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        found: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: `dl_iterate_phdr` hands us the description of a loaded file, and what we gave it.
        let (info, found) = unsafe { (&*info, &mut *found.cast::<Vec<Segment>>()) };
        // SAFETY: the program headers that the description counts.
        let headers =
            unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
        let own = find as *const () as usize;
        let mut segments = Vec::new();
        let mut is_ours = false;
        for header in headers {
            let first = (info.dlpi_addr + header.p_vaddr) as usize;
            let end = first + header.p_memsz as usize;
            if header.p_type != libc::PT_LOAD {
                continue;
            }
            is_ours |= (first..end).contains(&own);
            // The page at either end may be shared with a segment that can be written to.
            let (from, to) = (first.next_multiple_of(4096), end & !4095);
            if header.p_flags & libc::PF_W == 0 && from < to {
                segments.push((from, to));
            }
        }
        if is_ours {
            *found = segments;
        }
        libc::c_int::from(is_ours)
    }
    let mut found = Vec::new();
    // SAFETY: `visit` is called with these descriptions and the vector, and keeps neither.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut found).cast()) };
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long enough to lie in several pages of the test's file.
    static CONSTANT: [u8; 1 << 18] = [7; 1 << 18];

    #[test]
    fn what_was_given_up_reads_the_same() {
        release(&CONSTANT);
        assert!(CONSTANT.iter().all(|&byte| byte == 7));
        release_all();
        assert!(CONSTANT.iter().all(|&byte| byte == 7));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_function_lies_in_one_of_the_segments() {
        // Or in the page at one of its ends, which is left out.
        let place = find as *const () as usize;
        assert_eq!(
            segments()
                .iter()
                .filter(|(first, end)| (first - 4096..end + 4096).contains(&place))
                .count(),
            1
        );
    }

    #[test]
    fn pages_go_once_after_imports() {
        let seen = Seen::new();
        let answers = [0, 0, 7, 9, 9, 9, 9, 10, 11, 11, 11].map(|n| seen.imports_are_over(n));
        let given_up: Vec<usize> = (0..answers.len()).filter(|&i| answers[i]).collect();
        assert_eq!(given_up, [4, 9]);
    }

    #[test]
    fn other_memory_is_left_alone() {
        let leaked: &'static mut [u8] = Box::leak(vec![5; 1 << 20].into_boxed_slice());
        release(leaked);
        assert!(leaked.iter().all(|&byte| byte == 5));
    }
}
