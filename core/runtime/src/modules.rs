//! The native modules: by name, what gives its types their functions, and what makes it. Both happen when it is imported.
//!
//! A module that is not in the table does not exist: importing it is `ModuleNotFoundError`, as in a CPython built without it.

use grwl_module_imp::registry;
use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread};

/// Makes a module.
type Create = fn(&mut Thread) -> PyResult<Ref<Module>>;

/// A native module.
struct Native {
    name: &'static str,
    install: fn(),
    create: Create,
}

const fn native(name: &'static str, install: fn(), create: Create) -> Native {
    Native {
        name,
        install,
        create,
    }
}

/// For a module without types.
fn no_types() {}

/// All but `sys`, `builtins` and `_imp`, which start-up makes itself.
static MODULES: &[Native] = &[
    native(
        "_ctypes",
        grwl_module_ctypes::install,
        grwl_module_ctypes::create,
    ),
    native("_csv", grwl_module_csv::install, grwl_module_csv::create),
    native(
        "_datetime",
        grwl_module_datetime::install,
        grwl_module_datetime::create,
    ),
    native("_bz2", grwl_module_bz2::install, grwl_module_bz2::create),
    native("_lzma", grwl_module_lzma::install, grwl_module_lzma::create),
    native("_uuid", no_types, grwl_module_uuid::create),
    native(
        "_pickle",
        grwl_module_pickle::install,
        grwl_module_pickle::create,
    ),
    native("_json", grwl_module_json::install, grwl_module_json::create),
    native(
        "_hmac",
        grwl_module_digest::install,
        grwl_module_digest::create_hmac,
    ),
    native(
        "_blake2",
        grwl_module_digest::install,
        grwl_module_digest::create_blake2,
    ),
    native(
        "_sha3",
        grwl_module_digest::install,
        grwl_module_digest::create_sha3,
    ),
    native(
        "_sha2",
        grwl_module_digest::install,
        grwl_module_digest::create_sha2,
    ),
    native(
        "_sha1",
        grwl_module_digest::install,
        grwl_module_digest::create_sha1,
    ),
    native(
        "_md5",
        grwl_module_digest::install,
        grwl_module_digest::create_md5,
    ),
    native(
        "binascii",
        grwl_module_binascii::install,
        grwl_module_binascii::create,
    ),
    native("zlib", grwl_module_zlib::install, grwl_module_zlib::create),
    native(
        "cmath",
        grwl_module_cmath::install,
        grwl_module_cmath::create,
    ),
    native(
        "resource",
        grwl_module_resource::install,
        grwl_module_resource::create,
    ),
    native(
        "_queue",
        grwl_module_queue::install,
        grwl_module_queue::create,
    ),
    native(
        "_statistics",
        grwl_module_statistics::install,
        grwl_module_statistics::create,
    ),
    native(
        "_multibytecodec",
        grwl_module_multibyte::install,
        grwl_module_multibyte::create,
    ),
    native("_codecs_cn", no_types, grwl_module_multibyte::create_cn),
    native("_codecs_hk", no_types, grwl_module_multibyte::create_hk),
    native(
        "_codecs_iso2022",
        no_types,
        grwl_module_multibyte::create_iso2022,
    ),
    native("_codecs_jp", no_types, grwl_module_multibyte::create_jp),
    native("_codecs_kr", no_types, grwl_module_multibyte::create_kr),
    native("_codecs_tw", no_types, grwl_module_multibyte::create_tw),
    native(
        "_bisect",
        grwl_module_bisect::install,
        grwl_module_bisect::create,
    ),
    native(
        "_suggestions",
        grwl_module_suggestions::install,
        grwl_module_suggestions::create,
    ),
    native(
        "_heapq",
        grwl_module_heapq::install,
        grwl_module_heapq::create,
    ),
    native(
        "array",
        grwl_module_array::install,
        grwl_module_array::create,
    ),
    native(
        "_struct",
        grwl_module_struct::install,
        grwl_module_struct::create,
    ),
    native(
        "_opcode",
        grwl_module_opcode::install,
        grwl_module_opcode::create,
    ),
    native("_ast", grwl_module_ast::install, grwl_module_ast::create),
    native(
        "_symtable",
        grwl_module_symtable::install,
        grwl_module_symtable::create,
    ),
    native(
        "unicodedata",
        grwl_module_unicodedata::install,
        grwl_module_unicodedata::create,
    ),
    native(
        "_random",
        grwl_module_random::install,
        grwl_module_random::create,
    ),
    native(
        "_tokenize",
        grwl_module_tokenize::install,
        grwl_module_tokenize::create,
    ),
    native(
        "_posixsubprocess",
        grwl_module_posixsubprocess::install,
        grwl_module_posixsubprocess::create,
    ),
    native(
        "select",
        grwl_module_select::install,
        grwl_module_select::create,
    ),
    native(
        "_socket",
        grwl_module_socket::install,
        grwl_module_socket::create,
    ),
    native(
        "fcntl",
        grwl_module_fcntl::install,
        grwl_module_fcntl::create,
    ),
    native(
        "termios",
        grwl_module_termios::install,
        grwl_module_termios::create,
    ),
    native(
        "grp",
        grwl_module_accounts::install,
        grwl_module_accounts::create_grp,
    ),
    native(
        "pwd",
        grwl_module_accounts::install,
        grwl_module_accounts::create_pwd,
    ),
    native(
        "syslog",
        grwl_module_syslog::install,
        grwl_module_syslog::create,
    ),
    native(
        "_posixshmem",
        grwl_module_posixshmem::install,
        grwl_module_posixshmem::create,
    ),
    native("mmap", grwl_module_mmap::install, grwl_module_mmap::create),
    native(
        "_multiprocessing",
        grwl_module_multiprocessing::install,
        grwl_module_multiprocessing::create,
    ),
    native(
        "faulthandler",
        grwl_module_faulthandler::install,
        grwl_module_faulthandler::create,
    ),
    native("math", grwl_module_math::install, grwl_module_math::create),
    native(
        "_typing",
        grwl_module_typing::install,
        grwl_module_typing::create,
    ),
    native("_sre", grwl_module_sre::install, grwl_module_sre::create),
    native(
        "itertools",
        grwl_module_itertools::install,
        grwl_module_itertools::create,
    ),
    native("gc", grwl_module_gc::install, grwl_module_gc::create),
    native(
        "_warnings",
        grwl_module_warnings::install,
        grwl_module_warnings::create,
    ),
    native(
        "_operator",
        grwl_module_operator::install,
        grwl_module_operator::create,
    ),
    native(
        "_asyncio",
        grwl_module_asyncio::install,
        grwl_module_asyncio::create,
    ),
    native(
        "_contextvars",
        grwl_module_contextvars::install,
        grwl_module_contextvars::create,
    ),
    native(
        "_collections",
        grwl_module_collections::install,
        grwl_module_collections::create,
    ),
    native("_abc", grwl_module_abc::install, grwl_module_abc::create),
    native(
        "_codecs",
        grwl_module_codecs::install,
        grwl_module_codecs::create,
    ),
    native(
        "_functools",
        grwl_module_functools::install,
        grwl_module_functools::create,
    ),
    native("_io", grwl_module_io::install, grwl_module_io::create),
    native(
        "_signal",
        grwl_module_signal::install,
        grwl_module_signal::create,
    ),
    native("_stat", grwl_module_stat::install, grwl_module_stat::create),
    native(
        "_string",
        grwl_module_string::install,
        grwl_module_string::create,
    ),
    native(
        "_thread",
        grwl_module_thread::install,
        grwl_module_thread::create,
    ),
    native(
        "_types",
        grwl_module_types::install,
        grwl_module_types::create,
    ),
    native("_sysconfig", no_types, grwl_module_sys::sysconfig::create),
    native(
        "_weakref",
        grwl_module_weakref::install,
        grwl_module_weakref::create,
    ),
    native(
        "atexit",
        grwl_module_atexit::install,
        grwl_module_atexit::create,
    ),
    native(
        "errno",
        grwl_module_errno::install,
        grwl_module_errno::create,
    ),
    native("marshal", no_types, grwl_module_marshal::create),
    native(
        "posix",
        grwl_module_posix::install,
        grwl_module_posix::create,
    ),
    native("time", grwl_module_time::install, grwl_module_time::create),
];

/// Gives those types their functions that are there before any module is made, and lets `compile` answer with trees.
pub fn install() {
    grwl_module_imp::install();
    grwl_module_ast::install();
    grwl_module_contextvars::install();
    grwl_module_sre::install();
    grwl_module_typing::install();
}

/// The types that must be ready before any module is made.
pub static TYPES: &[&[&grwl_object::TypeObject]] = &[
    grwl_module_imp::TYPES,
    grwl_module_contextvars::TYPES,
    grwl_module_sre::TYPES,
    grwl_module_typing::TYPES,
];

/// Makes the modules known to import.
pub fn register() {
    registry::register_existing("sys");
    registry::register_existing("builtins");
    for module in MODULES {
        registry::register(module.name, module.install, module.create);
    }
}
