//! The modules `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2` and `_hmac`: what `hashlib` and `hmac` are made of. The algorithms are those of
//! the RustCrypto project, and of `blake2b_simd` and `blake2s_simd`.
//!
//! | what | where |
//! |---|---|
//! | the algorithms | `algorithm` |
//! | their classes | [`types`] |
//! | digests as objects | `object`; how the two BLAKE2 are made: `blake2` |
//! | keyed digests | `hmac` |
//!
//! An object takes in data of one thread at a time, longer data in a Safe region.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod algorithm;
mod blake2;
mod hmac;
mod object;
pub mod types;

use grwl_object::module::Module;
use grwl_object::{
    Method, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, intern, protocol, ready,
};

use algorithm::{MD5, SHA1, SHA224, SHA256, SHA384, SHA512};
use object::make;

/// Gives the types their functions.
pub fn install() {
    let specs: [(&TypeObject, &'static TypeSpec); 15] = [
        (&types::MD5, &object::PLAIN_SPEC),
        (&types::SHA1, &object::PLAIN_SPEC),
        (&types::SHA224, &object::PLAIN_SPEC),
        (&types::SHA256, &object::PLAIN_SPEC),
        (&types::SHA384, &object::PLAIN_SPEC),
        (&types::SHA512, &object::PLAIN_SPEC),
        (&types::SHA3_224, &object::SHA3_224_SPEC),
        (&types::SHA3_256, &object::SHA3_256_SPEC),
        (&types::SHA3_384, &object::SHA3_384_SPEC),
        (&types::SHA3_512, &object::SHA3_512_SPEC),
        (&types::SHAKE_128, &object::SHAKE_128_SPEC),
        (&types::SHAKE_256, &object::SHAKE_256_SPEC),
        (&types::BLAKE2B, &blake2::SPEC_B),
        (&types::BLAKE2S, &blake2::SPEC_S),
        (&types::HMAC, &hmac::SPEC),
    ];
    for (class, spec) in specs {
        class.define(spec);
    }
}

/// From this length on, CPython lets other threads run while it hashes; here, too.
const LONG: i64 = 2048;

fn module(
    thread: &mut Thread,
    name: &str,
    doc: Option<&str>,
    functions: &'static [Method],
    classes: &[(&str, &'static TypeObject)],
) -> PyResult<Ref<Module>> {
    let name = intern(thread, name);
    let doc = doc.map(|doc| Str::new(thread, doc).value());
    let module = Module::new(thread, name, doc)?;
    module.add_functions(thread, functions)?;
    for &(name, class) in classes {
        ready::ready(thread, class)?;
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    module.add(thread, "_GIL_MINSIZE", Value::small(LONG))?;
    Ok(module)
}

/// The function that makes a digest.
macro_rules! constructor {
    ($name:literal, $algorithm:ident, $what:literal) => {
        Method::any(
            $name,
            |thread, _, args| make(thread, args, &$algorithm),
            concat!(
                $name,
                "($module, /, data=b'', *, usedforsecurity=True, string=None)\n--\n\n",
                $what
            ),
        )
    };
}

/// Makes `_md5`.
///
/// # Errors
/// `MemoryError`.
pub fn create_md5(thread: &mut Thread) -> PyResult<Ref<Module>> {
    static FUNCTIONS: &[Method] = &[constructor!("md5", MD5, "An MD5 digest.")];
    module(thread, "_md5", None, FUNCTIONS, &[("MD5Type", &types::MD5)])
}

/// Makes `_sha1`.
///
/// # Errors
/// `MemoryError`.
pub fn create_sha1(thread: &mut Thread) -> PyResult<Ref<Module>> {
    static FUNCTIONS: &[Method] = &[constructor!("sha1", SHA1, "A SHA-1 digest.")];
    module(
        thread,
        "_sha1",
        None,
        FUNCTIONS,
        &[("SHA1Type", &types::SHA1)],
    )
}

/// Makes `_sha2`.
///
/// # Errors
/// `MemoryError`.
pub fn create_sha2(thread: &mut Thread) -> PyResult<Ref<Module>> {
    static FUNCTIONS: &[Method] = &[
        constructor!("sha224", SHA224, "A SHA-2 digest of 28 bytes."),
        constructor!("sha256", SHA256, "A SHA-2 digest of 32 bytes."),
        constructor!("sha384", SHA384, "A SHA-2 digest of 48 bytes."),
        constructor!("sha512", SHA512, "A SHA-2 digest of 64 bytes."),
    ];
    let classes = [
        ("SHA224Type", &types::SHA224),
        ("SHA256Type", &types::SHA256),
        ("SHA384Type", &types::SHA384),
        ("SHA512Type", &types::SHA512),
    ];
    module(thread, "_sha2", None, FUNCTIONS, &classes)
}

/// Makes `_sha3`.
///
/// # Errors
/// `MemoryError`.
pub fn create_sha3(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let classes = [
        ("sha3_224", &types::SHA3_224),
        ("sha3_256", &types::SHA3_256),
        ("sha3_384", &types::SHA3_384),
        ("sha3_512", &types::SHA3_512),
        ("shake_128", &types::SHAKE_128),
        ("shake_256", &types::SHAKE_256),
    ];
    let module = module(thread, "_sha3", None, &[], &classes)?;
    let implementation = Str::new(thread, "RustCrypto").value();
    module.add(thread, "implementation", implementation)?;
    Ok(module)
}

/// Makes `_blake2`.
///
/// # Errors
/// `MemoryError`.
pub fn create_blake2(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let classes = [("blake2b", &types::BLAKE2B), ("blake2s", &types::BLAKE2S)];
    let doc = "The digests BLAKE2b and BLAKE2s, for hashlib.";
    let module = module(thread, "_blake2", Some(doc), &[], &classes)?;
    for &(name, attribute, class) in blake2::NUMBERS {
        let class = Ref::from_static(class).value();
        let value = protocol::get_attribute_str(thread, class, attribute)?;
        module.add(thread, name, value)?;
    }
    Ok(module)
}

/// Makes `_hmac`.
///
/// # Errors
/// `MemoryError`.
pub fn create_hmac(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let classes = [("HMAC", &types::HMAC)];
    let module = module(thread, "_hmac", None, hmac::FUNCTIONS, &classes)?;
    hmac::UNKNOWN_HASH.add_to(thread, module)?;
    Ok(module)
}
