//! The classes of digests. Their objects all lie in memory alike: see `object`.

use grwl_heap::Kind;
use grwl_object::{Declaration, TypeObject, flags, types};

use crate::hmac::{HMAC_CELL, HmacObject};
use crate::object::{DIGEST_CELL, DigestObject};

const fn declaration(name: &'static str, type_flags: u64) -> Declaration {
    Declaration {
        name,
        base: Some(&types::OBJECT),
        class: &types::TYPE,
        flags: type_flags,
        cell: &DIGEST_CELL,
        kind: Kind::Owning,
        size: size_of::<DigestObject>(),
        attributes: 0,
    }
}

/// Declares classes: those that only a function makes instances of, then those that are called.
macro_rules! classes {
    ($($name:ident = $text:literal, $flags:expr;)*) => {
        $(
            #[doc = concat!("`", $text, "`")]
            pub static $name: TypeObject = TypeObject::declare(&declaration($text, $flags));
        )*
    };
}

classes! {
    MD5 = "_md5.md5", flags::DISALLOW_INSTANTIATION;
    SHA1 = "_sha1.sha1", flags::DISALLOW_INSTANTIATION;
    SHA224 = "_sha2.SHA224Type", flags::DISALLOW_INSTANTIATION;
    SHA256 = "_sha2.SHA256Type", flags::DISALLOW_INSTANTIATION;
    SHA384 = "_sha2.SHA384Type", flags::DISALLOW_INSTANTIATION;
    SHA512 = "_sha2.SHA512Type", flags::DISALLOW_INSTANTIATION;
    SHA3_224 = "_sha3.sha3_224", 0;
    SHA3_256 = "_sha3.sha3_256", 0;
    SHA3_384 = "_sha3.sha3_384", 0;
    SHA3_512 = "_sha3.sha3_512", 0;
    SHAKE_128 = "_sha3.shake_128", 0;
    SHAKE_256 = "_sha3.shake_256", 0;
    BLAKE2B = "_blake2.blake2b", 0;
    BLAKE2S = "_blake2.blake2s", 0;
}

/// `_hmac.HMAC`
pub static HMAC: TypeObject = TypeObject::declare(&Declaration {
    cell: &HMAC_CELL,
    size: size_of::<HmacObject>(),
    ..declaration("_hmac.HMAC", flags::DISALLOW_INSTANTIATION)
});
