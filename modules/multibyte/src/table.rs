//! What a codec converts to what, read from `tables.bin`, whose form `tables.py` tells, when the codec is first asked for.
//!
//! A byte sequence is a number here, its first byte the highest: sequences of different lengths are different numbers, for no sequence of
//! several bytes begins with zero.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::OnceLock;

static DATA: &[u8] = include_bytes!("tables.bin");

/// The codecs, in the order of the file: their names, and the modules that know them.
pub(crate) const CODECS: [(&str, &str); 16] = [
    ("gbk", "_codecs_cn"),
    ("gb2312", "_codecs_cn"),
    ("gb18030", "_codecs_cn"),
    ("big5", "_codecs_tw"),
    ("cp950", "_codecs_tw"),
    ("big5hkscs", "_codecs_hk"),
    ("euc_jis_2004", "_codecs_jp"),
    ("euc_jisx0213", "_codecs_jp"),
    ("euc_jp", "_codecs_jp"),
    ("shift_jis_2004", "_codecs_jp"),
    ("shift_jisx0213", "_codecs_jp"),
    ("cp932", "_codecs_jp"),
    ("shift_jis", "_codecs_jp"),
    ("cp949", "_codecs_kr"),
    ("euc_kr", "_codecs_kr"),
    ("johab", "_codecs_kr"),
];

/// What two of the codecs know beside their tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Nothing.
    Nothing,
    /// GB18030: all characters there are, in four bytes.
    FourBytes,
    /// EUC-KR: syllables that KS X 1001 lacks, spelled in eight bytes.
    Spelled,
}

/// A run of characters that GB18030 encodes as neighbours of four bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) first: u32,
    pub(crate) count: u32,
    pub(crate) sequence: u32,
}

/// A codec's tables.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) beside: Beside,
    /// The character of a sequence.
    pub(crate) decoded: HashMap<u32, u32>,
    /// The two characters of a sequence.
    pub(crate) decoded_pairs: HashMap<u32, [u32; 2]>,
    pub(crate) encoded: HashMap<u32, u32>,
    pub(crate) encoded_pairs: HashMap<[u32; 2], u32>,
    /// The first characters of pairs.
    pub(crate) pair_starts: HashSet<u32>,
    /// First bytes that call for another: the end of the input after one is an incomplete sequence.
    pub(crate) leads: [bool; 256],
    /// The first byte of the sequences of three bytes.
    pub(crate) lead_of_three: Option<u8>,
    pub(crate) runs: Vec<Run>,
    /// Sequences of two bytes that are refused as a whole: they came to JIS X 0213 in 2004.
    pub(crate) refused: HashSet<u32>,
}

/// The tables of the codec of a name that is among [`CODECS`].
pub(crate) fn table_of(name: &str) -> &'static Table {
    let index = CODECS.iter().position(|&(known, _)| known == name);
    table(index.expect("it is among the codecs"))
}

/// The tables of a codec.
pub(crate) fn table(index: usize) -> &'static Table {
    static TABLES: [OnceLock<Table>; CODECS.len()] = [const { OnceLock::new() }; CODECS.len()];
    TABLES[index].get_or_init(|| read(index))
}

struct Reader {
    at: usize,
}

impl Reader {
    fn byte(&mut self) -> u8 {
        self.at += 1;
        DATA[self.at - 1]
    }

    fn half(&mut self) -> u32 {
        let bytes = [self.byte(), self.byte()];
        u32::from(u16::from_le_bytes(bytes))
    }

    fn word(&mut self) -> u32 {
        let (low, high) = (self.half(), self.half());
        high << 16 | low
    }

    /// Goes past a codec.
    fn skip(&mut self) {
        self.byte();
        let gone = self.word() as usize;
        self.at += gone * 8;
        for _ in 0..self.word() {
            self.word();
            let count = self.word() as usize;
            self.at += count * 2;
        }
        for bytes in [12, 8, 12] {
            let count = self.word() as usize;
            self.at += count * bytes;
        }
    }
}

fn read(index: usize) -> Table {
    let mut from = Reader { at: 0 };
    for _ in 0..index {
        from.skip();
    }
    let base = from.byte();
    let (name, _) = CODECS[index];
    let mut made = Table {
        name,
        beside: match name {
            "gb18030" => Beside::FourBytes,
            "euc_kr" => Beside::Spelled,
            _ => Beside::Nothing,
        },
        decoded: HashMap::new(),
        decoded_pairs: HashMap::new(),
        encoded: HashMap::new(),
        encoded_pairs: HashMap::new(),
        pair_starts: HashSet::new(),
        leads: [false; 256],
        lead_of_three: None,
        runs: Vec::new(),
        refused: HashSet::new(),
    };
    if base > 0 {
        let base = table(usize::from(base) - 1);
        made.decoded.clone_from(&base.decoded);
        made.decoded_pairs.clone_from(&base.decoded_pairs);
    }
    for _ in 0..from.word() {
        let (first, count) = (from.word(), from.word());
        for sequence in first..first + count {
            made.decoded.remove(&sequence);
            made.decoded_pairs.remove(&sequence);
            if name.ends_with("jisx0213") {
                made.refused.insert(sequence);
            }
        }
    }
    for _ in 0..from.word() {
        let (first, count) = (from.word(), from.word());
        for sequence in first..first + count {
            made.decoded.insert(sequence, from.half());
        }
    }
    for _ in 0..from.word() {
        let (sequence, first, second) = (from.word(), from.word(), from.word());
        if second == 0 {
            made.decoded.insert(sequence, first);
        } else {
            made.decoded.remove(&sequence);
            made.decoded_pairs.insert(sequence, [first, second]);
        }
    }
    made.invert();
    for _ in 0..from.word() {
        let (code, sequence) = (from.word(), from.word());
        if sequence == 0 {
            made.encoded.remove(&code);
        } else {
            made.encoded.insert(code, sequence);
        }
    }
    for _ in 0..from.word() {
        made.runs.push(Run {
            first: from.word(),
            count: from.word(),
            sequence: from.word(),
        });
    }
    made
}

impl Table {
    /// Fills what follows from the decoding.
    fn invert(&mut self) {
        for (&sequence, &code) in &self.decoded {
            let smallest = self.encoded.entry(code).or_insert(sequence);
            *smallest = sequence.min(*smallest);
        }
        for (&sequence, &pair) in &self.decoded_pairs {
            self.encoded_pairs.insert(pair, sequence);
            self.pair_starts.insert(pair[0]);
        }
        self.lead_of_three = self
            .decoded
            .keys()
            .find(|&&sequence| sequence > 0xffff)
            .map(|sequence| (sequence >> 16) as u8);
        // As CPython's decoders have it: some ask for a second byte before they know whether there can be one.
        let leads: &[RangeInclusive<u8>] = match self.name {
            "shift_jis" => &[0x81..=0x9f, 0xe0..=0xea],
            "cp932" | "shift_jis_2004" | "shift_jisx0213" => &[0x81..=0x9f, 0xe0..=0xfc],
            _ => &[0x80..=0xff],
        };
        for byte in leads.iter().cloned().flatten() {
            self.leads[usize::from(byte)] = true;
        }
    }
}
