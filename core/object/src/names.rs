//! Names that Rust code uses: constants whose interned string is made when first asked for.

use std::ptr::null_mut;

use grwl_threads::sync::{AtomicPtr, Ordering};

use crate::cell::Ref;
use crate::string::{Str, intern};
use crate::thread::Thread;

/// A name: `static APPEND: Name = Name::new("append");`
#[derive(Debug)]
pub struct Name {
    text: &'static str,
    string: AtomicPtr<Str>,
}

impl Name {
    /// A name.
    pub const fn new(text: &'static str) -> Self {
        Self {
            text,
            string: AtomicPtr::new(null_mut()),
        }
    }

    /// The text.
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// The interned string.
    #[inline(always)]
    pub fn get(&self, thread: &Thread) -> Ref<Str> {
        // Acquire: partner is the Release in `find`.
        let known = self.string.load(Ordering::Acquire);
        // SAFETY: null, or an interned string, which lives for ever.
        match unsafe { known.as_ref() } {
            Some(known) => Ref::from_static(known),
            None => self.find(thread),
        }
    }

    #[cold]
    fn find(&self, thread: &Thread) -> Ref<Str> {
        let string = intern(thread, self.text);
        // Release: partner is the Acquire in `get`.
        self.string.store(string.as_ptr(), Ordering::Release);
        string
    }
}

/// Declares constants: `NAME = "text"`.
#[macro_export]
macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* #[doc = concat!("`", $text, "`")] pub static $name: $crate::Name = $crate::Name::new($text);)*
    };
}
