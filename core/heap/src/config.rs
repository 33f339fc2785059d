//! How a heap is set up, and its switches for debugging.
//!
//! | variable | does |
//! |---|---|
//! | `GRWL_GC_STRESS=N` | collects at every N-th safepoint (each third time fully), poisons freed cells, verifies |
//! | `GRWL_GC_VERIFY=1` | runs the mark verifier in each collection |

use grwl_threads::Events;

/// See the module's head.
#[derive(Clone, Debug)]
pub struct HeapConfig {
    /// Address space to reserve: the most that the heap can ever hold.
    pub reserve: usize,
    /// Ask the system for 2-MiB pages. Marking what is shuffled in memory takes half the time then; but
    /// memory returns less readily, and an idle kernel thread may fill gaps up again.
    pub huge_pages: bool,
    /// What a thread posts to itself when a collection is due.
    pub event: Events,
    /// Where in the thread state's extension the [`ThreadHeap`](crate::ThreadHeap) lies.
    pub extension_offset: usize,
    /// Where in a type, counted from what the type word points to, the pointer to its
    /// [`CellType`](crate::CellType) lies.
    pub cell_type_offset: isize,
    /// Young collections, by sticky mark bits. Needs the write barrier.
    pub generational: bool,
    /// Bytes that may always be allocated before a collection is due, while there is one thread: so many
    /// stay in the processor's cache.
    pub least_budget: usize,
    /// The same for each of several threads: stopping them costs more than stopping one. Much more than this no longer stays in the caches
    /// either, which costs threads that make lists a tenth and more.
    pub least_budget_of_each: usize,
    /// Bytes that may be allocated, in percent of what is alive, if all collections are full.
    pub growth: usize,
    /// The same, if most collections are young: their work does not grow with what is alive, and
    /// memory that is soon allocated again is still in the cache.
    pub young_growth: usize,
    /// With less than this alive no automatic collection is a full one.
    pub full_threshold: usize,
    /// With less foreign memory than this known to be owned ([`Heap::charge_owned`](crate::Heap::charge_owned)) no automatic collection is a full one
    /// for its sake.
    pub full_owned: usize,
    /// When so much foreign memory was charged since the last full collection, the next one is full: what died old among its owners keeps as
    /// much of it as there is.
    pub full_foreign: usize,
    /// Helper threads for marking and sweeping, at most.
    pub helpers: usize,
    /// Collect at each so many safepoints; 0 for never.
    pub stress: usize,
    /// Fill freed cells with [`POISON`](crate::POISON).
    pub poison: bool,
    /// Run the mark verifier.
    pub verify: bool,
    /// Entries of a marker's stack.
    pub mark_stack: usize,
    /// Chunks of spilled entries, at most.
    pub mark_chunks: usize,
}

/// How often collections come by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As the configuration says.
    Usual,
    /// Only so that memory does not grow without bounds: as soon as as much was allocated as is alive, or [`RARE_BUDGET`] if that is more.
    Rare,
    /// As soon as this many bytes were allocated.
    Bytes(usize),
}

/// What may be allocated at least between two collections at the rare pace.
pub const RARE_BUDGET: usize = 256 << 20;

impl Default for HeapConfig {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            reserve: 1 << 40,
            huge_pages: false,
            event: Events::user(0),
            extension_offset: 0,
            cell_type_offset: 0,
            generational: true,
            least_budget: 1 << 20,
            least_budget_of_each: 4 << 20,
            growth: 100,
            young_growth: 12,
            full_threshold: 4 << 20,
            full_owned: 1 << 20,
            full_foreign: 128 << 20,
            helpers: processors.min(8) - 1,
            stress: 0,
            poison: cfg!(debug_assertions),
            verify: false,
            mark_stack: 1 << 15,
            mark_chunks: usize::MAX,
        }
    }
}

/// A variable of the environment holds something that is no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidVariable {
    name: &'static str,
    value: String,
}

impl std::fmt::Display for InvalidVariable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, value } = self;
        write!(f, "{name}: not an unsigned number: {value:?}")
    }
}

impl std::error::Error for InvalidVariable {}

impl HeapConfig {
    /// The same with the switches that the environment sets.
    ///
    /// # Errors
    /// If a variable holds no number.
    pub fn switches_from_env(self) -> Result<Self, InvalidVariable> {
        let stress = number("GRWL_GC_STRESS")?;
        let verify = number("GRWL_GC_VERIFY")? != 0;
        let config = self.with_stress(stress);
        Ok(Self {
            verify: config.verify || verify,
            ..config
        })
    }

    /// The same with the stress switch, which brings poisoning and the verifier along.
    #[must_use]
    pub fn with_stress(self, every: usize) -> Self {
        Self {
            stress: every,
            poison: self.poison || every != 0,
            verify: self.verify || every != 0,
            ..self
        }
    }

    /// Threads whose share of the budget counts, at most.
    const MOST_SHARES: usize = 8;

    /// How much may be allocated after a collection that left `live` bytes and so many threads.
    pub(crate) fn limit_for(&self, live: usize, threads: usize, pace: Pace) -> usize {
        match pace {
            Pace::Usual => {}
            Pace::Rare => return live.max(RARE_BUDGET),
            Pace::Bytes(bytes) => return bytes,
        }
        let percent = if self.generational {
            self.young_growth
        } else {
            self.growth
        };
        let least = match threads {
            0 | 1 => self.least_budget,
            several => self.least_budget_of_each * several.min(Self::MOST_SHARES),
        };
        (live / 100).saturating_mul(percent).max(least)
    }
}

/// A variable's value, 0 if it is unset or empty.
fn number(name: &'static str) -> Result<usize, InvalidVariable> {
    let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) else {
        return Ok(0);
    };
    let value = value.to_string_lossy().into_owned();
    value.parse().map_err(|_| InvalidVariable { name, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_sets_the_switches() {
        let read = || HeapConfig::default().switches_from_env();
        // SAFETY: no other test of this binary looks at the environment.
        unsafe { std::env::set_var("GRWL_GC_STRESS", "17") };
        let config = read().unwrap();
        assert!(config.stress == 17 && config.verify && config.poison);
        // SAFETY: as above.
        unsafe {
            std::env::set_var("GRWL_GC_STRESS", "often");
            std::env::set_var("GRWL_GC_VERIFY", "1");
        }
        let message = read().unwrap_err().to_string();
        assert_eq!(message, "GRWL_GC_STRESS: not an unsigned number: \"often\"");
        // SAFETY: as above.
        unsafe { std::env::set_var("GRWL_GC_STRESS", "") };
        let config = read().unwrap();
        assert!(config.stress == 0 && config.verify);
    }
}
