//! Exceptions that nobody can catch: from finalizers, callbacks of weak references, and the like.
//!
//! What becomes of one is `sys.unraisablehook`'s decision; the layer that has `sys` installs a function here.

use std::sync::OnceLock;

use grwl_value::Value;

use crate::cell::ValueExt;
use crate::result::Raised;
use crate::thread::Thread;

/// Reports an exception: what was going on (as CPython's `err_msg`, without the colon; may be empty), and the object concerned.
pub type Hook = fn(&mut Thread, Raised, &str, Option<Value>);

static HOOK: OnceLock<Hook> = OnceLock::new();

/// Installs what calls `sys.unraisablehook`.
pub fn on_unraisable(hook: Hook) {
    let _ = HOOK.set(hook);
}

/// Reports an exception of something that was called: `Exception ignored while calling deallocator <function ...>`.
#[cold]
pub fn report_calling(thread: &mut Thread, raised: Raised, kind: &str, called: Value) {
    report_at(thread, raised, &format!("while calling {kind}"), called);
}

/// As [`report_calling`], with the words in front of what was called: `in atexit callback`.
#[cold]
pub fn report_at(thread: &mut Thread, raised: Raised, words: &str, called: Value) {
    let shown = match crate::protocol::repr(thread, called) {
        Ok(shown) => shown.to_rust_lossy(),
        Err(_) => format!("<{} object>", called.class().name()),
    };
    let what = format!("Exception ignored {words} {shown}");
    report(thread, raised, &what, None);
}

/// Reports an exception. Before the hook is there, its class and message go to the standard error.
#[cold]
pub fn report(thread: &mut Thread, raised: Raised, what: &str, object: Option<Value>) {
    if let Some(hook) = HOOK.get() {
        hook(thread, raised, what, object);
        return;
    }
    let class = raised.0.class();
    let text = match crate::protocol::str(thread, raised.0) {
        Ok(text) => text.to_rust_lossy(),
        Err(_) => "<exception str() failed>".to_owned(),
    };
    let what = if what.is_empty() {
        "Exception ignored"
    } else {
        what
    };
    eprintln!("{what}: {}: {text}", class.name());
}
