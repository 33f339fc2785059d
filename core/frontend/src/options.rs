//! How to compile: the arguments of `compile()`.

use crate::code::code_flags;

/// The `mode` argument of `compile()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A module.
    #[default]
    Exec,
    /// One expression.
    Eval,
    /// One interactive statement; the values of expressions are printed.
    Single,
}

/// The `mode` argument of `compile()` where it makes a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TreeMode {
    /// What can be compiled as well.
    Compiled(Mode),
    /// The signature of a function in a type comment.
    FunctionType,
}

impl TreeMode {
    pub(crate) fn compiled(self) -> Option<Mode> {
        match self {
            Self::Compiled(mode) => Some(mode),
            Self::FunctionType => None,
        }
    }
}

/// Bits of the `flags` argument of `compile()`, beside those of `__future__`.
pub mod compile_flags {
    /// Take the source for UTF-8 whatever its cookie says.
    pub const SOURCE_IS_UTF8: u32 = 0x100;
    /// The end of the source closes no block (`codeop`).
    pub const DONT_IMPLY_DEDENT: u32 = 0x200;
    /// Make a tree, no code.
    pub const ONLY_AST: u32 = 0x400;
    /// Ignore a cookie.
    pub const IGNORE_COOKIE: u32 = 0x800;
    /// Keep type comments in the tree.
    pub const TYPE_COMMENTS: u32 = 0x1000;
    /// `await` at the top level.
    pub const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
    /// Tell an incomplete source from a wrong one (`codeop`).
    pub const ALLOW_INCOMPLETE_INPUT: u32 = 0x4000;
    /// Make an optimised tree; `ONLY_AST` goes with it.
    pub const OPTIMIZED_AST: u32 = 0x8000;
}

/// Everything `compile()` is told beside source, file name and mode.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `flags` argument: bits of [`compile_flags`] and of `__future__`.
    pub flags: u32,
    /// The future bits of the calling code (its `co_flags`), which count unless `dont_inherit`.
    pub inherited_flags: u32,
    /// The `dont_inherit` argument.
    pub dont_inherit: bool,
    /// The `optimize` argument: -1 is the interpreter's own level.
    pub optimize: i8,
    /// The interpreter's own level, `sys.flags.optimize`.
    pub interpreter_optimize: u8,
    /// Keep columns in the line table; `-X no_debug_ranges` clears it.
    pub debug_ranges: bool,
    /// `sys.get_int_max_str_digits()`; 0 is no limit.
    pub int_max_str_digits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            flags: 0,
            inherited_flags: 0,
            dont_inherit: true,
            optimize: -1,
            interpreter_optimize: 0,
            debug_ranges: true,
            int_max_str_digits: 4300,
        }
    }
}

impl Options {
    /// The level that holds.
    #[must_use]
    pub fn effective_optimize(&self) -> u8 {
        match self.optimize {
            0..=2 => self.optimize.unsigned_abs(),
            _ => self.interpreter_optimize.min(2),
        }
    }

    /// The future bits that hold before the source's own `from __future__`.
    #[must_use]
    pub fn future_flags(&self) -> u32 {
        let inherited = if self.dont_inherit {
            0
        } else {
            self.inherited_flags
        };
        (self.flags | inherited) & code_flags::FUTURE_MASK
    }

    /// Is a bit of [`compile_flags`] given?
    #[must_use]
    pub fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}
