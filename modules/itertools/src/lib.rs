//! The module `itertools`.
//!
//! | what | where |
//! |---|---|
//! | how all iterators lie in memory | `state` |
//! | `count`, `cycle`, `repeat` | `endless` |
//! | `compress`, `dropwhile`, `takewhile`, `filterfalse`, `islice`, `starmap` | `select` |
//! | `accumulate`, `batched`, `chain`, `pairwise`, `zip_longest` | `join` |
//! | `groupby` | `group` |
//! | `tee` | `tee` |
//! | `product`, `permutations`, `combinations`, `combinations_with_replacement` | `combine` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod combine;
mod endless;
mod group;
mod join;
mod select;
mod state;
mod tee;

use grwl_object::module::Module;
use grwl_object::{Method, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, intern, ready};

const DOC: &str = "Iterators that are made of other iterators, or of nothing, and take no more memory than they must.\n\nEndless: count, cycle, repeat.\nChoosing: compress, dropwhile, filterfalse, islice, takewhile.\nPutting together: accumulate, batched, chain, groupby, pairwise, starmap, tee, zip_longest.\nCombining: combinations, combinations_with_replacement, permutations, product.\n";

static TYPES: [(&str, &TypeObject, &TypeSpec); 22] = [
    ("accumulate", &join::ACCUMULATE, &join::ACCUMULATE_SPEC),
    ("batched", &join::BATCHED, &join::BATCHED_SPEC),
    ("chain", &join::CHAIN, &join::CHAIN_SPEC),
    (
        "combinations",
        &combine::COMBINATIONS,
        &combine::COMBINATIONS_SPEC,
    ),
    (
        "combinations_with_replacement",
        &combine::COMBINATIONS_WITH_REPLACEMENT,
        &combine::WITH_REPLACEMENT_SPEC,
    ),
    ("compress", &select::COMPRESS, &select::COMPRESS_SPEC),
    ("count", &endless::COUNT, &endless::COUNT_SPEC),
    ("cycle", &endless::CYCLE, &endless::CYCLE_SPEC),
    ("dropwhile", &select::DROP_WHILE, &select::DROP_WHILE_SPEC),
    (
        "filterfalse",
        &select::FILTER_FALSE,
        &select::FILTER_FALSE_SPEC,
    ),
    ("groupby", &group::GROUP_BY, &group::GROUP_BY_SPEC),
    ("_grouper", &group::GROUPER, &group::GROUPER_SPEC),
    ("islice", &select::SLICE, &select::SLICE_SPEC),
    ("pairwise", &join::PAIRWISE, &join::PAIRWISE_SPEC),
    (
        "permutations",
        &combine::PERMUTATIONS,
        &combine::PERMUTATIONS_SPEC,
    ),
    ("product", &combine::PRODUCT, &combine::PRODUCT_SPEC),
    ("repeat", &endless::REPEAT, &endless::REPEAT_SPEC),
    ("starmap", &select::STAR_MAP, &select::STAR_MAP_SPEC),
    ("takewhile", &select::TAKE_WHILE, &select::TAKE_WHILE_SPEC),
    ("_tee", &tee::TEE, &tee::TEE_SPEC),
    ("_tee_dataobject", &tee::TEE_LINK, &tee::TEE_LINK_SPEC),
    ("zip_longest", &join::ZIP_LONGEST, &join::ZIP_LONGEST_SPEC),
];

/// Those that call no function.
static NATIVE: &[&TypeObject] = &[
    &join::BATCHED,
    &join::CHAIN,
    &join::PAIRWISE,
    &join::ZIP_LONGEST,
    &endless::COUNT,
    &endless::CYCLE,
    &endless::REPEAT,
    &select::COMPRESS,
    &select::SLICE,
    &combine::PRODUCT,
    &combine::PERMUTATIONS,
    &combine::COMBINATIONS,
    &combine::COMBINATIONS_WITH_REPLACEMENT,
];

static FUNCTIONS: &[Method] = &[Method::any(
    "tee",
    tee::tee,
    "tee($module, iterable, n=2, /)\n--\n\nSeveral iterators over the elements of one.",
)];

/// Gives the types their functions.
pub fn install() {
    for (_, class, spec) in TYPES {
        class.define(spec);
    }
    grwl_types_sequence::turns::add_native(NATIVE);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "itertools");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, class, _) in TYPES {
        ready::ready(thread, class)?;
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}
