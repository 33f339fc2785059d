//! What `sys.monitoring` keeps for the whole program: tools, their callbacks, which events each wants everywhere.
//!
//! ## Protocol
//! - Reading takes no lock: single words. Changes of event sets are made under `CHANGE`; then every thread is told (see `super::settle_all`).
//! - Versions grow with every change. A code object compares the version that it has seen (`code_monitoring`) and clears what it had switched off.
//!
//! ## Invariants
//! - `CHANGE` is never held across a safepoint.

use grwl_object::{Ref, Slot, Thread, Value, world};
use grwl_threads::sync::{AtomicU8, AtomicU64, Mutex, Ordering};

use super::event::{EVENTS, Event, LOCAL_EVENTS, UNGROUPED_EVENTS};
use crate::code::Code;

/// How many tools there can be.
pub const TOOLS: usize = 6;

static GLOBAL: [AtomicU8; UNGROUPED_EVENTS] = [const { AtomicU8::new(0) }; UNGROUPED_EVENTS];
static VERSION: AtomicU64 = AtomicU64::new(1);
static LAST_RESTART: AtomicU64 = AtomicU64::new(0);
static TOOL_VERSIONS: [AtomicU64; TOOLS] = [const { AtomicU64::new(1) }; TOOLS];
/// When a tool's event was last switched on everywhere.
static ACTIVATED: [[AtomicU64; TOOLS]; LOCAL_EVENTS] =
    [const { [const { AtomicU64::new(0) }; TOOLS] }; LOCAL_EVENTS];
/// How many code objects a tool watches by themselves.
static LOCAL_CODES: [AtomicU64; TOOLS] = [const { AtomicU64::new(0) }; TOOLS];
static CHANGE: Mutex<()> = Mutex::new(());

/// Values: the tools' names, the two constants, the mark of a switch, the callbacks.
static SLOTS: [Slot; FIRST_CALLBACK + TOOLS * EVENTS] =
    [const { Slot::empty() }; FIRST_CALLBACK + TOOLS * EVENTS];
const DISABLE: usize = TOOLS;
const MISSING: usize = TOOLS + 1;
const SWITCH: usize = TOOLS + 2;
const FIRST_CALLBACK: usize = TOOLS + 3;

/// Makes the values roots. Once.
pub fn install(disable: Value, missing: Value, switch: Value) {
    let first = SLOTS.as_ptr().cast::<u64>();
    // SAFETY: a static.
    unsafe { world::world().heap().add_static_roots(first, SLOTS.len()) };
    grwl_object::audit::after_untraced(super::settle);
    SLOTS[DISABLE].store(Some(disable));
    SLOTS[MISSING].store(Some(missing));
    SLOTS[SWITCH].store(Some(switch));
}

/// Is it `sys.monitoring.DISABLE`?
pub fn is_disable(value: Value) -> bool {
    SLOTS[DISABLE].load() == Some(value)
}

/// `sys.monitoring.DISABLE`
pub fn disable() -> Value {
    SLOTS[DISABLE].load().unwrap_or_else(grwl_object::none)
}

/// `sys.monitoring.MISSING`
pub fn missing() -> Value {
    SLOTS[MISSING].load().unwrap_or_else(grwl_object::none)
}

/// What stands in an error's place when a call has made the loop another one (see `super`).
pub(super) fn switch_mark() -> Option<Value> {
    SLOTS[SWITCH].load()
}

/// The name of a tool that is in use.
pub fn tool_name(tool: usize) -> &'static Slot {
    &SLOTS[tool]
}

/// The callback of a tool for an event.
pub fn callback(tool: usize, event: Event) -> &'static Slot {
    &SLOTS[FIRST_CALLBACK + tool * EVENTS + event]
}

/// The version of all this.
pub(super) fn version() -> u64 {
    VERSION.load(Ordering::Acquire)
}

pub(super) fn last_restart() -> u64 {
    LAST_RESTART.load(Ordering::Relaxed)
}

pub(super) fn tool_version(tool: usize) -> u64 {
    TOOL_VERSIONS[tool].load(Ordering::Relaxed)
}

/// The tools that want an event everywhere.
pub fn global(event: Event) -> u8 {
    GLOBAL[event].load(Ordering::Relaxed)
}

/// The tools whose event was switched on after a version.
pub(super) fn activated_since(event: Event, version: u64) -> u8 {
    let mut tools = 0;
    for (tool, activated) in ACTIVATED[event].iter().enumerate() {
        tools |= u8::from(activated.load(Ordering::Relaxed) > version) << tool;
    }
    tools
}

/// Does any tool watch anything?
pub(super) fn is_any() -> bool {
    GLOBAL
        .iter()
        .any(|tools| tools.load(Ordering::Relaxed) != 0)
        || LOCAL_CODES
            .iter()
            .any(|count| count.load(Ordering::Relaxed) != 0)
}

/// The events that a tool wants everywhere.
pub fn events(tool: usize) -> u32 {
    let mut events = 0;
    for (event, tools) in GLOBAL.iter().enumerate() {
        events |= u32::from(tools.load(Ordering::Relaxed) >> tool & 1) << event;
    }
    events
}

fn change_events(tool: usize, events: u32) {
    let version = VERSION.load(Ordering::Relaxed) + 1;
    for (event, tools) in GLOBAL.iter().enumerate() {
        let bit = 1u8 << tool;
        if events >> event & 1 == 0 {
            tools.fetch_and(!bit, Ordering::Relaxed);
        } else if tools.fetch_or(bit, Ordering::Relaxed) & bit == 0 && event < LOCAL_EVENTS {
            ACTIVATED[event][tool].store(version, Ordering::Relaxed);
        }
    }
    // Release: partner is the Acquire in `version`.
    VERSION.store(version, Ordering::Release);
}

/// Sets the events that a tool wants everywhere.
pub fn set_events(thread: &mut Thread, tool: usize, wanted: u32) {
    if events(tool) == wanted {
        return;
    }
    {
        let _change = CHANGE.lock();
        change_events(tool, wanted);
    }
    super::settle_all(thread);
}

/// Sets the events that a tool wants of a code object alone.
pub fn set_local_events(thread: &mut Thread, tool: usize, code: Ref<Code>, events: u32) {
    {
        let _change = CHANGE.lock();
        let monitoring = code.monitoring();
        let before = monitoring.local_events(tool);
        monitoring.set_local_events(&code, tool, events);
        if before == 0 && events != 0 {
            LOCAL_CODES[tool].fetch_add(1, Ordering::Relaxed);
        } else if before != 0 && events == 0 {
            LOCAL_CODES[tool].fetch_sub(1, Ordering::Relaxed);
        }
    }
    super::settle_all(thread);
}

/// A code object that a tool watched has died.
pub(crate) fn forget_code(tool: usize) {
    let count = &LOCAL_CODES[tool];
    let _ = count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
        count.checked_sub(1)
    });
}

/// Takes callbacks and events from a tool, those of single code objects too.
pub fn clear_tool(thread: &mut Thread, tool: usize) {
    for event in 0..EVENTS {
        callback(tool, event).store(None);
    }
    {
        let _change = CHANGE.lock();
        change_events(tool, 0);
        TOOL_VERSIONS[tool].store(VERSION.load(Ordering::Relaxed), Ordering::Relaxed);
        LOCAL_CODES[tool].store(0, Ordering::Relaxed);
    }
    super::settle_all(thread);
}

/// Shows again what was switched off.
pub fn restart() {
    let _change = CHANGE.lock();
    let version = VERSION.load(Ordering::Relaxed) + 1;
    LAST_RESTART.store(version, Ordering::Relaxed);
    VERSION.store(version, Ordering::Release);
}
