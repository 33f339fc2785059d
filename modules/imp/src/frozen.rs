//! Frozen modules: those that are needed before importing from anywhere else works. Their code is the embedded library's.
//!
//! CPython freezes some modules of the library more, to start quicker. Here the whole library is in the program, and its own importer
//! serves those modules with their source; as frozen ones they are found only where a test asks for that
//! (`_imp._override_frozen_modules_for_tests`).

use std::sync::atomic::{AtomicI32, Ordering};

use grwl_interpreter::Code;
use grwl_object::{PyResult, Ref, Str, Thread, types};

/// A frozen module.
#[derive(Clone, Copy, Debug)]
pub struct Frozen {
    /// The name to import it by.
    pub name: &'static str,
    /// The module of the library whose code it is.
    pub module: &'static str,
    /// Is it a package?
    pub is_package: bool,
    /// What importlib is told of where the code comes from, if that is not the name.
    pub original: Option<&'static str>,
    /// Found always.
    pub is_essential: bool,
}

const fn essential(name: &'static str, module: &'static str) -> Frozen {
    Frozen {
        name,
        module,
        is_package: false,
        original: Some(module),
        is_essential: true,
    }
}

const fn plain(name: &'static str) -> Frozen {
    Frozen {
        name,
        module: name,
        is_package: false,
        original: Some(name),
        is_essential: false,
    }
}

const fn test(
    name: &'static str,
    is_package: bool,
    original: Option<&'static str>,
    module: &'static str,
) -> Frozen {
    Frozen {
        name,
        module,
        is_package,
        original,
        is_essential: false,
    }
}

static TABLE: [Frozen; 28] = [
    essential("_frozen_importlib", "importlib._bootstrap"),
    essential(
        "_frozen_importlib_external",
        "importlib._bootstrap_external",
    ),
    essential("zipimport", "zipimport"),
    plain("abc"),
    plain("codecs"),
    plain("io"),
    plain("_collections_abc"),
    plain("_sitebuiltins"),
    plain("genericpath"),
    plain("ntpath"),
    plain("posixpath"),
    plain("os"),
    plain("site"),
    plain("stat"),
    plain("importlib.util"),
    plain("importlib.machinery"),
    plain("runpy"),
    plain("__hello__"),
    test("__hello_alias__", false, Some("__hello__"), "__hello__"),
    test("__phello_alias__", true, Some("__hello__"), "__hello__"),
    test(
        "__phello_alias__.spam",
        false,
        Some("__hello__"),
        "__hello__",
    ),
    test("__phello__", true, Some("__phello__"), "__phello__"),
    test(
        "__phello__.__init__",
        false,
        Some("<__phello__"),
        "__phello__",
    ),
    test(
        "__phello__.ham",
        true,
        Some("__phello__.ham"),
        "__phello__.ham",
    ),
    test(
        "__phello__.ham.__init__",
        false,
        Some("<__phello__.ham"),
        "__phello__.ham",
    ),
    test(
        "__phello__.ham.eggs",
        false,
        Some("__phello__.ham.eggs"),
        "__phello__.ham.eggs",
    ),
    test(
        "__phello__.spam",
        false,
        Some("__phello__.spam"),
        "__phello__.spam",
    ),
    test("__hello_only__", false, None, "__hello__"),
];

/// What a test asked for: more than 0 finds all, less than 0 only the essential ones, as does 0.
static OVERRIDE: AtomicI32 = AtomicI32::new(0);

/// Sets what a test asks for.
pub fn set_override(value: i32) {
    OVERRIDE.store(value, Ordering::Relaxed);
}

/// Why there is no frozen module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is none of that name.
    NotFound,
    /// It is not essential, and nobody asked for it.
    Disabled,
}

/// The names of all.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE
        .iter()
        .filter(|frozen| is_there(frozen))
        .map(|frozen| frozen.name)
}

fn is_there(frozen: &Frozen) -> bool {
    grwl_stdlib::find(frozen.module).is_some()
}

/// The frozen module of this name.
///
/// # Errors
/// Why there is none.
pub fn find(name: &str) -> Result<&'static Frozen, Missing> {
    let found = TABLE
        .iter()
        .find(|frozen| frozen.name == name && is_there(frozen));
    match found {
        None => Err(Missing::NotFound),
        Some(frozen) if frozen.is_essential || OVERRIDE.load(Ordering::Relaxed) > 0 => Ok(frozen),
        Some(_) => Err(Missing::Disabled),
    }
}

impl Missing {
    /// `ImportError` with CPython's message.
    pub fn raise(self, thread: &mut Thread, name: Ref<Str>) -> grwl_object::Raised {
        let shown = match grwl_object::protocol::repr(thread, name.value()) {
            Ok(shown) => shown,
            Err(raised) => return raised,
        };
        let message = match self {
            Self::NotFound => format!("No such frozen object named {shown}"),
            Self::Disabled => format!(
                "Frozen modules are disabled and the frozen object named {shown} is not essential"
            ),
        };
        thread.import_error(
            &types::IMPORT_ERROR,
            message,
            Some(name.value()),
            None,
            None,
        )
    }
}

impl Frozen {
    /// Its marshalled code.
    #[must_use]
    pub fn data(&self) -> Vec<u8> {
        grwl_stdlib::find(self.module)
            .map(|module| module.code())
            .unwrap_or_default()
    }

    /// Its code object, whose file is called `<frozen NAME>`.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn code(&self, thread: &mut Thread) -> PyResult<Ref<Code>> {
        let code = grwl_module_marshal::load_library_code(thread, &self.data())?;
        let name = grwl_object::intern(thread, &format!("<frozen {}>", self.module));
        crate::filename::replace(thread, code, name);
        Ok(code)
    }
}
