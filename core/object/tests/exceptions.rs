//! Exceptions that Rust code raises: classes, arguments, chains, and that the collector keeps what they hold.

use grwl_object::errors::{SyntaxPlace, ignoring, strerror};
use grwl_object::exception::Exception;
use grwl_object::exception::detail::{
    AttributeError, OsError, StopIteration, SyntaxError, UnicodeError,
};
use grwl_object::thread::Handled;
use grwl_object::{PyResult, Raised, Ref, Str, Thread, TypeObject, Value, ValueExt, types, world};

fn text(value: Value) -> String {
    value.downcast::<Str>().expect("a string").to_rust_lossy()
}

fn message(raised: Raised) -> String {
    let args = raised.exception().args();
    assert_eq!(args.len(), 1);
    text(args.at(0))
}

/// Runs `act` while `exception` is being handled.
fn handling<R>(thread: &mut Thread, exception: Value, act: impl FnOnce(&mut Thread) -> R) -> R {
    let entry = Handled::default();
    entry.value.set(Some(exception));
    let before = thread.roots().handled.get();
    entry.previous.set(Some(before));
    thread.roots().handled.set(std::ptr::NonNull::from(&entry));
    let result = act(thread);
    thread.roots().handled.set(before);
    result
}

#[test]
fn messages_and_classes() {
    world::for_tests();
    let thread = Thread::attach().expect("a free thread state");
    let raised = thread.type_error(format_args!("{} and {}", 1, 2));
    assert_eq!(message(raised), "1 and 2");
    assert!(raised.matches(&types::TYPE_ERROR));
    assert!(raised.matches(&types::EXCEPTION));
    assert!(raised.matches(&types::BASE_EXCEPTION));
    assert!(!raised.matches(&types::VALUE_ERROR));
    assert_eq!(
        raised.exception_class(),
        Ref::from_static(&types::TYPE_ERROR)
    );
    assert!(thread.memory_error().exception().args().is_empty());
    assert!(ignoring::<()>(Err(raised), &types::TYPE_ERROR) == Ok(None));
    assert!(ignoring::<()>(Err(raised), &types::KEY_ERROR) == Err(raised));
}

#[test]
fn bases_come_first_and_layouts_extend_them() {
    let mut seen: Vec<&TypeObject> = vec![&types::OBJECT];
    for class in types::ALL {
        let made = class.declaration().expect("a built-in type");
        let base = made.base.expect("it has a base");
        assert!(
            seen.iter().any(|known| std::ptr::eq(*known, base)),
            "{}",
            made.name
        );
        assert!(
            made.size >= base.declaration().expect("built in").size,
            "{}",
            made.name
        );
        seen.push(class);
    }
    assert_eq!(types::ALL.len(), 69);
}

#[test]
fn operating_system_errors_find_their_class() {
    world::for_tests();
    let thread = Thread::attach().expect("a free thread state");
    let name = Str::new(&thread, "/nowhere").value();
    let raised = thread.os_error_at(libc::ENOENT, Some(name), None);
    assert!(raised.matches(&types::FILE_NOT_FOUND_ERROR));
    let args = raised.exception().args();
    assert_eq!(args.at(0), Value::small(2));
    assert_eq!(text(args.at(1)), "No such file or directory");
    assert_eq!(args.len(), 2);
    let this = raised.0.downcast::<OsError>().expect("an OSError");
    assert_eq!(this.filename.load(), Some(name));
    assert_eq!(this.errno.load(), Some(Value::small(2)));
    assert!(
        thread
            .os_error(libc::EACCES)
            .matches(&types::PERMISSION_ERROR)
    );
    let other = thread.os_error(libc::ENOSPC);
    assert_eq!(other.exception_class(), Ref::from_static(&types::OS_ERROR));
    assert_eq!(strerror(99_999), "Unknown error 99999");
}

#[test]
fn slots_are_filled() {
    world::for_tests();
    let thread = Thread::attach().expect("a free thread state");
    let stop = thread.stop_iteration(Some(Value::small(7)));
    let stop = stop.0.downcast::<StopIteration>().expect("a StopIteration");
    assert_eq!(stop.value.load(), Some(Value::small(7)));
    assert!(thread.stop_iteration(None).exception().args().is_empty());

    let name = Str::new(&thread, "x");
    let raised = thread.no_attribute(Value::small(1), name);
    assert_eq!(message(raised), "'int' object has no attribute 'x'");
    let this = raised
        .0
        .downcast::<AttributeError>()
        .expect("an AttributeError");
    assert_eq!(this.object.load(), Some(Value::small(1)));
    let class = Ref::from_static(&types::INT).value();
    let raised = thread.no_attribute(class, name);
    assert_eq!(message(raised), "type object 'int' has no attribute 'x'");
    let raised = thread.name_error(name);
    assert_eq!(message(raised), "name 'x' is not defined");

    let raised = thread.unicode_encode_error("ascii", name, 0, 1, "ordinal not in range(128)");
    assert_eq!(raised.exception().args().len(), 5);
    let raised = thread.unicode_translate_error(name, 0, 1, "nothing for it");
    assert_eq!(raised.exception().args().len(), 4);
    let cell = raised.0.as_cell().expect("a cell");
    // SAFETY: a UnicodeTranslateError has this layout.
    let this = unsafe { Ref::<UnicodeError>::from_cell(cell) };
    assert_eq!(this.encoding.load(), None);
    assert_eq!(this.end.load(), Some(Value::small(1)));

    let place = SyntaxPlace {
        filename: Some(name.value()),
        line: 3,
        offset: 5,
        text: None,
        end: Some((3, 9)),
    };
    let raised = thread.syntax_error(&types::TAB_ERROR, "mixed", place);
    assert!(raised.matches(&types::INDENTATION_ERROR));
    let this = raised.0.downcast::<SyntaxError>().expect("a SyntaxError");
    assert_eq!(this.line.load(), Some(Value::small(3)));
    assert_eq!(this.end_offset.load(), Some(Value::small(9)));
    assert_eq!(this.message.load().map(text).as_deref(), Some("mixed"));
}

fn exception(thread: &Thread) -> Ref<Exception> {
    match Exception::make(thread, &types::VALUE_ERROR, &[]) {
        Ok(made) => made,
        Err(_) => panic!("there is memory"),
    }
}

#[test]
fn what_is_handled_becomes_the_context() {
    world::for_tests();
    let mut thread = Thread::attach().expect("a free thread state");
    let handled = exception(&thread);
    let raised = handling(&mut thread, handled.value(), |thread| {
        assert_eq!(thread.handled(), Some(handled.value()));
        // An entry without exception, as a generator has one, hides nothing.
        handling(thread, grwl_object::none(), |thread| {
            thread.value_error("inner")
        })
    });
    assert_eq!(raised.exception().context(), Some(handled));
    assert!(!raised.exception().suppress_context());
    assert_eq!(thread.handled(), None);
    // What is handled is no context of itself.
    let again = handling(&mut thread, handled.value(), |thread| {
        thread.raise_value(handled.value())
    });
    assert_eq!(again.0, handled.value());
    assert_eq!(handled.context(), None);
}

#[test]
fn chains_do_not_become_circles() {
    world::for_tests();
    let thread = Thread::attach().expect("a free thread state");
    let [a, b, c] = [exception(&thread), exception(&thread), exception(&thread)];
    a.chain_to(&thread, b);
    b.chain_to(&thread, c);
    // c is raised while a is handled: a, b, and there it is cut.
    c.chain_to(&thread, a);
    assert_eq!(c.context(), Some(a));
    assert_eq!(a.context(), Some(b));
    assert_eq!(b.context(), None);
    // A circle that the program made by hand: it must end.
    b.set_context(&thread, Some(a));
    let new = exception(&thread);
    new.chain_to(&thread, a);
    assert_eq!(new.context(), Some(a));
    let alone = exception(&thread);
    alone.set_context(&thread, Some(alone));
    new.chain_to(&thread, alone);
    assert_eq!(new.context(), Some(alone));
}

#[test]
fn what_an_exception_holds_stays_alive() {
    world::for_tests();
    let mut thread = Thread::attach().expect("a free thread state");
    let outer = thread.key_error(Str::new(&thread, "outer").value());
    let mut last = outer.exception();
    for round in 0..2000 {
        let next = Str::new(&thread, &format!("message {round}"));
        let raised = thread.raise_with(&types::IMPORT_ERROR, &[next.value()]);
        raised.exception().set_cause(&thread, Some(last));
        last = raised.exception();
        let polled: PyResult<()> = thread.poll();
        assert!(polled.is_ok());
    }
    for round in (0..2000).rev() {
        assert!(last.suppress_context());
        assert_eq!(text(last.args().at(0)), format!("message {round}"));
        last = last.cause().expect("the chain goes on");
    }
    assert_eq!(last, outer.exception());
}
