//! Renaming the file of a code object and of the code objects in it.

use grwl_interpreter::Code;
use grwl_object::{Ref, Str, Thread, ValueExt};

/// Gives the code, and what lies in it and has the same file name, another file name.
pub fn replace(thread: &Thread, code: Ref<Code>, filename: Ref<Str>) {
    let old = code.filename();
    if !old.equals(&filename) {
        replace_old(thread, code, old, filename);
    }
}

fn replace_old(thread: &Thread, code: Ref<Code>, old: Ref<Str>, filename: Ref<Str>) {
    let own = code.filename();
    if own != old && !own.equals(&old) {
        return;
    }
    thread.store(code, code.filename_slot(), Some(filename.value()));
    for constant in code.consts().iter() {
        if let Some(inner) = constant.downcast_exact::<Code>() {
            replace_old(thread, inner, old, filename);
        }
    }
}
