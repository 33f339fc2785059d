//! The module `_sre`: compiled regular expressions, matches, scanners, templates of replacements.
//!
//! | what | where |
//! |---|---|
//! | what is searched, and searching it with the engine | `search` |
//! | searching it with finite automata | `automaton`, codes become one in `translate` |
//! | `re.Pattern` | `pattern`, its `sub` in `replace` |
//! | `re.Match` | `matched` |
//! | scanners, templates | `scanner`, `template` |
//! | the case of characters | `case` |
//!
//! The engine is the crate `rustpython-sre_engine`, which runs the codes that `re._compiler` makes. It cannot be stopped while it runs;
//! longer searches run in a Safe region, so that no other thread waits for them.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod automaton;
mod case;
mod drive;
mod matched;
mod pattern;
mod replace;
mod scanner;
mod search;
mod template;
mod translate;

pub use matched::MATCH;
pub use pattern::PATTERN;
pub use scanner::SCANNER;
pub use template::TEMPLATE;

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Str, Thread, TypeObject, int, intern};
use rustpython_sre_engine::{CODESIZE, MAXGROUPS, MAXREPEAT, SRE_MAGIC};

/// The types that this package declares.
pub static TYPES: &[&TypeObject] = &[&PATTERN, &MATCH, &SCANNER, &TEMPLATE];

/// Gives the types their functions.
pub fn install() {
    PATTERN.define(&pattern::SPEC);
    MATCH.define(&matched::SPEC);
    SCANNER.define(&scanner::SPEC);
    TEMPLATE.define(&template::SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_sre");
    let module = Module::new(thread, name, None)?;
    for functions in [pattern::FUNCTIONS, template::FUNCTIONS, case::FUNCTIONS] {
        module.add_functions(thread, functions)?;
    }
    for (name, value) in [
        ("MAGIC", SRE_MAGIC),
        ("CODESIZE", CODESIZE),
        ("MAXREPEAT", MAXREPEAT),
        ("MAXGROUPS", MAXGROUPS),
    ] {
        let value = int::from_usize(thread, value);
        module.add(thread, name, value)?;
    }
    let copyright = " SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ";
    let copyright = Str::new(thread, copyright).value();
    module.add(thread, "copyright", copyright)?;
    Ok(module)
}
