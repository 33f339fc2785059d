//! What a Python operation returns: a value, or the exception that it raised.
//!
//! An exception is a value like any other and travels in the `Err`; there is no pending exception that
//! somebody could forget. A [`Raised`] lies on the native stack, where the collector finds it.

use grwl_value::Value;

/// A raised exception: an instance of `BaseException` or of a subclass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a raised exception is handled or passed on"]
pub struct Raised(pub Value);

/// The result of a Python operation.
pub type PyResult<T = Value> = Result<T, Raised>;
