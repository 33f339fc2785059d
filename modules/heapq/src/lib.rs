//! The module `_heapq`: a list as a heap, whose first element is the smallest (or, in functions that end in `_max`, the largest).
//!
//! ## Protocol
//! - If comparing the elements runs no Python code, an operation is one step, under the list's lock.
//! - Otherwise comparisons run without the lock, as in CPython, and each exchange of two elements is one step. So whatever other threads do meanwhile, no
//!   element is lost or doubled; a list whose length has changed is an error.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use grwl_object::list::{Elements, List};
use grwl_object::module::Module;
use grwl_object::protocol::{self, plain};
use grwl_object::{
    Args, CompareOp, Method, PyResult, Raised, Ref, Str, Thread, Value, ValueExt, intern, none,
};

const DOC: &str = "Heaps: lists in which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for all k.\nThe smallest element is a[0]; putting one in and taking the smallest out take time that grows with the logarithm of the length.\n";

const ABOUT: &str = "Heaps are binary trees without links: the children of element k stand at 2*k+1 and 2*k+2. The element at 0 is the winner of a tournament\nin which each parent is the better of its two children. To replace the winner, the tournament is played again along one path only.\n";

/// Which element comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Smallest,
    Largest,
}

static FUNCTIONS: &[Method] = &[
    Method::any(
        "heappush",
        |thread, _, args| push(thread, args, "heappush", Order::Smallest),
        "heappush($module, heap, item, /)\n--\n\nPut an item into a heap.",
    ),
    Method::any(
        "heappush_max",
        |thread, _, args| push(thread, args, "heappush_max", Order::Largest),
        "heappush_max($module, heap, item, /)\n--\n\nPut an item into a max-heap.",
    ),
    Method::one(
        "heappop",
        |thread, _, heap| pop(thread, heap, "heappop", Order::Smallest),
        "heappop($module, heap, /)\n--\n\nTake the smallest item out of a heap.",
    ),
    Method::one(
        "heappop_max",
        |thread, _, heap| pop(thread, heap, "heappop_max", Order::Largest),
        "heappop_max($module, heap, /)\n--\n\nTake the largest item out of a max-heap.",
    ),
    Method::any(
        "heapreplace",
        |thread, _, args| replace(thread, args, "heapreplace", Order::Smallest),
        "heapreplace($module, heap, item, /)\n--\n\nTake the smallest item out of a heap and put another in, in one go.",
    ),
    Method::any(
        "heapreplace_max",
        |thread, _, args| replace(thread, args, "heapreplace_max", Order::Largest),
        "heapreplace_max($module, heap, item, /)\n--\n\nTake the largest item out of a max-heap and put another in, in one go.",
    ),
    Method::any(
        "heappushpop",
        |thread, _, args| push_pop(thread, args, "heappushpop", Order::Smallest),
        "heappushpop($module, heap, item, /)\n--\n\nPut an item into a heap, then take the smallest out.",
    ),
    Method::any(
        "heappushpop_max",
        |thread, _, args| push_pop(thread, args, "heappushpop_max", Order::Largest),
        "heappushpop_max($module, heap, item, /)\n--\n\nPut an item into a max-heap, then take the largest out.",
    ),
    Method::one(
        "heapify",
        |thread, _, heap| heapify(thread, heap, "heapify", Order::Smallest),
        "heapify($module, heap, /)\n--\n\nMake a list a heap, in place, in linear time.",
    ),
    Method::one(
        "heapify_max",
        |thread, _, heap| heapify(thread, heap, "heapify_max", Order::Largest),
        "heapify_max($module, heap, /)\n--\n\nMake a list a max-heap, in place, in linear time.",
    ),
];

/// The items of a heap, whose list may change at any time or not at all.
trait Heap {
    /// How many items there are.
    fn len(&self) -> usize;
    /// Does the item at one index come before that at another? `Err(None)`: that cannot be said here.
    fn is_before(&mut self, a: usize, b: usize) -> Result<bool, Option<Raised>>;
    /// Exchanges two items.
    fn swap(&mut self, a: usize, b: usize) -> Result<(), Option<Raised>>;
}

/// A heap under its lock, for comparisons without Python code.
struct Still<'a, 'b> {
    elements: &'a mut Elements<'b>,
    order: Order,
}

impl Heap for Still<'_, '_> {
    fn len(&self) -> usize {
        self.elements.len()
    }

    fn is_before(&mut self, a: usize, b: usize) -> Result<bool, Option<Raised>> {
        let (a, b) = (self.elements.at(a), self.elements.at(b));
        let less = match self.order {
            Order::Smallest => plain::less(a, b),
            Order::Largest => plain::less(b, a),
        };
        less.ok_or(None)
    }

    fn swap(&mut self, a: usize, b: usize) -> Result<(), Option<Raised>> {
        self.elements.swap(a, b);
        Ok(())
    }
}

/// A heap whose items are compared by any means.
struct Open<'a> {
    thread: &'a mut Thread,
    list: Ref<List>,
    length: usize,
    order: Order,
}

impl Open<'_> {
    #[cold]
    fn changed(&self) -> Option<Raised> {
        Some(
            self.thread
                .runtime_error("list changed size during iteration"),
        )
    }
}

impl Heap for Open<'_> {
    fn len(&self) -> usize {
        self.length
    }

    fn is_before(&mut self, a: usize, b: usize) -> Result<bool, Option<Raised>> {
        let (Some(a), Some(b)) = (self.list.get(a), self.list.get(b)) else {
            return Err(self.changed());
        };
        let is_before = before(self.thread, self.order, a, b)?;
        if self.list.len() != self.length {
            return Err(self.changed());
        }
        Ok(is_before)
    }

    fn swap(&mut self, a: usize, b: usize) -> Result<(), Option<Raised>> {
        let mut elements = self.list.elements(self.thread);
        let is_done = elements.len() == self.length;
        if is_done {
            elements.swap(a, b);
        }
        drop(elements);
        if is_done { Ok(()) } else { Err(self.changed()) }
    }
}

/// Does `a` come before `b`?
fn before(thread: &mut Thread, order: Order, a: Value, b: Value) -> PyResult<bool> {
    match order {
        Order::Smallest => protocol::compare_bool(thread, a, b, CompareOp::Lt),
        Order::Largest => protocol::compare_bool(thread, b, a, CompareOp::Lt),
    }
}

/// How far the move of one item has come. It can be gone on with by other means of comparing.
#[derive(Clone, Copy, Debug)]
struct Move {
    /// It goes no higher.
    top: usize,
    /// Where it is.
    at: usize,
    /// Is it on its way up?
    is_rising: bool,
}

impl Move {
    /// The item at `at` belongs higher, if it is not where it belongs.
    const fn up(at: usize) -> Self {
        Self {
            top: 0,
            at,
            is_rising: true,
        }
    }

    /// The item at `top` belongs lower, if it is not where it belongs.
    const fn down(top: usize) -> Self {
        Self {
            top,
            at: top,
            is_rising: false,
        }
    }

    /// Moves the item to where it belongs. Down means: to the bottom first, along the children that come first, then up again. Items that are taken from
    /// the end mostly belong near the bottom, so that takes fewer comparisons.
    fn finish(&mut self, heap: &mut impl Heap) -> Result<(), Option<Raised>> {
        let length = heap.len();
        while !self.is_rising && self.at < length / 2 {
            let mut child = 2 * self.at + 1;
            if child + 1 < length && !heap.is_before(child, child + 1)? {
                child += 1;
            }
            heap.swap(self.at, child)?;
            self.at = child;
        }
        self.is_rising = true;
        while self.at > self.top {
            let parent = (self.at - 1) / 2;
            if !heap.is_before(self.at, parent)? {
                break;
            }
            heap.swap(parent, self.at)?;
            self.at = parent;
        }
        Ok(())
    }
}

/// Finishes a move under the lock, if that can be. What it gives back is to be finished without.
fn finish_still(elements: &mut Elements<'_>, order: Order, step: Move) -> Option<Move> {
    let mut step = step;
    let mut heap = Still { elements, order };
    step.finish(&mut heap).is_err().then_some(step)
}

/// Finishes a move without the lock.
fn finish_open(
    thread: &mut Thread,
    list: Ref<List>,
    order: Order,
    length: usize,
    step: Option<Move>,
) -> PyResult<()> {
    let Some(mut step) = step else {
        return Ok(());
    };
    let mut heap = Open {
        thread,
        list,
        length,
        order,
    };
    match step.finish(&mut heap) {
        Ok(()) => Ok(()),
        Err(Some(raised)) => Err(raised),
        Err(None) => unreachable!("any two items can be compared, or it raises"),
    }
}

/// The heap and the item of a call.
fn heap_and_item(thread: &mut Thread, args: Args<'_>, name: &str) -> PyResult<(Ref<List>, Value)> {
    let [heap, item] = args.unpack::<2>(thread, name, 2)?;
    let heap = heap.unwrap_or_else(none);
    match heap.downcast::<List>() {
        Some(list) => Ok((list, item.unwrap_or_else(none))),
        None => Err(thread.type_error(format_args!(
            "{name}() argument 1 must be list, not {}",
            heap.class().name()
        ))),
    }
}

fn only_heap(thread: &mut Thread, heap: Value, name: &str) -> PyResult<Ref<List>> {
    heap.downcast::<List>().ok_or_else(|| {
        thread.type_error(format_args!(
            "{name}() argument must be list, not {}",
            heap.class().name()
        ))
    })
}

fn push(thread: &mut Thread, args: Args<'_>, name: &str, order: Order) -> PyResult {
    let (list, item) = heap_and_item(thread, args, name)?;
    let mut elements = list.elements(thread);
    let last = elements.len();
    elements.push(item)?;
    let rest = finish_still(&mut elements, order, Move::up(last));
    drop(elements);
    finish_open(thread, list, order, last + 1, rest)?;
    Ok(none())
}

#[cold]
fn empty(thread: &Thread) -> Raised {
    thread.index_error("index out of range")
}

fn pop(thread: &mut Thread, heap: Value, name: &str, order: Order) -> PyResult {
    let list = only_heap(thread, heap, name)?;
    let mut elements = list.elements(thread);
    let Some(last) = elements.pop() else {
        return Err(empty(elements.thread()));
    };
    if elements.is_empty() {
        return Ok(last);
    }
    let first = elements.at(0);
    elements.set(0, last);
    let length = elements.len();
    let rest = finish_still(&mut elements, order, Move::down(0));
    drop(elements);
    finish_open(thread, list, order, length, rest)?;
    Ok(first)
}

/// Takes the first item out and puts another in; `None`: there is none.
fn exchange(
    thread: &mut Thread,
    list: Ref<List>,
    item: Value,
    order: Order,
) -> PyResult<Option<Value>> {
    let mut elements = list.elements(thread);
    let length = elements.len();
    if length == 0 {
        return Ok(None);
    }
    let first = elements.at(0);
    elements.set(0, item);
    let rest = finish_still(&mut elements, order, Move::down(0));
    drop(elements);
    finish_open(thread, list, order, length, rest)?;
    Ok(Some(first))
}

fn replace(thread: &mut Thread, args: Args<'_>, name: &str, order: Order) -> PyResult {
    let (list, item) = heap_and_item(thread, args, name)?;
    match exchange(thread, list, item, order)? {
        Some(first) => Ok(first),
        None => Err(empty(thread)),
    }
}

fn push_pop(thread: &mut Thread, args: Args<'_>, name: &str, order: Order) -> PyResult {
    let (list, item) = heap_and_item(thread, args, name)?;
    let mut elements = list.elements(thread);
    let length = elements.len();
    if length == 0 {
        return Ok(item);
    }
    let first = elements.at(0);
    let is_before = match order {
        Order::Smallest => plain::less(first, item),
        Order::Largest => plain::less(item, first),
    };
    match is_before {
        Some(false) => return Ok(item),
        Some(true) => {
            elements.set(0, item);
            let rest = finish_still(&mut elements, order, Move::down(0));
            drop(elements);
            finish_open(thread, list, order, length, rest)?;
            return Ok(first);
        }
        None => drop(elements),
    }
    if !before(thread, order, first, item)? {
        return Ok(item);
    }
    match exchange(thread, list, item, order)? {
        Some(first) => Ok(first),
        None => Err(empty(thread)),
    }
}

fn heapify(thread: &mut Thread, heap: Value, name: &str, order: Order) -> PyResult {
    let list = only_heap(thread, heap, name)?;
    let mut elements = list.elements(thread);
    let length = elements.len();
    let mut left = length / 2;
    let mut rest = None;
    while rest.is_none() && left > 0 {
        left -= 1;
        rest = finish_still(&mut elements, order, Move::down(left));
    }
    drop(elements);
    finish_open(thread, list, order, length, rest)?;
    while left > 0 {
        left -= 1;
        finish_open(thread, list, order, length, Some(Move::down(left)))?;
    }
    Ok(none())
}

/// Defines types; there are none.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_heapq");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    let about = Str::new(thread, ABOUT).value();
    module.add(thread, "__about__", about)?;
    Ok(module)
}
