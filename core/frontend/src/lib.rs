//! From Python source bytes to plain descriptions of CPython 3.14 code objects.
//!
//! | step | module |
//! |---|---|
//! | bytes to text: mark, cookie, newlines | `source` |
//! | text to tree (`rustpython-ruff_python_parser`), and CPython's error if there is none | `compile`, `diagnose` |
//! | warnings of the tokenizer and the parser | `escapes` |
//! | enough stack, and an end to nesting | `depth` |
//! | the compiler's traps: rewrite the tree before, the result after | `mend`, `interpolation`, `docstring`, `pool`, `repair`, `redeclared`, `shadow` |
//! | tree to code (`rustpython-codegen`) | `compile` |
//! | code objects to [`Code`] | `convert`, `code` |
//! | beside all this: tokens for the library's `tokenize` | [`tokens`] |
//! | the parser's tree to Python's nodes and back | [`tree`] |
//! | the compiler's symbol tables | [`symbols`] |
//! | code objects to [`Code`] | `convert`, `code`, `relocate` |
//!
//! The crate knows nothing of grwl's objects: the runtime makes code objects of [`Code`], exceptions of
//! [`CompileError`], and hands each [`Warning`] to `warnings`.
//!
//! Invariants
//! - The parser and the compiler are exactly the versions compared with CPython 3.14.10.
//! - No program makes this crate panic or overflow the stack; what it cannot compile it refuses.
//!
//! Gaps, all measured against CPython 3.14.10:
//! - An annotated name in a `finally` block is lost from `__annotate__` on those paths that run the
//!   block's second copy (an exception, `return`, `break` or `continue` on the way through it).
//! - `all`, `any` and `tuple` called with an asynchronous generator expression get the
//!   loop that is right for synchronous ones: the interpreter's `FOR_ITER` must raise `TypeError` there.
//! - The constants of a folded display of more than 30 elements may stand in another order.
//! - `from __future__ import barry_as_FLUFL` does not exchange `!=` for `<>`.
//! - The range of `duplicate argument` and of `import a as __debug__` ends too early.
//! - A docstring with a lone surrogate compiles; CPython raises `UnicodeEncodeError`.
//! - `case {f"": _}` is `invalid syntax`; CPython has a message of its own.
//! - Characters that no Unicode version has assigned are called invalid, not non-printable.
//! - With `optimize=2`, where nothing is left of a body but its docstring, the line table differs.
//! - Too deep nesting is always a `RecursionError`; CPython's parser raises `MemoryError` for some forms.
//!
//! ```
//! use grwl_frontend::{Mode, Options, compile, decode_source};
//!
//! let source = decode_source(b"x = 1 + 2\n", "example.py").unwrap();
//! let done = compile(&source.text, "example.py", Mode::Exec, &Options::default());
//! assert_eq!(&*done.result.unwrap().name, "<module>");
//! ```
#![forbid(unsafe_code)]

mod code;
mod compile;
mod convert;
mod depth;
mod diagnose;
mod digits;
mod docstring;
mod error;
mod escapes;
mod interpolation;
mod lines;
mod mend;
mod names;
mod nesting;
mod options;
mod pool;
mod redeclared;
mod relocate;
mod repair;
mod shadow;
mod source;
pub mod symbols;
pub mod tokens;
pub mod tree;

pub use code::{
    Code, CodeUnit, Const, FAST_ARG_KEYWORD, FAST_ARG_POSITION, FAST_ARG_VARIADIC, FAST_CELL,
    FAST_FREE, FAST_HIDDEN, FAST_LOCAL, code_flags,
};
pub use compile::{Compilation, compile, compile_tree, optimise_tree, parse, symbols_of};
pub use error::{CompileError, Context, ErrorKind, Place, Warning, WarningKind};
pub use options::{Mode, Options, TreeMode, compile_flags};
pub use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};
pub use source::{CodecAnswer, CodecLookup, Decoded, decode_source, decode_source_with, newlines};
