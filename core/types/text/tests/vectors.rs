//! `str` beside CPython: see `vectors.py`.

mod harness;

#[test]
fn as_cpython() {
    let mut thread = harness::start(|| {
        grwl_types_text::install();
        grwl_types_class::install();
        grwl_types_mapping::install();
        grwl_types_number::install();
        grwl_types_sequence::install();
    });
    harness::run(&mut thread, include_str!("vectors.txt"));
}
