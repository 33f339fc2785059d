//! Exceptions of native modules that are classes as a class statement makes them: `zlib.error`, `binascii.Incomplete`.
//!
//! Invariant: each is made once. Two threads may make one at once; the one that comes later takes the other's.

use std::fmt::Display;

use grwl_threads::sync::{AtomicU64, Ordering};
use grwl_value::Slot;

use crate::cell::{Ref, ValueExt};
use crate::dict::Dict;
use crate::module::Module;
use crate::result::{PyResult, Raised};
use crate::string::{Str, intern};
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::TypeObject;
use crate::{protocol, types};

/// An exception class. A static holds it; it is made once, with its module.
pub struct ModuleException {
    module: &'static str,
    name: &'static str,
    base: &'static TypeObject,
    doc: Option<&'static str>,
    /// The class: a root, once it is made.
    class: Slot,
    /// How many threads have come to store it.
    makers: AtomicU64,
}

impl ModuleException {
    /// One that is not made yet.
    pub const fn new(
        module: &'static str,
        name: &'static str,
        base: &'static TypeObject,
        doc: Option<&'static str>,
    ) -> Self {
        Self {
            module,
            name,
            base,
            doc,
            class: Slot::empty(),
            makers: AtomicU64::new(0),
        }
    }

    /// The class; made by the first call.
    ///
    /// # Errors
    /// `MemoryError`; what a safepoint raises.
    pub fn class(&'static self, thread: &mut Thread) -> PyResult<Ref<TypeObject>> {
        loop {
            if let Some(class) = self.known() {
                return Ok(class);
            }
            let made = self.make(thread)?;
            // Relaxed: it only counts; the class is published by the slot's store.
            if self.makers.fetch_add(1, Ordering::Relaxed) == 0 {
                let first = (&raw const self.class).cast::<u64>();
                // SAFETY: a static stays readable, and its slot holds nothing or a value.
                unsafe { thread.heap().add_static_roots(first, 1) };
                self.class.store(Some(made));
            }
            // Whoever came first may not have stored yet.
            thread.poll()?;
        }
    }

    fn make(&self, thread: &mut Thread) -> PyResult {
        let namespace = Dict::new(thread);
        let key = intern(thread, "__module__");
        let module = intern(thread, self.module).value();
        namespace.set_str(thread, key, module)?;
        if let Some(doc) = self.doc {
            let key = intern(thread, "__doc__");
            let doc = Str::new(thread, doc).value();
            namespace.set_str(thread, key, doc)?;
        }
        let bases = Tuple::try_new(thread, &[Ref::from_static(self.base).value()])?;
        let name = intern(thread, self.name).value();
        let metaclass = Ref::from_static(&types::TYPE).value();
        let args = [name, bases.value(), namespace.value()];
        protocol::call_positional(thread, metaclass, &args)
    }

    fn known(&self) -> Option<Ref<TypeObject>> {
        self.class.load()?.downcast::<TypeObject>()
    }

    /// Adds the class to its module.
    ///
    /// # Errors
    /// As [`class`](Self::class).
    pub fn add_to(&'static self, thread: &mut Thread, module: Ref<Module>) -> PyResult<()> {
        let class = self.class(thread)?;
        module.add(thread, self.name, class.value())
    }

    /// Raises it with a message.
    ///
    /// # Panics
    /// If it was not made: a module makes its exceptions when it is made itself.
    #[cold]
    pub fn raise(&self, thread: &Thread, message: impl Display) -> Raised {
        let class = self.known().expect("the module makes its exceptions");
        thread.raise(&class, message)
    }
}
