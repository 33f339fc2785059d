//! The module `atexit`: functions that are called at the end of the program.
//!
//! Callbacks stand in a list, oldest first, each a tuple of function, arguments and keyword names; taking one out is one step under the list's
//! lock, so each is called once. The list is a root.

#![allow(clippy::trivially_copy_pass_by_ref)]

use std::sync::Once;

use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Slot, Str, Thread, Tuple, Value, ValueExt, int, intern, none,
    protocol, slots, unraisable, world,
};

static CALLBACKS: [Slot; 1] = [Slot::empty()];

static FUNCTIONS: &[Method] = &[
    Method::any(
        "register",
        register,
        "register($module, func, /, *args, **kwargs)\n--\n\nLet a function be called at the end of the program.",
    ),
    Method::no_arguments(
        "_clear",
        clear,
        "_clear($module, /)\n--\n\nForget all functions.",
    ),
    Method::one(
        "unregister",
        unregister,
        "unregister($module, func, /)\n--\n\nForget a function.",
    ),
    Method::no_arguments(
        "_run_exitfuncs",
        |thread, _| {
            run(thread);
            Ok(none())
        },
        "_run_exitfuncs($module, /)\n--\n\nCall all functions now, the last first.",
    ),
    Method::no_arguments(
        "_ncallbacks",
        |thread, _| {
            let count = callbacks(thread).len();
            Ok(int::from_usize(thread, count))
        },
        "_ncallbacks($module, /)\n--\n\nHow many functions there are.",
    ),
];

/// The module has no types.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let first = CALLBACKS.as_ptr().cast::<u64>();
        // SAFETY: a static.
        unsafe {
            world::world()
                .heap()
                .add_static_roots(first, CALLBACKS.len())
        };
        CALLBACKS[0].store(Some(List::new(thread).value()));
    });
    let name = intern(thread, "atexit");
    let doc = "Functions that are called at the end of the program, the last registered first.";
    let doc = Str::new(thread, doc).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    Ok(module)
}

fn callbacks(thread: &Thread) -> Ref<List> {
    let known = CALLBACKS[0].load().and_then(ValueExt::downcast::<List>);
    known.unwrap_or_else(|| List::new(thread))
}

fn register(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let Some(&function) = args.by_position().first() else {
        return Err(thread.type_error("register() takes at least 1 argument (0 given)"));
    };
    if function.class().slot(slots::CALL).is_none() {
        return Err(thread.type_error("the first argument must be callable"));
    }
    let rest = args.without_first();
    let values = Tuple::try_new(thread, rest.values())?.value();
    let names = rest.names().map_or_else(none, Ref::value);
    let entry = Tuple::try_new(thread, &[function, values, names])?;
    callbacks(thread).push(thread, entry.value())?;
    Ok(function)
}

fn clear(thread: &mut Thread, _module: Value) -> PyResult {
    let fresh = List::new(thread).value();
    CALLBACKS[0].store(Some(fresh));
    Ok(none())
}

fn unregister(thread: &mut Thread, _module: Value, function: Value) -> PyResult {
    let old = callbacks(thread);
    let mut index = 0;
    while let Some(entry) = old.get(index) {
        let known = entry
            .downcast::<Tuple>()
            .map_or_else(none, |entry| entry.at(0));
        let is_same = known == function || protocol::equal(thread, known, function)?;
        // The comparison may have run anything: the entry is looked for again.
        let place = (0..=index)
            .rev()
            .find(|&place| old.get(place) == Some(entry));
        index = match place {
            Some(place) if is_same && old.remove_same(thread, place, entry) => place,
            Some(place) => place + 1,
            // Somebody else has removed it: the next has taken its place.
            None => index,
        };
    }
    Ok(none())
}

/// Calls all functions, the last first. What they raise is shown and ignored.
pub fn run(thread: &mut Thread) {
    loop {
        let list = callbacks(thread);
        let Some(entry) = list.pop(thread) else {
            return;
        };
        let Some(entry) = entry.downcast::<Tuple>() else {
            continue;
        };
        let function = entry.at(0);
        let values = entry.at(1).downcast::<Tuple>().unwrap_or_else(Tuple::empty);
        let args = Args::new(values.as_slice(), entry.at(2).downcast::<Tuple>());
        if let Err(raised) = protocol::call(thread, function, args) {
            unraisable::report_at(thread, raised, "in atexit callback", function);
        }
    }
}
