//! The module `_statistics`: the inverse of the normal distribution's cumulative distribution function.
//!
//! Source: Wichura, M. J. (1988), "Algorithm AS241: The Percentage Points of the Normal Distribution", Applied Statistics 37 (3), 477-484: rational
//! approximations, of which one is for the middle and two are for the tails.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use grwl_object::module::Module;
use grwl_object::{Args, Method, PyResult, Ref, Str, Thread, Value, float, intern, none, protocol};

/// Near the middle.
const CENTRE_NUMERATOR: [f64; 8] = [
    2_509.080_928_730_122_7,
    33_430.575_583_588_13,
    67_265.770_927_008_7,
    45_921.953_931_549_87,
    13_731.693_765_509_46,
    1_971.590_950_306_551_3,
    133.141_667_891_784_38,
    3.387_132_872_796_366_5,
];

/// Near the middle.
const CENTRE_DENOMINATOR: [f64; 8] = [
    5_226.495_278_852_854,
    28_729.085_735_721_943,
    39_307.895_800_092_71,
    21_213.794_301_586_597,
    5_394.196_021_424_751,
    687.187_007_492_057_9,
    42.313_330_701_600_91,
    1.0,
];

/// Further out.
const TAIL_NUMERATOR: [f64; 8] = [
    0.000_774_545_014_278_341_4,
    0.022_723_844_989_269_184,
    0.241_780_725_177_450_6,
    1.270_458_252_452_368_4,
    3.647_848_324_763_204_5,
    5.769_497_221_460_691,
    4.630_337_846_156_546,
    1.423_437_110_749_683_5,
];

/// Further out.
const TAIL_DENOMINATOR: [f64; 8] = [
    1.050_750_071_644_416_9e-9,
    0.000_547_593_808_499_534_5,
    0.015_198_666_563_616_457,
    0.148_103_976_427_480_08,
    0.689_767_334_985_1,
    1.676_384_830_183_803_8,
    2.053_191_626_637_759,
    1.0,
];

/// Far out.
const FAR_NUMERATOR: [f64; 8] = [
    2.010_334_399_292_288_1e-7,
    2.711_555_568_743_487_6e-5,
    0.001_242_660_947_388_078_4,
    0.026_532_189_526_576_124,
    0.296_560_571_828_504_87,
    1.784_826_539_917_291_3,
    5.463_784_911_164_114,
    6.657_904_643_501_103,
];

/// Far out.
const FAR_DENOMINATOR: [f64; 8] = [
    2.044_263_103_389_939_7e-15,
    1.421_511_758_316_446e-7,
    1.846_318_317_510_054_8e-5,
    0.000_786_869_131_145_613_3,
    0.014_875_361_290_850_615,
    0.136_929_880_922_735_8,
    0.599_832_206_555_888,
    1.0,
];

/// A polynomial; the coefficient of the highest power comes first.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients[1..]
        .iter()
        .fold(coefficients[0], |sum, coefficient| sum * x + coefficient)
}

/// The value below which a normally distributed one lies with probability `p`; `None` if that is not between 0 and 1.
fn inverse(p: f64, mu: f64, sigma: f64) -> Option<f64> {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        let x = polynomial(&CENTRE_NUMERATOR, r) * q / polynomial(&CENTRE_DENOMINATOR, r);
        return Some(mu + x * sigma);
    }
    let r = if q <= 0.0 { p } else { 1.0 - p };
    if r <= 0.0 || r >= 1.0 {
        return None;
    }
    let r = (-r.ln()).sqrt();
    let (numerator, denominator, r) = if r <= 5.0 {
        (&TAIL_NUMERATOR, &TAIL_DENOMINATOR, r - 1.6)
    } else {
        (&FAR_NUMERATOR, &FAR_DENOMINATOR, r - 5.0)
    };
    let x = polynomial(numerator, r) / polynomial(denominator, r);
    let x = if q < 0.0 { -x } else { x };
    Some(mu + x * sigma)
}

fn inverse_of_values(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let given = args.unpack::<3>(thread, "_normal_dist_inv_cdf", 3)?;
    let mut floats = [0.0; 3];
    for (place, value) in floats.iter_mut().zip(given) {
        *place = protocol::as_float(thread, value.unwrap_or_else(none))?;
    }
    let [p, mu, sigma] = floats;
    match inverse(p, mu, sigma) {
        Some(x) => Ok(float::new(thread, x)),
        None => Err(thread.value_error("inv_cdf undefined for these parameters")),
    }
}

static FUNCTIONS: &[Method] = &[Method::any(
    "_normal_dist_inv_cdf",
    inverse_of_values,
    "_normal_dist_inv_cdf($module, p, mu, sigma, /)\n--\n\nThe value below which a normally distributed one lies with probability p.",
)];

/// Defines types; there are none.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_statistics");
    let doc = Str::new(thread, "Accelerators for the statistics module.\n").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    Ok(module)
}
