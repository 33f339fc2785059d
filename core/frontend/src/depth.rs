//! Enough stack for deeply nested programs, and an end to nesting.
//!
//! The compiler walks the tree by recursion. A program that CPython accepts, such as a sum of 5000
//! terms, is deeper than an ordinary thread's stack allows, so the walk runs on a stack of its own
//! whose size follows the measured depth of the tree. A tree deeper than [`LIMIT`] is refused with
//! CPython's error before anything recurses over it.
//!
//! Invariants
//! - Nothing walks a tree deeper than [`LIMIT`], except the measurement, which stops there,
//!   and the tree's own drop, which gets a stack of its own.

use memmap2::MmapMut;
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal};
use ruff_python_ast::{AnyNodeRef, Expr, Mod};

use crate::error::{CompileError, ErrorKind};

/// The deepest tree that is compiled.
pub(crate) const LIMIT: usize = 10_000;

/// What one level of the tree costs on the stack, generously: an unoptimised compiler's largest
/// frames taken together.
const BYTES_PER_LEVEL: usize = if cfg!(debug_assertions) {
    48 * 1024
} else {
    24 * 1024
};
const BASE: usize = 2 * 1024 * 1024;

/// What dropping one level of the tree costs.
const DROP_BYTES_PER_LEVEL: usize = 1024;
const LARGEST_DROP: usize = 1 << 30;

/// Runs `work` with a stack for a tree of this depth.
///
/// # Errors
/// `MemoryError` if there is none; what `work` returns.
pub(crate) fn with_stack<T>(
    depth: usize,
    work: impl FnOnce() -> Result<T, CompileError>,
) -> Result<T, CompileError> {
    let need = BASE + depth * BYTES_PER_LEVEL;
    check_for(need + BASE)?;
    stacker::maybe_grow(need, need + BASE, work)
}

/// The error if there is no stack of so many bytes, nor memory for one.
///
/// # Errors
/// `MemoryError`.
pub(crate) fn check_for(bytes: usize) -> Result<(), CompileError> {
    if is_there(bytes) {
        Ok(())
    } else {
        Err(CompileError::unplaced(ErrorKind::Memory, ""))
    }
}

/// The error of a tree that is deeper than [`LIMIT`].
pub(crate) fn too_deep() -> CompileError {
    CompileError::unplaced(
        ErrorKind::Recursion,
        "maximum recursion depth exceeded during compilation",
    )
}

/// Is there a stack of so many bytes, or memory for one? To ask for one in vain would end the program.
fn is_there(bytes: usize) -> bool {
    stacker::remaining_stack().is_some_and(|left| left >= bytes)
        // As a stack is made. An allocator may have memory that the system no longer gives.
        || MmapMut::map_anon(bytes).is_ok()
}

/// The depth of the tree.
///
/// # Errors
/// `RecursionError` if it is beyond [`LIMIT`]; `MemoryError`.
pub(crate) fn measure(tree: &Mod) -> Result<usize, CompileError> {
    measure_by(|meter| meter.visit_mod(tree))
}

/// The depth of an expression.
///
/// # Errors
/// As [`measure`].
pub(crate) fn measure_expression(expression: &Expr) -> Result<usize, CompileError> {
    measure_by(|meter| meter.visit_expr(expression))
}

fn measure_by(visit: impl FnOnce(&mut Meter)) -> Result<usize, CompileError> {
    let mut meter = Meter { now: 0, most: 0 };
    let need = BASE + LIMIT * 2 * 1024;
    check_for(need)?;
    stacker::maybe_grow(need, need, || visit(&mut meter));
    if meter.most > LIMIT {
        return Err(too_deep());
    }
    Ok(meter.most)
}

/// Drops a tree of unknown depth, which is at most the number of bytes of its source.
pub(crate) fn drop_deep(tree: Mod, source_len: usize) {
    let need = BASE + source_len * DROP_BYTES_PER_LEVEL;
    if need <= LARGEST_DROP && is_there(need) {
        stacker::maybe_grow(need, need, || drop(tree));
    } else {
        // No stack is large enough for what somebody wrote here in order to break us; its memory is the price.
        std::mem::forget(tree);
    }
}

struct Meter {
    now: usize,
    most: usize,
}

impl<'a> SourceOrderVisitor<'a> for Meter {
    fn enter_node(&mut self, _: AnyNodeRef<'a>) -> TraversalSignal {
        self.now += 1;
        self.most = self.most.max(self.now);
        if self.now > LIMIT {
            TraversalSignal::Skip
        } else {
            TraversalSignal::Traverse
        }
    }

    fn leave_node(&mut self, _: AnyNodeRef<'a>) {
        self.now -= 1;
    }
}
