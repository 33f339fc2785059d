//! What the command line, the environment and the locale say of text files.

use std::ffi::CStr;
use std::sync::OnceLock;

use grwl_object::{PyResult, Ref, Str, Thread, exception, types};

/// The settings. See [`configure`].
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// `sys.flags.utf8_mode`: a file that no encoding was given for is UTF-8, whatever the locale.
    pub utf8_mode: bool,
    /// `sys.flags.warn_default_encoding`: it is warned of such a file.
    pub warn_default_encoding: bool,
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// Settles them, once, before the first file is opened. Without, the locale decides and nothing is warned of.
pub fn configure(settings: Settings) {
    let _ = SETTINGS.set(settings);
}

pub(crate) fn get() -> Settings {
    SETTINGS.get().copied().unwrap_or(Settings {
        utf8_mode: false,
        warn_default_encoding: false,
    })
}

/// Warns that no encoding was given, if that was asked for. The level is that of `warnings.warn`.
pub(crate) fn warn_of_default(thread: &mut Thread, level: i64) -> PyResult<()> {
    if !get().warn_default_encoding {
        return Ok(());
    }
    let message = "'encoding' argument not specified";
    exception::warn(thread, &types::ENCODING_WARNING, message, level)
}

/// The encoding of the locale.
pub(crate) fn locale_encoding(thread: &Thread) -> Ref<Str> {
    // SAFETY: the text of this call is copied before it returns to Python code that could choose another locale.
    let name = unsafe {
        let name = libc::nl_langinfo(libc::CODESET);
        (!name.is_null()).then(|| CStr::from_ptr(name).to_string_lossy())
    };
    match name.as_deref() {
        // The system says this of a locale that it does not know.
        None | Some("") => Str::new(thread, "utf-8"),
        Some(name) => Str::new(thread, name),
    }
}
