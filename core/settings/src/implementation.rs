//! The options of `-X`, each beside the variable that stands for it, and their checks.
//!
//! Each function settles one thing. The variable is read first and checked even if an option replaces its value; the option counts then. Of
//! several options of one name the first counts. `configuration.rs` calls them in CPython's order, which shows when two are wrong.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::environment::{Environment, number, split_once};
use crate::exit::{Exit, Stage};
use crate::settings::Gil;

/// Where the options and variables are found.
pub(crate) struct Sources<'a> {
    pub(crate) xoptions: &'a [OsString],
    pub(crate) environment: &'a Environment,
}

fn fatal(function: &str, message: &str) -> Exit {
    Exit::fatal(Some(function), message, Stage::Preinitialized)
}

impl Sources<'_> {
    /// The first option of that name; inside, its value if there is an equals sign.
    fn option(&self, name: &str) -> Option<Option<&OsStr>> {
        self.xoptions
            .iter()
            .map(|option| split_once(option, b'='))
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }

    /// Its value, empty if there is none.
    fn option_value(&self, name: &str) -> Option<&[u8]> {
        self.option(name)
            .map(|value| value.unwrap_or_default().as_bytes())
    }

    fn variable(&self, name: &str) -> Option<&[u8]> {
        self.environment.get(name).map(OsStrExt::as_bytes)
    }

    /// Given at all, with whatever value?
    pub(crate) fn given(&self, option: &str, variable: Option<&str>) -> bool {
        self.option(option).is_some()
            || variable.is_some_and(|name| self.environment.get(name).is_some())
    }

    /// None leaves it to the locale.
    pub(crate) fn utf8_mode(&self) -> Result<Option<bool>, Exit> {
        let (value, message) = match self.option("utf8") {
            Some(None) => return Ok(Some(true)),
            Some(Some(value)) => (value.as_bytes(), "invalid -X utf8 option value"),
            None => match self.variable("PYTHONUTF8") {
                Some(value) => (value, "invalid PYTHONUTF8 environment variable value"),
                None => return Ok(None),
            },
        };
        zero_or_one(value).map(Some).ok_or_else(|| {
            Exit::fatal(
                Some("preconfig_init_utf8_mode"),
                message,
                Stage::Preinitializing,
            )
        })
    }

    /// Only checked: there is one allocator.
    pub(crate) fn check_allocator(&self) -> Result<(), Exit> {
        const NAMES: [&[u8]; 8] = [
            b"default",
            b"debug",
            b"pymalloc",
            b"pymalloc_debug",
            b"mimalloc",
            b"mimalloc_debug",
            b"malloc",
            b"malloc_debug",
        ];
        match self.variable("PYTHONMALLOC") {
            Some(name) if !NAMES.contains(&name) => Err(Exit::fatal(
                Some("preconfig_init_allocator"),
                "PYTHONMALLOC: unknown allocator",
                Stage::Preinitializing,
            )),
            _ => Ok(()),
        }
    }

    pub(crate) fn gil_variable(&self) -> Result<Option<Gil>, Exit> {
        self.variable("PYTHON_GIL").map(gil).transpose()
    }

    pub(crate) fn gil_option(&self) -> Result<Option<Gil>, Exit> {
        self.option_value("gil").map(gil).transpose()
    }

    /// Only checked: code is specialised once for all threads.
    pub(crate) fn check_thread_local_bytecode(&self) -> Result<(), Exit> {
        let check = |value: Option<&[u8]>, message: &str| match value {
            Some(value) if zero_or_one(value).is_none() => Err(fatal("config_init_tlbc", message)),
            _ => Ok(()),
        };
        check(
            self.variable("PYTHON_TLBC"),
            "PYTHON_TLBC=N: N is missing or invalid",
        )?;
        check(
            self.option_value("tlbc"),
            "-X tlbc=n: n is missing or invalid",
        )
    }

    pub(crate) fn import_time(&self) -> Result<i32, Exit> {
        let mut level = 0;
        if let Some(value) = self.variable("PYTHONPROFILEIMPORTTIME") {
            level = number(value).unwrap_or(1);
            if !(0..=2).contains(&level) {
                return Err(fatal(
                    "config_init_import_time",
                    "PYTHONPROFILEIMPORTTIME: numeric values other than 1 and 2 are reserved for \
                     future use.",
                ));
            }
        }
        if let Some(value) = self.option_value("importtime") {
            level = Some(value)
                .filter(|value| !value.is_empty())
                .and_then(number)
                .unwrap_or(1);
            if !(0..=2).contains(&level) {
                return Err(fatal(
                    "config_init_import_time",
                    "-X importtime: values other than 1 and 2 are reserved for future use.",
                ));
            }
        }
        Ok(level)
    }

    pub(crate) fn tracemalloc(&self) -> Result<i32, Exit> {
        const FUNCTION: &str = "config_init_tracemalloc";
        let frames = |value: &[u8]| number(value).filter(|&frames| frames >= 0);
        let mut result = 0;
        if let Some(value) = self.variable("PYTHONTRACEMALLOC") {
            result = frames(value)
                .ok_or_else(|| fatal(FUNCTION, "PYTHONTRACEMALLOC: invalid number of frames"))?;
        }
        match self.option("tracemalloc") {
            None => {}
            Some(None) => result = 1,
            Some(Some(value)) => {
                result = frames(value.as_bytes()).ok_or_else(|| {
                    fatal(FUNCTION, "-X tracemalloc=NFRAME: invalid number of frames")
                })?;
            }
        }
        Ok(result)
    }

    pub(crate) fn perf_profiling(&self) -> i32 {
        let mut result = 0;
        for (option, variable, level) in [
            ("perf", "PYTHONPERFSUPPORT", 1),
            ("perf_jit", "PYTHON_PERF_JIT_SUPPORT", 2),
        ] {
            let by_variable = self
                .variable(variable)
                .and_then(number)
                .is_some_and(|value| value != 0);
            if by_variable || self.option(option).is_some() {
                result = level;
            }
        }
        result
    }

    pub(crate) fn int_max_str_digits(&self) -> Result<i32, Exit> {
        const FUNCTION: &str = "config_init_int_max_str_digits";
        const DEFAULT: i32 = 4300;
        const LOWEST: i32 = 640;
        let limit = |value: &[u8]| number(value).filter(|&limit| limit == 0 || limit >= LOWEST);
        let mut result = DEFAULT;
        if let Some(value) = self.variable("PYTHONINTMAXSTRDIGITS") {
            result = limit(value).ok_or_else(|| {
                fatal(
                    FUNCTION,
                    "PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.",
                )
            })?;
        }
        if let Some(value) = self.option("int_max_str_digits") {
            result = value
                .and_then(|value| limit(value.as_bytes()))
                .ok_or_else(|| {
                    fatal(
                        FUNCTION,
                        "-X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.",
                    )
                })?;
        }
        Ok(result)
    }

    pub(crate) fn cpu_count(&self) -> Result<Option<i32>, Exit> {
        let count = |value: &[u8]| match value {
            b"default" => Ok(None),
            value => match number(value) {
                Some(count) if count >= 1 => Ok(Some(count)),
                _ => Err(fatal(
                    "config_init_cpu_count",
                    "-X cpu_count=n option: n is missing or an invalid number, n must be greater \
                     than 0",
                )),
            },
        };
        let mut result = None;
        if let Some(value) = self.variable("PYTHON_CPU_COUNT") {
            result = count(value)?;
        }
        if let Some(value) = self.option_value("cpu_count") {
            result = count(value)?;
        }
        Ok(result)
    }

    pub(crate) fn pycache_prefix(&self) -> Option<OsString> {
        match self.option("pycache_prefix") {
            // Given and empty, it takes the variable's effect away.
            Some(value) => value.filter(|value| !value.is_empty()),
            None => self.environment.get("PYTHONPYCACHEPREFIX"),
        }
        .map(OsStr::to_owned)
    }

    pub(crate) fn thread_inherit_context(&self) -> Result<Option<bool>, Exit> {
        self.number_flag(
            "config_init_thread_inherit_context",
            "PYTHON_THREAD_INHERIT_CONTEXT",
            "thread_inherit_context",
        )
    }

    pub(crate) fn context_aware_warnings(&self) -> Result<Option<bool>, Exit> {
        self.number_flag(
            "config_init_context_aware_warnings",
            "PYTHON_CONTEXT_AWARE_WARNINGS",
            "context_aware_warnings",
        )
    }

    /// Two flags that want a number, 0 or 1.
    fn number_flag(
        &self,
        function: &str,
        variable: &str,
        option: &str,
    ) -> Result<Option<bool>, Exit> {
        let flag = |value: &[u8]| match number(value) {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        };
        let mut result = None;
        if let Some(value) = self.variable(variable) {
            result = Some(flag(value).ok_or_else(|| {
                fatal(function, &format!("{variable}=N: N is missing or invalid"))
            })?);
        }
        if let Some(value) = self.option(option) {
            let value = value.and_then(|value| flag(value.as_bytes()));
            result = Some(value.ok_or_else(|| {
                fatal(function, &format!("-X {option}=n: n is missing or invalid"))
            })?);
        }
        Ok(result)
    }

    pub(crate) fn frozen_modules(&self) -> Result<bool, Exit> {
        let mut result = true;
        if let Some(value) = self.variable("PYTHON_FROZEN_MODULES") {
            result = on_or_off(value, "PYTHON_FROZEN_MODULES")?;
        }
        match self.option_value("frozen_modules") {
            None => {}
            Some(b"") => result = true,
            Some(value) => result = on_or_off(value, "option -X frozen_modules")?,
        }
        Ok(result)
    }
}

fn gil(value: &[u8]) -> Result<Gil, Exit> {
    match zero_or_one(value) {
        Some(true) => Ok(Gil::Global),
        Some(false) => Ok(Gil::ReadWrite),
        None => Err(fatal(
            "config_read_gil",
            "PYTHON_GIL / -X gil must be \"0\" or \"1\"",
        )),
    }
}

fn zero_or_one(value: &[u8]) -> Option<bool> {
    match value {
        b"0" => Some(false),
        b"1" => Some(true),
        _ => None,
    }
}

fn on_or_off(value: &[u8], whose: &str) -> Result<bool, Exit> {
    match value {
        b"on" => Ok(true),
        b"off" => Ok(false),
        _ => Err(Exit::fatal(
            None,
            &format!("bad value for {whose} (expected \"on\" or \"off\")"),
            Stage::Preinitialized,
        )),
    }
}
