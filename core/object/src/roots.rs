//! What the collector finds in a thread, and in the process. The stack of values is the interpreter's to report.

use grwl_heap::{RootSource, Tracer};
use grwl_threads::ThreadState;

pub(crate) struct ThreadRootSource;

// SAFETY: what is reported are values that threads hold, whose cells are alive, and fields of static types.
unsafe impl RootSource for ThreadRootSource {
    fn trace_thread(&self, state: &ThreadState, tracer: &mut Tracer<'_>) {
        let Some(thread) = crate::thread::of_state(state) else {
            return;
        };
        let roots = thread.roots();
        let mut handled = Some(roots.handled.get());
        while let Some(entry) = handled {
            // SAFETY: entries are taken off before they end.
            let entry = unsafe { entry.as_ref() };
            if let Some(value) = entry.value.get() {
                tracer.word(value.bits().get());
            }
            handled = entry.previous.get();
        }
        if let Some(value) = roots.raising.get() {
            tracer.word(value.bits().get());
        }
        for slot in &roots.slots {
            if let Some(value) = slot.load() {
                tracer.word(value.bits().get());
            }
        }
        // What was looked up lately is no reason to live.
        roots
            .method_cache
            .retain(|name, value| tracer.is_marked(name) && tracer.is_marked(value));
    }

    fn trace_statics(&self, tracer: &mut Tracer<'_>) {
        crate::types::for_each_static(|class| class.trace(tracer));
        crate::string::trace_interned(tracer);
    }
}
