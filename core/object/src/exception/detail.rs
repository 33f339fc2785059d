//! The exceptions that carry more than their arguments. Each is an [`Exception`] and some slots.

use std::mem::offset_of;

use grwl_heap::CellType;
use grwl_value::Slot;

use super::{Exception, cell_of_words};
use crate::cell::{Cell, Ref};
use crate::type_object::TypeObject;
use crate::types;

/// Declares a layout: the struct, its type, the heap's view of it. `$last` is the last field.
macro_rules! layouts {
    ($(
        $(#[$doc:meta])*
        $name:ident, $cell:ident, $class:ident: $($(#[$field_doc:meta])* $field:ident)* => $last:ident;
    )*) => {$(
        $(#[$doc])*
        #[repr(C)]
        pub struct $name {
            /// What every exception has.
            pub base: Exception,
            $($(#[$field_doc])* pub $field: Slot,)*
        }

        // SAFETY: repr(C), begins with an exception and so with a header; slots are atomic.
        unsafe impl Cell for $name {
            fn type_object() -> &'static TypeObject {
                &types::$class
            }
        }

        impl Ref<$name> {
            /// The same as an exception.
            #[inline(always)]
            pub fn exception(self) -> Ref<Exception> {
                // SAFETY: the struct begins with one.
                unsafe { Ref::from_cell(self.cell()) }
            }
        }

        #[doc = concat!("The heap's view of [`", stringify!($name), "`].")]
        pub static $cell: CellType = cell_of_words(
            stringify!($name),
            size_of::<$name>(),
            offset_of!($name, $last),
        );
    )*};
}

layouts! {
    /// `BaseExceptionGroup`. The slots are never changed once filled.
    Group, GROUP_CELL, BASE_EXCEPTION_GROUP:
        /// A string.
        message
        /// A tuple of exceptions, not empty.
        exceptions
        /// The `repr` of what the exceptions were given in, if it was neither a list nor a tuple.
        shown
        => shown;

    /// `SystemExit`
    SystemExit, SYSTEM_EXIT_CELL, SYSTEM_EXIT:
        /// What the process ends with.
        code
        => code;

    /// `StopIteration`
    StopIteration, STOP_ITERATION_CELL, STOP_ITERATION:
        /// What the generator returned.
        value
        => value;

    /// `ImportError`
    ImportError, IMPORT_ERROR_CELL, IMPORT_ERROR:
        /// The message.
        message
        /// The module's name.
        name
        /// The module's file.
        path
        /// What was to be imported from the module.
        name_from
        => name_from;

    /// `NameError`
    NameError, NAME_ERROR_CELL, NAME_ERROR:
        /// The name that is not defined.
        name
        => name;

    /// `AttributeError`
    AttributeError, ATTRIBUTE_ERROR_CELL, ATTRIBUTE_ERROR:
        /// The attribute's name.
        name
        /// What does not have it.
        object
        => object;

    /// `OSError`
    OsError, OS_ERROR_CELL, OS_ERROR:
        /// The number of the error.
        errno
        /// What it means.
        strerror
        /// The file.
        filename
        /// The other file, of what deals with two.
        filename2
        /// How many characters were written (`BlockingIOError`): an `int`.
        written
        => written;

    /// `SyntaxError`
    SyntaxError, SYNTAX_ERROR_CELL, SYNTAX_ERROR:
        /// The message.
        message
        /// The source's name.
        filename
        /// The line, from 1.
        line
        /// The column, from 1.
        offset
        /// The line's text.
        text
        /// The last line.
        end_line
        /// One past the last column.
        end_offset
        /// Only for who sets it.
        print_file_and_line
        /// What the compiler knows of the place.
        metadata
        => metadata;

    /// `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`
    UnicodeError, UNICODE_ERROR_CELL, UNICODE_ENCODE_ERROR:
        /// The codec's name; absent of `UnicodeTranslateError`.
        encoding
        /// What was to be encoded or decoded.
        object
        /// Where the fault begins: an `int`.
        start
        /// Where it ends: an `int`.
        end
        /// What is wrong.
        reason
        => reason;
}
