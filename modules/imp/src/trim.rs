//! Takes importlib's frames out of a traceback: nobody wants to see how `import` is done.
//!
//! Of an `ImportError` all are taken out; of other exceptions those chunks that end with a call by way of
//! `_call_with_frames_removed`, which is how importlib calls a module's code.

use grwl_interpreter::frame_object::FrameObject;
use grwl_object::exception::traceback::Traceback;
use grwl_object::{Raised, Ref, Thread, Value, ValueExt, types};

const FILES: [&str; 2] = [
    "<frozen importlib._bootstrap>",
    "<frozen importlib._bootstrap_external>",
];
const MARK: &str = "_call_with_frames_removed";

/// What leads to an entry of the chain.
#[derive(Clone, Copy)]
enum Link {
    Head,
    After(Ref<Traceback>),
}

/// Takes the frames out.
pub(crate) fn importlib_frames(thread: &Thread, raised: Raised) {
    let exception = raised.exception();
    let trims_all = raised.matches(&types::IMPORT_ERROR);
    let mut link = Link::Head;
    let mut outer = Link::Head;
    let mut is_inside = false;
    let mut entry = exception.traceback();
    while let Some(this) = entry {
        let next = this.next();
        let code = this
            .frame()
            .downcast_exact::<FrameObject>()
            .map(|frame| frame.code());
        let is_now_inside =
            code.is_some_and(|code| FILES.iter().any(|file| code.filename().is_str(file)));
        if is_now_inside && !is_inside {
            outer = link;
        }
        is_inside = is_now_inside;
        if is_inside && (trims_all || code.is_some_and(|code| code.name().is_str(MARK))) {
            match outer {
                Link::Head => exception.set_traceback(thread, next),
                Link::After(before) => {
                    let next: Option<Value> = next.map(Ref::<Traceback>::value);
                    thread.store(before, before.next_slot(), next);
                }
            }
            link = outer;
        } else {
            link = Link::After(this);
        }
        entry = next;
    }
}
