//! What Python code sees of exceptions: constructors, `str` and `repr`, attributes, exception groups, tracebacks.
//!
//! | what | where |
//! |---|---|
//! | `BaseException` | `base` |
//! | types without anything of their own | `plain` |
//! | `StopIteration`, `SystemExit`, `KeyError`, `SyntaxError` | `small`, `syntax_error` |
//! | those with keyword arguments: `ImportError`, `NameError`, `AttributeError` | `named` |
//! | `OSError` | `os_error` |
//! | `UnicodeEncodeError` and its like | `unicode_error` |
//! | `BaseExceptionGroup` | `group` |
//! | what `except` and `except*` do | [`except`] |
//! | `traceback` | `traceback` |
//! | attributes that are a slot of the instance | `member` |
//!
//! Protocol: [`install`] once, before any type is made ready.

mod base;
pub mod except;
mod group;
mod member;
mod named;
mod os_error;
mod plain;
mod small;
mod syntax_error;
mod traceback;
mod unicode_error;

use grwl_object::types;

/// Gives the types of exceptions, and `traceback`, their functions.
pub fn install() {
    for (class, spec) in plain::SPECS {
        class.define(spec);
    }
    types::BASE_EXCEPTION.define(&base::SPEC);
    types::STOP_ITERATION.define(&small::STOP_ITERATION);
    types::SYSTEM_EXIT.define(&small::SYSTEM_EXIT);
    types::KEY_ERROR.define(&small::KEY_ERROR);
    types::IMPORT_ERROR.define(&named::IMPORT_ERROR);
    types::NAME_ERROR.define(&named::NAME_ERROR);
    types::ATTRIBUTE_ERROR.define(&named::ATTRIBUTE_ERROR);
    types::OS_ERROR.define(&os_error::SPEC);
    types::SYNTAX_ERROR.define(&syntax_error::SPEC);
    types::UNICODE_ENCODE_ERROR.define(&unicode_error::ENCODE);
    types::UNICODE_DECODE_ERROR.define(&unicode_error::DECODE);
    types::UNICODE_TRANSLATE_ERROR.define(&unicode_error::TRANSLATE);
    types::BASE_EXCEPTION_GROUP.define(&group::SPEC);
    types::TRACEBACK.define(&traceback::SPEC);
}
