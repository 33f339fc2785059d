//! `bytes` and `bytearray` beside CPython: see `vectors.py`.

#[path = "../../text/tests/harness/mod.rs"]
mod harness;

#[test]
fn as_cpython() {
    let mut thread = harness::start(|| {
        grwl_types_text::install();
        grwl_types_bytes::install();
        grwl_types_class::install();
        grwl_types_mapping::install();
        grwl_types_number::install();
        grwl_types_sequence::install();
    });
    let this = &mut thread;
    for class in grwl_types_bytes::TYPES {
        grwl_object::ready::ready(this, class).expect("a type");
    }
    harness::run(this, include_str!("vectors.txt"));
}
