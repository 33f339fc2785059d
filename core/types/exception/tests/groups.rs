//! Dividing groups of exceptions, and what a `try` with `except*` raises at its end.
//!
//! The packages that make types and methods callable are above: the test gives them as much of a call as is needed.

use std::sync::Once;

use grwl_object::descriptor::MethodDescriptor;
use grwl_object::exception::detail::Group;
use grwl_object::exception::{Exception, traceback::Traceback};
use grwl_object::function::call_native;
use grwl_object::list::List;
use grwl_object::{
    Args, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, none, protocol,
    ready, slots, types, world,
};
use grwl_types_exception::except::{match_group, matches, prep_reraise_star};

fn call_type(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    let class = class.downcast::<TypeObject>().expect("a type");
    let new = class.slot(slots::NEW).expect("a constructor");
    let this = new(thread, class, args)?;
    if let Some(init) = this.class().slot(slots::INIT) {
        init(thread, this, args)?;
    }
    Ok(this)
}

fn call_descriptor(thread: &mut Thread, descriptor: Value, args: Args<'_>) -> PyResult {
    let method = MethodDescriptor::of(descriptor).expect("a method").method();
    let receiver = args.values()[0];
    call_native(thread, method, receiver, args.without_first(), || {
        method.name.to_owned()
    })
}

/// That there is such a slot makes a type one of sequences.
fn item_of_tuple(_thread: &mut Thread, tuple: Value, index: isize) -> PyResult {
    let tuple = tuple.downcast::<Tuple>().expect("a tuple");
    Ok(tuple.at(index as usize))
}

fn item_of_list(_thread: &mut Thread, list: Value, index: isize) -> PyResult {
    let list = list.downcast::<List>().expect("a list");
    Ok(list.get(index as usize).expect("it has this element"))
}

fn begin(thread: &mut Thread) {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        grwl_types_exception::install();
        types::TYPE.slots().set(slots::CALL.is(call_type));
        types::TUPLE.slots().set(slots::ITEM.is(item_of_tuple));
        types::LIST.slots().set(slots::ITEM.is(item_of_list));
        types::METHOD_DESCRIPTOR
            .slots()
            .set(slots::CALL.is(call_descriptor));
        for class in types::ALL {
            assert!(ready::ready(thread, class).is_ok());
        }
        for (class, extra) in types::EXTRA_BASES {
            let order = class.mro().expect("it is ready");
            for base in *extra {
                let base = Ref::from_ref(base).value();
                assert!(
                    order.iter().any(|known| known == base),
                    "{class:?} lacks a base"
                );
            }
        }
    });
}

fn make(thread: &mut Thread, class: &'static TypeObject, args: &[Value]) -> Value {
    let class = Ref::from_static(class).value();
    protocol::call_positional(thread, class, args).expect("it can be made")
}

fn group(thread: &mut Thread, members: &[Value]) -> Value {
    let message = Str::new(thread, "g").value();
    let members = Tuple::new(thread, members).value();
    make(thread, &types::BASE_EXCEPTION_GROUP, &[message, members])
}

fn members(value: Value) -> Vec<usize> {
    let group = value.downcast::<Group>().expect("a group");
    let addresses = group.members().iter();
    addresses.map(address).collect()
}

fn address(value: Value) -> usize {
    value.as_cell().expect("a cell").as_ptr() as usize
}

fn exception(value: Value) -> Ref<Exception> {
    value.downcast::<Exception>().expect("an exception")
}

#[test]
fn groups_are_divided() {
    world::for_tests();
    let thread = &mut Thread::attach().expect("a free thread state");
    begin(thread);
    let value = make(thread, &types::VALUE_ERROR, &[]);
    let key = make(thread, &types::KEY_ERROR, &[]);
    let exit = make(thread, &types::SYSTEM_EXIT, &[]);
    let inner = group(thread, &[value, key]);
    assert_eq!(inner.class(), Ref::from_static(&types::EXCEPTION_GROUP));
    let outer = group(thread, &[inner, exit]);
    assert_eq!(
        outer.class(),
        Ref::from_static(&types::BASE_EXCEPTION_GROUP)
    );
    exception(outer).set_cause(thread, Some(exception(exit)));

    let filter = Ref::from_static(&types::LOOKUP_ERROR).value();
    let (matched, rest) = match_group(thread, outer, filter).expect("it can be divided");
    assert_eq!(matched.class(), Ref::from_static(&types::EXCEPTION_GROUP));
    assert_eq!(exception(matched).cause(), Some(exception(exit)));
    let matched_inner = matched
        .downcast::<Group>()
        .expect("a group")
        .members()
        .at(0);
    assert_eq!(members(matched_inner), [address(key)]);
    let left = rest.downcast::<Group>().expect("a group").members();
    assert_eq!(members(left.at(0)), [address(value)]);
    assert_eq!(left.at(1), exit);

    // All or nothing.
    let filter = Ref::from_static(&types::BASE_EXCEPTION).value();
    assert_eq!(match_group(thread, outer, filter), Ok((outer, none())));
    let filter = Ref::from_static(&types::OS_ERROR).value();
    let (matched, rest) = match_group(thread, outer, filter).expect("it can be divided");
    assert!(matched.is_none());
    assert_eq!(members(rest).len(), 2);

    // A single exception is wrapped.
    let filter = Ref::from_static(&types::VALUE_ERROR).value();
    let (matched, rest) = match_group(thread, value, filter).expect("it can be wrapped");
    assert_eq!(members(matched), [address(value)]);
    assert!(rest.is_none());
    assert_eq!(match_group(thread, key, filter), Ok((none(), key)));
}

#[test]
fn filters_are_checked() {
    world::for_tests();
    let thread = &mut Thread::attach().expect("a free thread state");
    begin(thread);
    let value = make(thread, &types::VALUE_ERROR, &[]);
    let text = |raised: Raised| {
        let message = raised.exception().args().at(0);
        message.downcast::<Str>().expect("a str").to_rust_lossy()
    };
    let cannot = "catching classes that do not inherit from BaseException is not allowed";
    let number = Value::small(1);
    let error = matches(thread, value, number).expect_err("a number");
    assert_eq!(text(error), cannot);
    let class = Ref::from_static(&types::VALUE_ERROR).value();
    let pair = Tuple::new(thread, &[number, class]).value();
    let error = match_group(thread, value, pair).expect_err("a number in a tuple");
    assert_eq!(text(error), cannot);
    let pair = Tuple::new(thread, &[Ref::from_static(&types::OS_ERROR).value(), class]);
    assert_eq!(matches(thread, value, pair.value()), Ok(true));
}

#[test]
fn what_is_raised_again_keeps_its_place() {
    world::for_tests();
    let thread = &mut Thread::attach().expect("a free thread state");
    begin(thread);
    let value = make(thread, &types::VALUE_ERROR, &[]);
    let key = make(thread, &types::KEY_ERROR, &[]);
    let original = group(thread, &[value, key]);
    let entry = Traceback::new(thread, None, none(), -1, 1);
    exception(original).set_traceback(thread, Some(entry));

    assert_eq!(prep_reraise_star(thread, original, &[]), Ok(none()));
    let filter = Ref::from_static(&types::KEY_ERROR).value();
    let (matched, rest) = match_group(thread, original, filter).expect("it can be divided");
    // Both parts raised again: the original's structure.
    let both = prep_reraise_star(thread, original, &[matched, rest]).expect("it can be joined");
    assert_eq!(members(both), [address(value), address(key)]);
    // One part left, nothing raised.
    let one = prep_reraise_star(thread, original, &[rest, none()]).expect("it can be joined");
    assert_eq!(members(one), [address(value)]);
    // A new exception beside what was left.
    let new = make(thread, &types::TYPE_ERROR, &[]);
    let mixed = prep_reraise_star(thread, original, &[new, rest]).expect("it can be joined");
    let parts = mixed.downcast::<Group>().expect("a group").members();
    assert_eq!(parts.at(0), new);
    assert_eq!(members(parts.at(1)), [address(value)]);
    // Only a new one.
    assert_eq!(prep_reraise_star(thread, original, &[new, none()]), Ok(new));
}
