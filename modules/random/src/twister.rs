//! The generator MT19937 of Matsumoto and Nishimura.

/// How many words the state has.
pub(crate) const WORDS: usize = 624;
const MIDDLE: usize = 397;
const UPPER: u32 = 0x8000_0000;
const LOWER: u32 = 0x7FFF_FFFF;
const MATRIX: u32 = 0x9908_B0DF;

/// The state.
pub(crate) struct Twister {
    /// The words.
    pub(crate) words: [u32; WORDS],
    /// The next word that is used; `WORDS`: all are used up.
    pub(crate) index: usize,
}

impl Twister {
    fn from_word(seed: u32) -> Self {
        let mut words = [0; WORDS];
        words[0] = seed;
        for at in 1..WORDS {
            let before: u32 = words[at - 1];
            words[at] = 1_812_433_253u32
                .wrapping_mul(before ^ before >> 30)
                .wrapping_add(at as u32);
        }
        Self {
            words,
            index: WORDS,
        }
    }

    /// A generator of a key of at least one word.
    pub(crate) fn from_key(key: &[u32]) -> Self {
        let mut this = Self::from_word(19_650_218);
        let words = &mut this.words;
        let (mut at, mut in_key) = (1, 0);
        for _ in 0..WORDS.max(key.len()) {
            let before = words[at - 1];
            let mixed = (before ^ before >> 30).wrapping_mul(1_664_525);
            words[at] = (words[at] ^ mixed)
                .wrapping_add(key[in_key])
                .wrapping_add(in_key as u32);
            at += 1;
            in_key += 1;
            if at >= WORDS {
                words[0] = words[WORDS - 1];
                at = 1;
            }
            if in_key >= key.len() {
                in_key = 0;
            }
        }
        for _ in 1..WORDS {
            let before = words[at - 1];
            let mixed = (before ^ before >> 30).wrapping_mul(1_566_083_941);
            words[at] = (words[at] ^ mixed).wrapping_sub(at as u32);
            at += 1;
            if at >= WORDS {
                words[0] = words[WORDS - 1];
                at = 1;
            }
        }
        words[0] = UPPER;
        this
    }

    /// Makes new words of all that are used up.
    pub(crate) fn renew(words: &mut [u32; WORDS]) {
        for at in 0..WORDS {
            let mixed = words[at] & UPPER | words[(at + 1) % WORDS] & LOWER;
            let odd = if mixed & 1 == 1 { MATRIX } else { 0 };
            words[at] = words[(at + MIDDLE) % WORDS] ^ mixed >> 1 ^ odd;
        }
    }
}

/// What is given out for a word.
pub(crate) fn temper(mut word: u32) -> u32 {
    word ^= word >> 11;
    word ^= word << 7 & 0x9D2C_5680;
    word ^= word << 15 & 0xEFC6_0000;
    word ^ word >> 18
}
