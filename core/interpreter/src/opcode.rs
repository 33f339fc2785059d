//! The instructions of CPython 3.14, by number, and how many units of inline cache follow each; and grwl's own specialised ones.
//!
//! Source: CPython 3.14's `opcode` module. Its specialised and instrumented instructions are not among them. Those of grwl (`specialise` says where they come from)
//! have the numbers from [`FIRST_SPECIALISED`] on; nobody but the loop sees them: [`PUBLIC`] leads back.

macro_rules! opcodes {
    ([$($name:ident = $number:literal, $caches:literal;)*] [$($own:ident = $own_number:literal, $public:ident;)*]) => {
        $(#[doc = concat!("`", stringify!($name), "`")] pub const $name: u8 = $number;)*

        /// Units of inline cache, by opcode.
        pub static CACHES: [u8; 256] = {
            let mut caches = [0; 256];
            $(caches[$number] = $caches;)*
            $(caches[$own_number] = caches[$public as usize];)*
            caches
        };

        $(#[doc = concat!("A specialised `", stringify!($public), "`")] pub const $own: u8 = $own_number;)*

        /// The instruction as CPython knows it, by opcode.
        pub static PUBLIC: [u8; 256] = {
            let mut public = [0; 256];
            $(public[$number] = $number;)*
            $(public[$own_number] = $public;)*
            public
        };

        /// Is there an instruction with this number, by opcode?
        pub static IS_KNOWN: [bool; 256] = {
            let mut known = [false; 256];
            $(known[$number] = true;)*
            known
        };

        /// The name, by opcode.
        pub fn name(opcode: u8) -> &'static str {
            match opcode {
                $($number => stringify!($name),)*
                _ => "?",
            }
        }
    };
}

opcodes! {
    [
    CACHE = 0, 0;
    BINARY_SLICE = 1, 0;
    BUILD_TEMPLATE = 2, 0;
    CALL_FUNCTION_EX = 4, 0;
    CHECK_EG_MATCH = 5, 0;
    CHECK_EXC_MATCH = 6, 0;
    CLEANUP_THROW = 7, 0;
    DELETE_SUBSCR = 8, 0;
    END_FOR = 9, 0;
    END_SEND = 10, 0;
    EXIT_INIT_CHECK = 11, 0;
    FORMAT_SIMPLE = 12, 0;
    FORMAT_WITH_SPEC = 13, 0;
    GET_AITER = 14, 0;
    GET_ANEXT = 15, 0;
    GET_ITER = 16, 0;
    RESERVED = 17, 0;
    GET_LEN = 18, 0;
    GET_YIELD_FROM_ITER = 19, 0;
    INTERPRETER_EXIT = 20, 0;
    LOAD_BUILD_CLASS = 21, 0;
    LOAD_LOCALS = 22, 0;
    MAKE_FUNCTION = 23, 0;
    MATCH_KEYS = 24, 0;
    MATCH_MAPPING = 25, 0;
    MATCH_SEQUENCE = 26, 0;
    NOP = 27, 0;
    NOT_TAKEN = 28, 0;
    POP_EXCEPT = 29, 0;
    POP_ITER = 30, 0;
    POP_TOP = 31, 0;
    PUSH_EXC_INFO = 32, 0;
    PUSH_NULL = 33, 0;
    RETURN_GENERATOR = 34, 0;
    RETURN_VALUE = 35, 0;
    SETUP_ANNOTATIONS = 36, 0;
    STORE_SLICE = 37, 0;
    STORE_SUBSCR = 38, 1;
    TO_BOOL = 39, 3;
    UNARY_INVERT = 40, 0;
    UNARY_NEGATIVE = 41, 0;
    UNARY_NOT = 42, 0;
    WITH_EXCEPT_START = 43, 0;
    BINARY_OP = 44, 5;
    BUILD_INTERPOLATION = 45, 0;
    BUILD_LIST = 46, 0;
    BUILD_MAP = 47, 0;
    BUILD_SET = 48, 0;
    BUILD_SLICE = 49, 0;
    BUILD_STRING = 50, 0;
    BUILD_TUPLE = 51, 0;
    CALL = 52, 3;
    CALL_INTRINSIC_1 = 53, 0;
    CALL_INTRINSIC_2 = 54, 0;
    CALL_KW = 55, 3;
    COMPARE_OP = 56, 1;
    CONTAINS_OP = 57, 1;
    CONVERT_VALUE = 58, 0;
    COPY = 59, 0;
    COPY_FREE_VARS = 60, 0;
    DELETE_ATTR = 61, 0;
    DELETE_DEREF = 62, 0;
    DELETE_FAST = 63, 0;
    DELETE_GLOBAL = 64, 0;
    DELETE_NAME = 65, 0;
    DICT_MERGE = 66, 0;
    DICT_UPDATE = 67, 0;
    END_ASYNC_FOR = 68, 0;
    EXTENDED_ARG = 69, 0;
    FOR_ITER = 70, 1;
    GET_AWAITABLE = 71, 0;
    IMPORT_FROM = 72, 0;
    IMPORT_NAME = 73, 0;
    IS_OP = 74, 0;
    JUMP_BACKWARD = 75, 1;
    JUMP_BACKWARD_NO_INTERRUPT = 76, 0;
    JUMP_FORWARD = 77, 0;
    LIST_APPEND = 78, 0;
    LIST_EXTEND = 79, 0;
    LOAD_ATTR = 80, 9;
    LOAD_COMMON_CONSTANT = 81, 0;
    LOAD_CONST = 82, 0;
    LOAD_DEREF = 83, 0;
    LOAD_FAST = 84, 0;
    LOAD_FAST_AND_CLEAR = 85, 0;
    LOAD_FAST_BORROW = 86, 0;
    LOAD_FAST_BORROW_LOAD_FAST_BORROW = 87, 0;
    LOAD_FAST_CHECK = 88, 0;
    LOAD_FAST_LOAD_FAST = 89, 0;
    LOAD_FROM_DICT_OR_DEREF = 90, 0;
    LOAD_FROM_DICT_OR_GLOBALS = 91, 0;
    LOAD_GLOBAL = 92, 4;
    LOAD_NAME = 93, 0;
    LOAD_SMALL_INT = 94, 0;
    LOAD_SPECIAL = 95, 0;
    LOAD_SUPER_ATTR = 96, 1;
    MAKE_CELL = 97, 0;
    MAP_ADD = 98, 0;
    MATCH_CLASS = 99, 0;
    POP_JUMP_IF_FALSE = 100, 1;
    POP_JUMP_IF_NONE = 101, 1;
    POP_JUMP_IF_NOT_NONE = 102, 1;
    POP_JUMP_IF_TRUE = 103, 1;
    RAISE_VARARGS = 104, 0;
    RERAISE = 105, 0;
    SEND = 106, 1;
    SET_ADD = 107, 0;
    SET_FUNCTION_ATTRIBUTE = 108, 0;
    SET_UPDATE = 109, 0;
    STORE_ATTR = 110, 4;
    STORE_DEREF = 111, 0;
    STORE_FAST = 112, 0;
    STORE_FAST_LOAD_FAST = 113, 0;
    STORE_FAST_STORE_FAST = 114, 0;
    STORE_GLOBAL = 115, 0;
    STORE_NAME = 116, 0;
    SWAP = 117, 0;
    UNPACK_EX = 118, 0;
    UNPACK_SEQUENCE = 119, 1;
    YIELD_VALUE = 120, 0;
    RESUME = 128, 0;
    ]
    [
    BINARY_ADD = 160, BINARY_OP;
    BINARY_SUBTRACT = 161, BINARY_OP;
    BINARY_MULTIPLY = 162, BINARY_OP;
    BINARY_TRUE_DIVIDE = 163, BINARY_OP;
    BINARY_FLOOR_DIVIDE = 164, BINARY_OP;
    BINARY_REMAINDER = 165, BINARY_OP;
    BINARY_AND = 166, BINARY_OP;
    BINARY_SUBSCRIPT = 167, BINARY_OP;
    COMPARE_JUMP = 168, COMPARE_OP;
    TO_BOOL_JUMP = 169, TO_BOOL;
    LOAD_ATTRIBUTE = 170, LOAD_ATTR;
    LOAD_METHOD = 171, LOAD_ATTR;
    LOAD_FAST_ATTRIBUTE = 172, LOAD_FAST_BORROW;
    CONTAINS_JUMP = 173, CONTAINS_OP;
    JUMP_IF_FALSE = 174, POP_JUMP_IF_FALSE;
    JUMP_IF_TRUE = 175, POP_JUMP_IF_TRUE;
    LOAD_GLOBAL_VALUE = 176, LOAD_GLOBAL;
    JUMP_BACKWARD_POLL = 177, JUMP_BACKWARD_NO_INTERRUPT;
    LOAD_FAST_METHOD = 178, LOAD_FAST_BORROW;
    RETURN_CONST = 179, LOAD_CONST;
    ]
}

/// The instruction in a unit, as CPython knows it.
pub fn public(unit: u16) -> u8 {
    PUBLIC[usize::from(unit as u8)]
}

/// The first number of a specialised instruction.
pub const FIRST_SPECIALISED: u8 = 160;
