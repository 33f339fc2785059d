//! What a code object keeps for those who watch it: the lines' beginnings, the tools that watch this code alone, and where a tool has
//! switched an event off.
//!
//! ## Protocol
//! - It is made when a watched thread first runs the code, and lives as long as the code.
//! - `local` and `tool_versions` change under the lock of `monitors`; a tool's local events count only while its version is the tool's.
//! - A set bit in one of the `disabled` maps hides the event from a tool at that unit. Bits are set by whoever runs the callback; they are cleared when
//!   the tool's event is switched on anew, or all events are restarted: then `seen` lags behind, and who meets that clears the bits.
//!
//! ## Invariants
//! - Everything that changes is atomic; a lost or late bit shows as one event more or less, which PEP 669 allows.

use std::sync::OnceLock;

use grwl_threads::sync::{AtomicU8, AtomicU64, Ordering};

use super::event::{self, Event, LOCAL_EVENTS};
use super::monitors::{self, TOOLS};
use crate::code::Code;
use crate::lines::Locations;
use crate::opcode::{self as op, CACHES};
use crate::unwind;

/// See the module's head.
pub struct CodeMonitoring {
    /// The tools that watch this code, for each local event.
    local: [AtomicU8; LOCAL_EVENTS],
    tool_versions: [AtomicU64; TOOLS],
    /// The version of the monitors that `disabled` accounts for.
    seen: AtomicU64,
    /// The first `RESUME`.
    pub first: usize,
    lines: OnceLock<Lines>,
    disabled: [OnceLock<Box<[AtomicU8]>>; 3],
}

/// The lines of a code object, by unit.
struct Lines {
    /// The line of the instruction that begins here; -1 for none.
    lines: Box<[i32]>,
    /// Does a line event belong here?
    starts: Box<[bool]>,
}

/// The first `RESUME`: before it nothing is shown to anybody.
pub fn first_traceable(code: &Code) -> usize {
    let units = code.units();
    let mut index = 0;
    while index < units.len() {
        let opcode = units[index] as u8;
        if opcode == op::RESUME {
            return index;
        }
        index += 1 + usize::from(CACHES[usize::from(opcode)]);
    }
    units.len()
}

/// Which of the maps holds an event.
fn map_of(event: Event) -> usize {
    match event {
        event::LINE => 1,
        event::INSTRUCTION => 2,
        _ => 0,
    }
}

impl CodeMonitoring {
    pub(crate) fn new(code: &Code) -> Self {
        Self {
            local: [const { AtomicU8::new(0) }; LOCAL_EVENTS],
            tool_versions: [const { AtomicU64::new(0) }; TOOLS],
            seen: AtomicU64::new(monitors::version()),
            first: first_traceable(code),
            lines: OnceLock::new(),
            disabled: [const { OnceLock::new() }; 3],
        }
    }

    /// The tools that have local events here which still count.
    fn valid_tools(&self) -> u8 {
        let mut valid = 0;
        for (tool, version) in self.tool_versions.iter().enumerate() {
            if version.load(Ordering::Relaxed) == monitors::tool_version(tool) {
                valid |= 1 << tool;
            }
        }
        valid
    }

    /// The local events of a tool, as a set.
    pub fn local_events(&self, tool: usize) -> u32 {
        if self.valid_tools() >> tool & 1 == 0 {
            return 0;
        }
        let mut events = 0;
        for (event, tools) in self.local.iter().enumerate() {
            events |= u32::from(tools.load(Ordering::Relaxed) >> tool & 1) << event;
        }
        events
    }

    /// Sets the local events of a tool. The caller holds the lock of the monitors.
    pub(super) fn set_local_events(&self, code: &Code, tool: usize, events: u32) {
        let before = self.local_events(tool);
        self.catch_up(code);
        let bit = 1u8 << tool;
        self.tool_versions[tool].store(monitors::tool_version(tool), Ordering::Relaxed);
        for (event, tools) in self.local.iter().enumerate() {
            if events >> event & 1 == 0 {
                tools.fetch_and(!bit, Ordering::Relaxed);
            } else {
                if before >> event & 1 == 0 && monitors::global(event) & bit == 0 {
                    self.enable(code, event, bit);
                }
                tools.fetch_or(bit, Ordering::Relaxed);
            }
        }
    }

    /// Forgets that an event was switched off anywhere.
    fn enable(&self, code: &Code, event: Event, tools: u8) {
        let Some(map) = self.disabled[map_of(event)].get() else {
            return;
        };
        for (index, bits) in map.iter().enumerate() {
            if map_of(event) != 0 || event::of_unit(code.units()[index]) == Some(event) {
                bits.fetch_and(!tools, Ordering::Relaxed);
            }
        }
    }

    /// Clears what was switched off before the last restart, and of events that were switched on since.
    fn catch_up(&self, code: &Code) {
        let version = monitors::version();
        let seen = self.seen.load(Ordering::Relaxed);
        if seen == version {
            return;
        }
        let is_restarted = monitors::last_restart() > seen;
        for event in 0..LOCAL_EVENTS {
            let tools = if is_restarted {
                u8::MAX
            } else {
                monitors::activated_since(event, seen)
            };
            if tools != 0 {
                self.enable(code, event, tools);
            }
        }
        self.seen.store(version, Ordering::Relaxed);
    }

    /// The tools that want an event at a unit.
    pub fn tools(&self, code: &Code, event: Event, unit: usize) -> u8 {
        self.catch_up(code);
        let mut tools = self.local[event].load(Ordering::Relaxed);
        if tools != 0 {
            tools &= self.valid_tools();
        }
        tools |= monitors::global(event);
        if tools != 0
            && let Some(map) = self.disabled[map_of(event)].get()
        {
            tools &= !map[unit].load(Ordering::Relaxed);
        }
        tools
    }

    /// A tool does not want an event at a unit any more.
    pub fn disable(&self, code: &Code, event: Event, unit: usize, tool: usize) {
        let map = self.disabled[map_of(event)]
            .get_or_init(|| code.units().iter().map(|_| AtomicU8::new(0)).collect());
        map[unit].fetch_or(1 << tool, Ordering::Relaxed);
    }

    fn lines(&self, code: &Code) -> &Lines {
        self.lines.get_or_init(|| Lines::of(code))
    }

    /// The line that a line event at a unit shows, if one belongs there.
    pub fn line_start(&self, code: &Code, unit: usize) -> Option<i32> {
        let lines = self.lines(code);
        lines.starts[unit].then(|| lines.lines[unit])
    }

    /// The line of the instruction at a unit; -1 if it has none.
    pub fn line(&self, code: &Code, unit: usize) -> i32 {
        self.lines(code).lines[unit]
    }

    /// Local events that count, by tool, at the end of the code.
    pub(crate) fn watching_tools(&self) -> impl Iterator<Item = usize> + '_ {
        (0..TOOLS).filter(|&tool| self.local_events(tool) != 0)
    }
}

impl Lines {
    /// CPython's rules (`initialize_lines`): a line begins where the line changes in the order of the instructions, at every target of a jump, and where
    /// a handler begins; but not at instructions that are skipped in normal running.
    fn of(code: &Code) -> Self {
        let units = code.units();
        let first = first_traceable(code);
        let mut lines = vec![-1; units.len()].into_boxed_slice();
        let mut starts = vec![false; units.len()].into_boxed_slice();
        let mut by_unit = vec![-1; units.len()];
        for location in Locations::of(code) {
            let line = location.line.map_or(-1, |line| line as i32);
            let end = location.end.min(units.len());
            if location.start < end {
                by_unit[location.start..end].fill(line);
            }
        }
        let mut current = -1;
        let mut index = 0;
        while index < units.len() {
            let opcode = op::public(units[index]);
            let line = by_unit[index];
            lines[index] = line;
            let is_skipped = matches!(
                opcode,
                op::END_ASYNC_FOR | op::END_FOR | op::END_SEND | op::RESUME | op::POP_ITER
            );
            if index >= first && !is_skipped {
                starts[index] = line != current && line >= 0;
                current = line;
            }
            index += 1 + usize::from(CACHES[usize::from(opcode)]);
        }
        for (next, opcode, argument) in instructions(code, first) {
            let target = match opcode {
                op::POP_JUMP_IF_FALSE
                | op::POP_JUMP_IF_TRUE
                | op::POP_JUMP_IF_NONE
                | op::POP_JUMP_IF_NOT_NONE
                | op::JUMP_FORWARD => Some(next + argument),
                op::FOR_ITER | op::SEND => Some(next + argument + 1),
                op::JUMP_BACKWARD | op::JUMP_BACKWARD_NO_INTERRUPT => next.checked_sub(argument),
                _ => None,
            };
            if let Some(target) = target.filter(|&target| target < units.len())
                && lines[target] >= 0
                && units[target] as u8 != op::POP_ITER
            {
                starts[target] = true;
            }
        }
        for (_, _, handler) in unwind::entries(code) {
            if handler.target < units.len()
                && lines[handler.target] >= 0
                && units[handler.target] as u8 != op::END_ASYNC_FOR
            {
                starts[handler.target] = true;
            }
        }
        Self { lines, starts }
    }
}

/// The instructions from a unit on, with their whole arguments: the unit after each (and its caches), opcode, argument.
pub fn instructions(code: &Code, from: usize) -> impl Iterator<Item = (usize, u8, usize)> + '_ {
    let units = code.units();
    let mut index = from;
    std::iter::from_fn(move || {
        let mut argument = 0;
        while index < units.len() && units[index] as u8 == op::EXTENDED_ARG {
            argument = argument << 8 | usize::from(units[index] >> 8);
            index += 1;
        }
        let unit = *units.get(index)?;
        argument = argument << 8 | usize::from(unit >> 8);
        index += 1 + usize::from(CACHES[usize::from(unit as u8)]);
        Some((index, op::public(unit), argument))
    })
}
