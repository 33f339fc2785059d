//! The time zone: `tzset`, and the module's constants that tell of it.

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread, Tuple, Value, ValueExt, none};
use grwl_types_text::codec::decode_filesystem;

use crate::calendar::{ZONE, broken_down, now};

unsafe extern "C" {
    #[link_name = "tzset"]
    fn c_tzset();
}

const YEAR: i64 = (365 * 24 + 6) * 3600;

/// Sets `timezone`, `altzone`, `daylight` and `tzname`, from what holds in the winter and in the summer of this year.
pub(crate) fn add_to(thread: &mut Thread, module: Ref<Module>) -> PyResult<()> {
    let begin = now() / YEAR * YEAR;
    let mut seasons = [(0i64, Vec::new()), (0, Vec::new())];
    for (season, moment) in seasons.iter_mut().zip([begin, begin + YEAR / 2]) {
        match broken_down(moment, true) {
            Ok((time, name)) => *season = (-time.tm_gmtoff, name),
            Err(errno) => return Err(thread.os_error(errno)),
        }
    }
    let [january, july] = seasons;
    // South of the equator summer comes in January.
    let (standard, summer) = if january.0 < july.0 {
        (july, january)
    } else {
        (january, july)
    };
    module.add(thread, "timezone", Value::small(standard.0))?;
    module.add(thread, "altzone", Value::small(summer.0))?;
    let differs = i64::from(standard.0 != summer.0);
    module.add(thread, "daylight", Value::small(differs))?;
    let first = decode_filesystem(thread, &standard.1)?.value();
    let second = decode_filesystem(thread, &summer.1)?.value();
    let names = Tuple::try_new(thread, &[first, second])?;
    module.add(thread, "tzname", names.value())
}

pub(crate) fn tzset(thread: &mut Thread, module: Value) -> PyResult {
    {
        let _zone = ZONE
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // SAFETY: a plain call; the conversions that read what it writes hold the same mutex.
        unsafe { c_tzset() };
    }
    if let Some(module) = module.downcast::<Module>() {
        add_to(thread, module)?;
    }
    Ok(none())
}
