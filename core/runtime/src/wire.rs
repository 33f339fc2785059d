//! What lower packages ask of higher ones: installed once, at start-up.

use grwl_interpreter::FUNCTION;
use grwl_interpreter::code::FAST_CELL;
use grwl_interpreter::frame;
use grwl_interpreter::function::ClosureCell;
use grwl_interpreter::hooks::Hooks;
use grwl_object::class;
use grwl_object::{Name, PyResult, Thread, Value, ValueExt, protocol, unraisable};

/// Installs everything.
pub fn install() {
    class::on_interpreter(class::Hooks {
        function_type: &FUNCTION,
        set_cell,
        caller_module,
        import: grwl_module_imp::import::import,
        super_arguments,
    });
    unraisable::on_unraisable(grwl_module_sys::unraisable_hook);
    grwl_module_posix::on_fork(grwl_module_posix::ForkHooks {
        before: grwl_module_imp::lock::acquire,
        in_parent: |_| {
            let _ = grwl_module_imp::lock::release();
        },
        in_child: |thread| {
            grwl_module_imp::lock::after_fork();
            let _ = grwl_module_imp::lock::release();
            grwl_module_thread::after_fork_in_child(thread);
            grwl_module_asyncio::after_fork_in_child(thread);
        },
    });
    grwl_interpreter::hooks::install(Hooks {
        display,
        typing_unary: grwl_module_typing::intrinsic_unary,
        typing_binary: grwl_module_typing::intrinsic_binary,
        cannot_import: grwl_module_imp::cannot_import,
    });
}

fn display(thread: &mut Thread, value: Value) -> PyResult {
    static HOOK: Name = Name::new("displayhook");
    let hook = grwl_interpreter::sys_dict(thread).get_str(HOOK.get(thread));
    match hook {
        Some(hook) => protocol::call_positional(thread, hook, &[value]),
        None => Err(thread.runtime_error("lost sys.displayhook")),
    }
}

fn set_cell(thread: &mut Thread, cell: Value, value: Value) -> bool {
    match cell.downcast_exact::<ClosureCell>() {
        Some(cell) => {
            thread.store(cell, &cell.contents, Some(value));
            true
        }
        None => false,
    }
}

fn caller_module(thread: &mut Thread) -> PyResult<Option<Value>> {
    static NAME: Name = Name::new("__name__");
    let Some(frame) = frame::current(thread) else {
        return Ok(None);
    };
    // SAFETY: the topmost frame is alive.
    let globals = unsafe { frame.as_ref() }.globals;
    Ok(globals.get_str(NAME.get(thread)))
}

/// The meaning of `super()`: the cell `__class__` of the running function, and its first argument.
fn super_arguments(thread: &mut Thread) -> PyResult<(Value, Value)> {
    let Some(frame) = frame::current(thread).map(std::ptr::NonNull::as_ptr) else {
        return Err(thread.runtime_error("super(): no current frame"));
    };
    // SAFETY: the topmost frame is alive, and has the slots of its code.
    let (code, first) = unsafe { ((*frame).code, frame::slot(frame, 0)) };
    if code.argcount == 0 {
        return Err(thread.runtime_error("super(): no arguments"));
    }
    // A parameter that inner functions share lies in a cell, once the function has begun.
    let is_shared = code
        .localsplus_kinds()
        .first()
        .is_some_and(|&kind| kind & FAST_CELL != 0);
    let first = match first {
        Some(value) if is_shared => match frame::cell_contents(value) {
            Some(contents) => contents.load(),
            None => Some(value),
        },
        first => first,
    };
    let Some(first) = first else {
        return Err(thread.runtime_error("super(): arg[0] deleted"));
    };
    let count = code.nlocalsplus as usize;
    for index in count - code.nfreevars as usize..count {
        if !code.local_name(index).is_str("__class__") {
            continue;
        }
        // SAFETY: the index is below the number of slots.
        let cell = unsafe { frame::slot(frame, index) };
        let Some(contents) = cell.and_then(frame::cell_contents) else {
            return Err(thread.runtime_error("super(): bad __class__ cell"));
        };
        let Some(class) = contents.load() else {
            return Err(thread.runtime_error("super(): empty __class__ cell"));
        };
        if !class.class().has_flag(grwl_object::flags::TYPE) {
            return Err(thread.runtime_error(format_args!(
                "super(): __class__ is not a type ({})",
                class.class().name()
            )));
        }
        return Ok((class, first));
    }
    Err(thread.runtime_error("super(): __class__ cell not found"))
}
