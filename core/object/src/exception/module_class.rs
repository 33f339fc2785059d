//! The exception classes of native modules: made like those of a class statement, when first asked for.
//!
//! Invariant: each is made once. Two threads may make it at once; the one that comes later takes the other's.

use std::fmt::Display;
use std::sync::OnceLock;

use grwl_threads::sync::{AtomicU64, Ordering};
use grwl_value::{Slot, Value};

use crate::cell::{Ref, ValueExt};
use crate::dict::Dict;
use crate::protocol;
use crate::result::{PyResult, Raised};
use crate::string::{Str, intern};
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::TypeObject;
use crate::types;

/// A class of exceptions that a native module has: `static ERROR: ExceptionClass = ExceptionClass::new("struct", "error", None);`
pub struct ExceptionClass {
    module: &'static str,
    name: &'static str,
    doc: Option<&'static str>,
    /// The class: a root, once it is made.
    class: Slot,
    /// How many threads have come to store it.
    makers: AtomicU64,
    rooted: OnceLock<()>,
}

impl ExceptionClass {
    /// A subclass of `Exception`.
    pub const fn new(module: &'static str, name: &'static str, doc: Option<&'static str>) -> Self {
        Self {
            module,
            name,
            doc,
            class: Slot::empty(),
            makers: AtomicU64::new(0),
            rooted: OnceLock::new(),
        }
    }

    /// The class.
    ///
    /// # Errors
    /// `MemoryError`; what a safepoint raises.
    pub fn get(&'static self, thread: &mut Thread) -> PyResult<Ref<TypeObject>> {
        loop {
            if let Some(class) = self.class.load().and_then(Value::downcast::<TypeObject>) {
                return Ok(class);
            }
            let made = self.make(thread)?;
            self.rooted.get_or_init(|| {
                let first = (&raw const self.class).cast::<u64>();
                // SAFETY: a static stays readable, and its slot holds nothing or a value.
                unsafe { thread.heap().add_static_roots(first, 1) };
            });
            if self.makers.fetch_add(1, Ordering::AcqRel) == 0 {
                self.class.store(Some(made));
            }
            // Whoever came first may not have stored yet.
            thread.poll()?;
        }
    }

    fn make(&self, thread: &mut Thread) -> PyResult {
        let base = Ref::from_static(&types::EXCEPTION).value();
        let bases = Tuple::try_new(thread, &[base])?.value();
        let namespace = Dict::new(thread);
        let key = intern(thread, "__module__");
        let module = intern(thread, self.module).value();
        namespace.set_str(thread, key, module)?;
        if let Some(doc) = self.doc {
            let key = intern(thread, "__doc__");
            let doc = Str::new(thread, doc).value();
            namespace.set_str(thread, key, doc)?;
        }
        let name = intern(thread, self.name).value();
        let class = Ref::from_static(&types::TYPE).value();
        protocol::call_positional(thread, class, &[name, bases, namespace.value()])
    }

    /// Raises an exception of the class.
    #[cold]
    pub fn raise(&'static self, thread: &mut Thread, message: impl Display) -> Raised {
        match self.get(thread) {
            Ok(class) => thread.raise(&class, message),
            Err(raised) => raised,
        }
    }
}
