//! What the compiler is told by the command line.

use std::sync::OnceLock;

/// The settings. See [`configure`].
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// `sys.flags.optimize`
    pub optimize: u8,
    /// Code objects have columns: not with `-X no_debug_ranges`.
    pub debug_ranges: bool,
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// Settles them, once, before the module is made. Without, nothing is optimised and there are columns.
pub fn configure(settings: Settings) {
    let _ = SETTINGS.set(settings);
}

pub(crate) fn get() -> Settings {
    SETTINGS.get().copied().unwrap_or(Settings {
        optimize: 0,
        debug_ranges: true,
    })
}
