//! The types of exceptions: one table of name, base and layout. Bases come before what is derived from them.

use grwl_heap::{CellType, Kind};

use super::detail::{
    ATTRIBUTE_ERROR_CELL, AttributeError, GROUP_CELL, Group, IMPORT_ERROR_CELL, ImportError,
    NAME_ERROR_CELL, NameError, OS_ERROR_CELL, OsError, STOP_ITERATION_CELL, SYNTAX_ERROR_CELL,
    SYSTEM_EXIT_CELL, StopIteration, SyntaxError, SystemExit, UNICODE_ERROR_CELL, UnicodeError,
};
use super::{EXCEPTION_CELL, Exception};
use crate::type_object::{Declaration, TypeObject, flags};
use crate::types::{OBJECT, TYPE};

/// What lies in an instance.
struct Layout {
    cell: &'static CellType,
    size: usize,
}

const PLAIN: Layout = Layout {
    cell: &EXCEPTION_CELL,
    size: size_of::<Exception>(),
};
const GROUP: Layout = Layout {
    cell: &GROUP_CELL,
    size: size_of::<Group>(),
};
const EXIT: Layout = Layout {
    cell: &SYSTEM_EXIT_CELL,
    size: size_of::<SystemExit>(),
};
const STOP: Layout = Layout {
    cell: &STOP_ITERATION_CELL,
    size: size_of::<StopIteration>(),
};
const IMPORT: Layout = Layout {
    cell: &IMPORT_ERROR_CELL,
    size: size_of::<ImportError>(),
};
const OS: Layout = Layout {
    cell: &OS_ERROR_CELL,
    size: size_of::<OsError>(),
};
const NAME: Layout = Layout {
    cell: &NAME_ERROR_CELL,
    size: size_of::<NameError>(),
};
const ATTRIBUTE: Layout = Layout {
    cell: &ATTRIBUTE_ERROR_CELL,
    size: size_of::<AttributeError>(),
};
const SYNTAX: Layout = Layout {
    cell: &SYNTAX_ERROR_CELL,
    size: size_of::<SyntaxError>(),
};
const UNICODE: Layout = Layout {
    cell: &UNICODE_ERROR_CELL,
    size: size_of::<UnicodeError>(),
};

macro_rules! exception_types {
    ($($name:ident = $text:literal: $base:ident, $layout:ident;)*) => {
        $(
            #[doc = concat!("`", $text, "`")]
            pub static $name: TypeObject = TypeObject::declare(&Declaration {
                name: $text,
                base: Some(&$base),
                class: &TYPE,
                flags: flags::BASE | flags::EXCEPTION | flags::HAS_DICT,
                cell: $layout.cell,
                kind: Kind::Traced,
                size: $layout.size,
                attributes: Exception::ATTRIBUTES,
            });
        )*

        /// All types of exceptions, bases first.
        pub static ALL: &[&TypeObject] = &[$(&$name),*];
    };
}

exception_types! {
    BASE_EXCEPTION = "BaseException": OBJECT, PLAIN;
    EXCEPTION = "Exception": BASE_EXCEPTION, PLAIN;
    BASE_EXCEPTION_GROUP = "BaseExceptionGroup": BASE_EXCEPTION, GROUP;
    EXCEPTION_GROUP = "ExceptionGroup": BASE_EXCEPTION_GROUP, GROUP;
    GENERATOR_EXIT = "GeneratorExit": BASE_EXCEPTION, PLAIN;
    KEYBOARD_INTERRUPT = "KeyboardInterrupt": BASE_EXCEPTION, PLAIN;
    SYSTEM_EXIT = "SystemExit": BASE_EXCEPTION, EXIT;
    STOP_ITERATION = "StopIteration": EXCEPTION, STOP;
    STOP_ASYNC_ITERATION = "StopAsyncIteration": EXCEPTION, PLAIN;
    TYPE_ERROR = "TypeError": EXCEPTION, PLAIN;
    ASSERTION_ERROR = "AssertionError": EXCEPTION, PLAIN;
    ATTRIBUTE_ERROR = "AttributeError": EXCEPTION, ATTRIBUTE;
    BUFFER_ERROR = "BufferError": EXCEPTION, PLAIN;
    EOF_ERROR = "EOFError": EXCEPTION, PLAIN;
    MEMORY_ERROR = "MemoryError": EXCEPTION, PLAIN;
    REFERENCE_ERROR = "ReferenceError": EXCEPTION, PLAIN;
    SYSTEM_ERROR = "SystemError": EXCEPTION, PLAIN;
    ARITHMETIC_ERROR = "ArithmeticError": EXCEPTION, PLAIN;
    FLOATING_POINT_ERROR = "FloatingPointError": ARITHMETIC_ERROR, PLAIN;
    OVERFLOW_ERROR = "OverflowError": ARITHMETIC_ERROR, PLAIN;
    ZERO_DIVISION_ERROR = "ZeroDivisionError": ARITHMETIC_ERROR, PLAIN;
    IMPORT_ERROR = "ImportError": EXCEPTION, IMPORT;
    MODULE_NOT_FOUND_ERROR = "ModuleNotFoundError": IMPORT_ERROR, IMPORT;
    LOOKUP_ERROR = "LookupError": EXCEPTION, PLAIN;
    INDEX_ERROR = "IndexError": LOOKUP_ERROR, PLAIN;
    KEY_ERROR = "KeyError": LOOKUP_ERROR, PLAIN;
    NAME_ERROR = "NameError": EXCEPTION, NAME;
    UNBOUND_LOCAL_ERROR = "UnboundLocalError": NAME_ERROR, NAME;
    OS_ERROR = "OSError": EXCEPTION, OS;
    BLOCKING_IO_ERROR = "BlockingIOError": OS_ERROR, OS;
    CHILD_PROCESS_ERROR = "ChildProcessError": OS_ERROR, OS;
    CONNECTION_ERROR = "ConnectionError": OS_ERROR, OS;
    BROKEN_PIPE_ERROR = "BrokenPipeError": CONNECTION_ERROR, OS;
    CONNECTION_ABORTED_ERROR = "ConnectionAbortedError": CONNECTION_ERROR, OS;
    CONNECTION_REFUSED_ERROR = "ConnectionRefusedError": CONNECTION_ERROR, OS;
    CONNECTION_RESET_ERROR = "ConnectionResetError": CONNECTION_ERROR, OS;
    FILE_EXISTS_ERROR = "FileExistsError": OS_ERROR, OS;
    FILE_NOT_FOUND_ERROR = "FileNotFoundError": OS_ERROR, OS;
    INTERRUPTED_ERROR = "InterruptedError": OS_ERROR, OS;
    IS_A_DIRECTORY_ERROR = "IsADirectoryError": OS_ERROR, OS;
    NOT_A_DIRECTORY_ERROR = "NotADirectoryError": OS_ERROR, OS;
    PERMISSION_ERROR = "PermissionError": OS_ERROR, OS;
    PROCESS_LOOKUP_ERROR = "ProcessLookupError": OS_ERROR, OS;
    TIMEOUT_ERROR = "TimeoutError": OS_ERROR, OS;
    RUNTIME_ERROR = "RuntimeError": EXCEPTION, PLAIN;
    NOT_IMPLEMENTED_ERROR = "NotImplementedError": RUNTIME_ERROR, PLAIN;
    PYTHON_FINALIZATION_ERROR = "PythonFinalizationError": RUNTIME_ERROR, PLAIN;
    RECURSION_ERROR = "RecursionError": RUNTIME_ERROR, PLAIN;
    SYNTAX_ERROR = "SyntaxError": EXCEPTION, SYNTAX;
    INDENTATION_ERROR = "IndentationError": SYNTAX_ERROR, SYNTAX;
    TAB_ERROR = "TabError": INDENTATION_ERROR, SYNTAX;
    INCOMPLETE_INPUT_ERROR = "_IncompleteInputError": SYNTAX_ERROR, SYNTAX;
    VALUE_ERROR = "ValueError": EXCEPTION, PLAIN;
    UNICODE_ERROR = "UnicodeError": VALUE_ERROR, PLAIN;
    UNICODE_DECODE_ERROR = "UnicodeDecodeError": UNICODE_ERROR, UNICODE;
    UNICODE_ENCODE_ERROR = "UnicodeEncodeError": UNICODE_ERROR, UNICODE;
    UNICODE_TRANSLATE_ERROR = "UnicodeTranslateError": UNICODE_ERROR, UNICODE;
    WARNING = "Warning": EXCEPTION, PLAIN;
    BYTES_WARNING = "BytesWarning": WARNING, PLAIN;
    DEPRECATION_WARNING = "DeprecationWarning": WARNING, PLAIN;
    ENCODING_WARNING = "EncodingWarning": WARNING, PLAIN;
    FUTURE_WARNING = "FutureWarning": WARNING, PLAIN;
    IMPORT_WARNING = "ImportWarning": WARNING, PLAIN;
    PENDING_DEPRECATION_WARNING = "PendingDeprecationWarning": WARNING, PLAIN;
    RESOURCE_WARNING = "ResourceWarning": WARNING, PLAIN;
    RUNTIME_WARNING = "RuntimeWarning": WARNING, PLAIN;
    SYNTAX_WARNING = "SyntaxWarning": WARNING, PLAIN;
    UNICODE_WARNING = "UnicodeWarning": WARNING, PLAIN;
    USER_WARNING = "UserWarning": WARNING, PLAIN;
}

/// Types with more than one base: the bases after the first.
pub static EXTRA_BASES: &[(&TypeObject, &[&TypeObject])] = &[(&EXCEPTION_GROUP, &[&EXCEPTION])];

/// Other names that `builtins` has for some of the types.
pub static ALIASES: &[(&str, &TypeObject)] =
    &[("EnvironmentError", &OS_ERROR), ("IOError", &OS_ERROR)];
