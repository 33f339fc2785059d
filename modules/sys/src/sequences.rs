//! The struct sequences of `sys`.

use grwl_object::module::Module;
use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Declaration, PyResult, Ref, Str, Thread, TypeObject, Value, flags, float, int, none, singleton,
};
use grwl_settings::Settings;
use grwl_settings::settings::FlagValue;

static VERSION_INFO: TypeObject = TypeObject::declare(&const { of_one("sys.version_info") });
static FLAGS: TypeObject = TypeObject::declare(&const { of_one("sys.flags") });
static FLOAT_INFO: TypeObject = TypeObject::declare(&const { declaration("sys.float_info") });
static INT_INFO: TypeObject = TypeObject::declare(&const { declaration("sys.int_info") });
static HASH_INFO: TypeObject = TypeObject::declare(&const { declaration("sys.hash_info") });
static THREAD_INFO: TypeObject = TypeObject::declare(&const { declaration("sys.thread_info") });
pub(crate) static ASYNCGEN_HOOKS: TypeObject =
    TypeObject::declare(&const { declaration("sys.asyncgen_hooks") });
pub(crate) static UNRAISABLE: TypeObject =
    TypeObject::declare(&const { declaration("UnraisableHookArgs") });

/// A type of which there is one instance.
const fn of_one(name: &'static str) -> Declaration {
    let declaration = declaration(name);
    Declaration {
        flags: declaration.flags | flags::DISALLOW_INSTANTIATION,
        ..declaration
    }
}

static DESCRIPTIONS: [(&TypeObject, Description); 8] = [
    (
        &VERSION_INFO,
        Description {
            fields: &["major", "minor", "micro", "releaselevel", "serial"],
            visible: 5,
            doc: "The version as a struct sequence.",
        },
    ),
    (
        &FLAGS,
        Description {
            fields: &[
                "debug",
                "inspect",
                "interactive",
                "optimize",
                "dont_write_bytecode",
                "no_user_site",
                "no_site",
                "ignore_environment",
                "verbose",
                "bytes_warning",
                "quiet",
                "hash_randomization",
                "isolated",
                "dev_mode",
                "utf8_mode",
                "warn_default_encoding",
                "safe_path",
                "int_max_str_digits",
                "gil",
                "thread_inherit_context",
                "context_aware_warnings",
            ],
            visible: 18,
            doc: "What the command line and the environment have set.",
        },
    ),
    (
        &FLOAT_INFO,
        Description {
            fields: &[
                "max",
                "max_exp",
                "max_10_exp",
                "min",
                "min_exp",
                "min_10_exp",
                "dig",
                "mant_dig",
                "epsilon",
                "radix",
                "rounds",
            ],
            visible: 11,
            doc: "The limits of floats.",
        },
    ),
    (
        &INT_INFO,
        Description {
            fields: &[
                "bits_per_digit",
                "sizeof_digit",
                "default_max_str_digits",
                "str_digits_check_threshold",
            ],
            visible: 4,
            doc: "How integers are kept, and their limits as text.",
        },
    ),
    (
        &HASH_INFO,
        Description {
            fields: &[
                "width",
                "modulus",
                "inf",
                "nan",
                "imag",
                "algorithm",
                "hash_bits",
                "seed_bits",
                "cutoff",
            ],
            visible: 9,
            doc: "How hashes are computed.",
        },
    ),
    (
        &THREAD_INFO,
        Description {
            fields: &["name", "lock", "version"],
            visible: 3,
            doc: "What threads are made of.",
        },
    ),
    (
        &ASYNCGEN_HOOKS,
        Description {
            fields: &["firstiter", "finalizer"],
            visible: 2,
            doc: "The hooks of asynchronous generators.",
        },
    ),
    (
        &UNRAISABLE,
        Description {
            fields: &[
                "exc_type",
                "exc_value",
                "exc_traceback",
                "err_msg",
                "object",
            ],
            visible: 5,
            doc: "What sys.unraisablehook is called with.",
        },
    ),
];

/// Adds the struct sequences.
pub(crate) fn add(thread: &mut Thread, module: Ref<Module>, settings: &Settings) -> PyResult<()> {
    for (class, description) in &DESCRIPTIONS {
        struct_sequence::prepare(thread, class, description)?;
    }
    let small = Value::small;
    let text = |thread: &Thread, text: &str| Str::new(thread, text).value();

    let level = text(thread, "final");
    let version = [small(3), small(14), small(10), level, small(0)];
    put(thread, module, "version_info", &VERSION_INFO, &version)?;

    let flags = settings.sys_flags().map(|(_, value)| match value {
        FlagValue::Int(int) => small(i64::from(int)),
        FlagValue::Bool(bool) => singleton::bool(bool),
        FlagValue::Unset => singleton::none(),
    });
    put(thread, module, "flags", &FLAGS, &flags)?;

    let limits = [
        float::new(thread, f64::MAX),
        small(i64::from(f64::MAX_EXP)),
        small(i64::from(f64::MAX_10_EXP)),
        float::new(thread, f64::MIN_POSITIVE),
        small(i64::from(f64::MIN_EXP)),
        small(i64::from(f64::MIN_10_EXP)),
        small(i64::from(f64::DIGITS)),
        small(i64::from(f64::MANTISSA_DIGITS)),
        float::new(thread, f64::EPSILON),
        small(i64::from(f64::RADIX)),
        small(1),
    ];
    put(thread, module, "float_info", &FLOAT_INFO, &limits)?;

    let digits = [small(30), small(4), small(4300), small(640)];
    put(thread, module, "int_info", &INT_INFO, &digits)?;

    let hashes = [
        small(64),
        int::from_i64(thread, (1 << 61) - 1),
        small(314_159),
        small(0),
        small(1_000_003),
        text(thread, "siphash13"),
        small(64),
        small(128),
        small(0),
    ];
    put(thread, module, "hash_info", &HASH_INFO, &hashes)?;

    let version = pthread_version().map_or_else(none, |version| text(thread, &version));
    let threads = [text(thread, "pthread"), none(), version];
    put(thread, module, "thread_info", &THREAD_INFO, &threads)
}

fn put(
    thread: &mut Thread,
    module: Ref<Module>,
    name: &str,
    class: &'static TypeObject,
    values: &[Value],
) -> PyResult<()> {
    let value = struct_sequence::make(thread, class, values)?;
    module.add(thread, name, value)
}

/// What the C library says of its threads.
fn pthread_version() -> Option<String> {
    /// `_CS_GNU_LIBPTHREAD_VERSION` of the GNU C library.
    const LIBRARY_VERSION: libc::c_int = 3;
    let mut text = [0u8; 64];
    // SAFETY: writes into the array, no further than its length.
    let length = unsafe { libc::confstr(LIBRARY_VERSION, text.as_mut_ptr().cast(), text.len()) };
    let text = text.get(..length.checked_sub(1)?)?;
    Some(String::from_utf8_lossy(text).into_owned())
}
