//! The arguments of a call, and how a built-in function takes them apart.
//!
//! Arguments travel as in CPython's vectorcall (PEP 590): one slice of values, the last ones of which
//! belong to the names in `names`. They lie on the caller's stack: no tuple, no dict is made for a call to a built-in function.
//!
//! Messages are those of CPython's `getargs.c`.

use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::result::{PyResult, Raised};
use crate::string::Str;
use crate::thread::Thread;
use crate::tuple::Tuple;

/// The arguments of a call.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    values: &'a [Value],
    names: Option<Ref<Tuple>>,
}

impl<'a> Args<'a> {
    /// No arguments.
    pub const NONE: Args<'static> = Args {
        values: &[],
        names: None,
    };

    /// By position only.
    #[inline(always)]
    pub const fn positional(values: &'a [Value]) -> Self {
        Self {
            values,
            names: None,
        }
    }

    /// The last values belong to `names`, a tuple of different strings.
    #[inline(always)]
    pub const fn new(values: &'a [Value], names: Option<Ref<Tuple>>) -> Self {
        Self { values, names }
    }

    /// All values.
    #[inline(always)]
    pub const fn values(self) -> &'a [Value] {
        self.values
    }

    /// The names of the last values.
    #[inline(always)]
    pub const fn names(self) -> Option<Ref<Tuple>> {
        self.names
    }

    /// How many are given by name.
    #[inline(always)]
    pub fn keyword_count(self) -> usize {
        self.names.map_or(0, |names| names.len())
    }

    /// Those given by position.
    #[inline(always)]
    pub fn by_position(self) -> &'a [Value] {
        &self.values[..self.values.len() - self.keyword_count()]
    }

    /// Those given by name.
    pub fn by_name(self) -> impl Iterator<Item = (Ref<Str>, Value)> + 'a {
        let first = self.values.len() - self.keyword_count();
        let values = &self.values[first..];
        let names = self.names;
        values.iter().enumerate().map(move |(index, &value)| {
            let names = names.expect("an argument given by name has a name");
            // SAFETY: the names are strings (the contract of `new`).
            let name = unsafe { names.at(index).downcast_unchecked::<Str>() };
            (name, value)
        })
    }

    /// The argument with this name.
    pub fn named(self, name: &str) -> Option<Value> {
        self.by_name()
            .find(|(key, _)| key.is_str(name))
            .map(|(_, value)| value)
    }

    /// Is nothing given?
    #[inline(always)]
    pub const fn is_empty(self) -> bool {
        self.values.is_empty()
    }

    /// The same without the first positional one.
    pub fn without_first(self) -> Self {
        Self {
            values: &self.values[1..],
            names: self.names,
        }
    }

    /// Refuses arguments given by name: `TypeError: f() takes no keyword arguments`.
    ///
    /// # Errors
    /// If there are any.
    #[inline]
    pub fn no_keywords(self, thread: &mut Thread, function: &str) -> PyResult<&'a [Value]> {
        if self.keyword_count() == 0 {
            Ok(self.values)
        } else {
            Err(thread.type_error(format_args!("{function}() takes no keyword arguments")))
        }
    }

    /// Takes `N` slots of arguments, `least` of them required, by position only, as CPython's `_PyArg_CheckPositional` does.
    ///
    /// # Errors
    /// `TypeError` if there are too few or too many, or names.
    #[inline]
    pub fn unpack<const N: usize>(
        self,
        thread: &mut Thread,
        function: &str,
        least: usize,
    ) -> PyResult<[Option<Value>; N]> {
        let values = self.no_keywords(thread, function)?;
        let count = values.len();
        if count < least || count > N {
            return Err(wrong_count(thread, function, least, N, count));
        }
        let mut slots = [None; N];
        for (slot, &value) in slots.iter_mut().zip(values) {
            *slot = Some(value);
        }
        Ok(slots)
    }

    /// Takes the arguments apart by `signature`: one slot a parameter.
    ///
    /// # Errors
    /// `TypeError`, with CPython's message for a function made by Argument Clinic.
    #[inline]
    pub fn parse<const N: usize>(
        self,
        thread: &mut Thread,
        signature: &Signature<N>,
    ) -> PyResult<[Option<Value>; N]> {
        let mut slots = [None; N];
        if self.names.is_none()
            && self.values.len() >= signature.least
            && self.values.len() <= signature.positional
        {
            for (slot, &value) in slots.iter_mut().zip(self.values) {
                *slot = Some(value);
            }
            if signature.required_keywords == 0 {
                return Ok(slots);
            }
        }
        self.parse_slow(thread, signature, &mut slots)?;
        Ok(slots)
    }

    #[cold]
    fn parse_slow<const N: usize>(
        self,
        thread: &mut Thread,
        signature: &Signature<N>,
        slots: &mut [Option<Value>; N],
    ) -> PyResult<()> {
        let given = self.by_position();
        let Signature {
            function,
            parameters,
            positional_only,
            positional,
            least,
            ..
        } = *signature;
        let called = if function.is_empty() {
            "function".to_owned()
        } else {
            format!("{function}()")
        };
        let total = given.len() + self.keyword_count();
        if total > N {
            let kind = if given.is_empty() { "keyword " } else { "" };
            let s = if N == 1 { "" } else { "s" };
            if N == 0 {
                return Err(
                    thread.type_error(format_args!("{called} takes no arguments ({total} given)"))
                );
            }
            return Err(thread.type_error(format_args!(
                "{called} takes at most {N} {kind}argument{s} ({total} given)"
            )));
        }
        if given.len() > positional {
            let bound = if least < positional {
                "at most"
            } else {
                "exactly"
            };
            if positional == 0 {
                return Err(
                    thread.type_error(format_args!("{called} takes no positional arguments"))
                );
            }
            let s = if positional == 1 { "" } else { "s" };
            let count = given.len();
            return Err(thread.type_error(format_args!(
                "{called} takes {bound} {positional} positional argument{s} ({count} given)"
            )));
        }
        if given.len() < least.min(positional_only) {
            let bound = if least.min(positional_only) < positional {
                "at least"
            } else {
                "exactly"
            };
            let least = least.min(positional_only);
            let s = if least == 1 { "" } else { "s" };
            let count = given.len();
            return Err(thread.type_error(format_args!(
                "{called} takes {bound} {least} positional argument{s} ({count} given)"
            )));
        }
        for (slot, &value) in slots.iter_mut().zip(given) {
            *slot = Some(value);
        }
        let place_of = |name: Ref<Str>| {
            parameters[positional_only..]
                .iter()
                .position(|parameter| name.is_str(parameter))
                .map(|index| index + positional_only)
        };
        for (name, value) in self.by_name() {
            if let Some(index) = place_of(name) {
                if index < given.len() {
                    let place = index + 1;
                    return Err(thread.type_error(format_args!(
                        "argument for {called} given by name ('{name}') and position ({place})"
                    )));
                }
                slots[index] = Some(value);
            }
        }
        for (index, parameter) in parameters.iter().enumerate() {
            let is_required = index < least
                || index >= positional && index < positional + signature.required_keywords;
            if is_required && slots[index].is_none() {
                let place = index + 1;
                return Err(thread.type_error(format_args!(
                    "{called} missing required argument '{parameter}' (pos {place})"
                )));
            }
        }
        for (name, _) in self.by_name() {
            if place_of(name).is_none() {
                if parameters[..positional_only].iter().any(|p| name.is_str(p)) {
                    return Err(thread.type_error(format_args!(
                        "{called} got some positional-only arguments passed as keyword arguments: '{name}'"
                    )));
                }
                // CPython does not call it the same here.
                let called = if function.is_empty() {
                    "this function"
                } else {
                    &called
                };
                return Err(thread.type_error(format_args!(
                    "{called} got an unexpected keyword argument '{name}'"
                )));
            }
        }
        Ok(())
    }
}

#[cold]
fn wrong_count(
    thread: &mut Thread,
    function: &str,
    least: usize,
    most: usize,
    count: usize,
) -> Raised {
    let (bound, limit) = if least == most {
        ("", most)
    } else if count < least {
        ("at least ", least)
    } else {
        ("at most ", most)
    };
    let s = if limit == 1 { "" } else { "s" };
    thread.type_error(format_args!(
        "{function} expected {bound}{limit} argument{s}, got {count}"
    ))
}

/// The parameters of a built-in function. Parameters that must be given by name come last, required ones first among them.
#[derive(Clone, Copy, Debug)]
pub struct Signature<const N: usize> {
    /// For messages, without parentheses. Empty: messages call it `function`, as CPython's do where it does not know the name.
    pub function: &'static str,
    /// The names of the parameters.
    pub parameters: [&'static str; N],
    /// How many cannot be given by name.
    pub positional_only: usize,
    /// How many can be given by position.
    pub positional: usize,
    /// How many of the positional ones are required.
    pub least: usize,
    /// How many of those that must be given by name are required.
    pub required_keywords: usize,
}

impl<const N: usize> Signature<N> {
    /// A signature in which all parameters can be given by position and by name, and are required.
    pub const fn new(function: &'static str, parameters: [&'static str; N]) -> Self {
        Self {
            function,
            parameters,
            positional_only: 0,
            positional: N,
            least: N,
            required_keywords: 0,
        }
    }

    /// Only the first `least` are required.
    #[must_use]
    pub const fn optional_after(mut self, least: usize) -> Self {
        self.least = least;
        self
    }

    /// The first `count` cannot be given by name (`/`).
    #[must_use]
    pub const fn positional_only(mut self, count: usize) -> Self {
        self.positional_only = count;
        self
    }

    /// Those after the first `count` must be given by name (`*`); `required` of them have no default.
    #[must_use]
    pub const fn keyword_only_after(mut self, count: usize, required: usize) -> Self {
        self.positional = count;
        if self.least > count {
            self.least = count;
        }
        self.required_keywords = required;
        self
    }
}
