//! The algorithms: what each is called, how long its digest is, and how one begins.

use md5::Md5;
use sha1::Sha1;
use sha2::digest::{Digest, ExtendableOutput, Update, XofReader};
use sha2::{Sha224, Sha256, Sha384, Sha512};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use shake::{Shake128, Shake256};

use grwl_object::{Signature, TypeObject};

use crate::types;

/// The state of a digest.
pub(crate) trait Hash: Send {
    /// Takes data in.
    fn update(&mut self, data: &[u8]);
    /// The digest of what was taken in; `length` counts only if the algorithm gives as much as is wanted.
    fn digest(&self, length: usize) -> Vec<u8>;
    /// Another in the same state.
    fn copy(&self) -> Box<dyn Hash>;
}

/// One whose digests all have the same length.
struct Fixed<D>(D);

impl<D: Digest + Clone + Send + 'static> Hash for Fixed<D> {
    fn update(&mut self, data: &[u8]) {
        Digest::update(&mut self.0, data);
    }
    fn digest(&self, _: usize) -> Vec<u8> {
        self.0.clone().finalize().to_vec()
    }
    fn copy(&self) -> Box<dyn Hash> {
        Box::new(Self(self.0.clone()))
    }
}

/// One whose digests are as long as is wanted.
struct Extendable<D>(D);

impl<D: ExtendableOutput + Update + Clone + Send + 'static> Hash for Extendable<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }
    fn digest(&self, length: usize) -> Vec<u8> {
        let mut digest = vec![0; length];
        self.0.clone().finalize_xof().read(&mut digest);
        digest
    }
    fn copy(&self) -> Box<dyn Hash> {
        Box::new(Self(self.0.clone()))
    }
}

impl Hash for blake2b_simd::State {
    fn update(&mut self, data: &[u8]) {
        self.update(data);
    }
    fn digest(&self, _: usize) -> Vec<u8> {
        self.finalize().as_bytes().to_vec()
    }
    fn copy(&self) -> Box<dyn Hash> {
        Box::new(self.clone())
    }
}

impl Hash for blake2s_simd::State {
    fn update(&mut self, data: &[u8]) {
        self.update(data);
    }
    fn digest(&self, _: usize) -> Vec<u8> {
        self.finalize().as_bytes().to_vec()
    }
    fn copy(&self) -> Box<dyn Hash> {
        Box::new(self.clone())
    }
}

fn fixed<D: Digest + Clone + Send + 'static>() -> Box<dyn Hash> {
    Box::new(Fixed(D::new()))
}

fn extendable<D>() -> Box<dyn Hash>
where
    D: ExtendableOutput + Update + Default + Clone + Send + 'static,
{
    Box::new(Extendable(D::default()))
}

/// An algorithm.
pub(crate) struct Algorithm {
    /// What `hashlib` calls it.
    pub name: &'static str,
    /// The class of its objects.
    pub class: &'static TypeObject,
    /// Bytes of a digest; 0: as many as are wanted.
    pub digest_size: usize,
    /// Bytes that are worked on at once.
    pub block_size: usize,
    /// Begins one.
    pub begin: fn() -> Box<dyn Hash>,
    /// What the constructor takes.
    pub signature: Signature<3>,
}

const fn algorithm(
    name: &'static str,
    class: &'static TypeObject,
    digest_size: usize,
    block_size: usize,
    begin: fn() -> Box<dyn Hash>,
) -> Algorithm {
    Algorithm {
        name,
        class,
        digest_size,
        block_size,
        begin,
        signature: Signature::new(name, ["data", "usedforsecurity", "string"])
            .keyword_only_after(1, 0)
            .optional_after(0),
    }
}

pub(crate) static MD5: Algorithm = algorithm("md5", &types::MD5, 16, 64, fixed::<Md5>);
pub(crate) static SHA1: Algorithm = algorithm("sha1", &types::SHA1, 20, 64, fixed::<Sha1>);
pub(crate) static SHA224: Algorithm = algorithm("sha224", &types::SHA224, 28, 64, fixed::<Sha224>);
pub(crate) static SHA256: Algorithm = algorithm("sha256", &types::SHA256, 32, 64, fixed::<Sha256>);
pub(crate) static SHA384: Algorithm = algorithm("sha384", &types::SHA384, 48, 128, fixed::<Sha384>);
pub(crate) static SHA512: Algorithm = algorithm("sha512", &types::SHA512, 64, 128, fixed::<Sha512>);
pub(crate) static BLAKE2B: Algorithm = algorithm("blake2b", &types::BLAKE2B, 64, 128, || {
    Box::new(blake2b_simd::State::new())
});
pub(crate) static BLAKE2S: Algorithm = algorithm("blake2s", &types::BLAKE2S, 32, 64, || {
    Box::new(blake2s_simd::State::new())
});
/// SHA-3, and the two that give digests of any length.
pub(crate) static SHA3: [Algorithm; 6] = [
    algorithm("sha3_224", &types::SHA3_224, 28, 144, fixed::<Sha3_224>),
    algorithm("sha3_256", &types::SHA3_256, 32, 136, fixed::<Sha3_256>),
    algorithm("sha3_384", &types::SHA3_384, 48, 104, fixed::<Sha3_384>),
    algorithm("sha3_512", &types::SHA3_512, 64, 72, fixed::<Sha3_512>),
    algorithm(
        "shake_128",
        &types::SHAKE_128,
        0,
        168,
        extendable::<Shake128>,
    ),
    algorithm(
        "shake_256",
        &types::SHAKE_256,
        0,
        136,
        extendable::<Shake256>,
    ),
];
