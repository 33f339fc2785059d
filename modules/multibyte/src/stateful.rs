//! Encodings whose bytes mean what the bytes before have said: HZ, and the family of ISO 2022.
//!
//! A state is eight bytes. HZ's first one tells whether GB 2312 is on. In ISO 2022 the first four name the sets G0 to G3, each by the last byte
//! of the escape sequence that designates it, with [`DOUBLE`] if its characters have two bytes; the fifth has flags. Programs see a state as a
//! number (`getstate()`), the one that CPython has.

use grwl_text::Text;

use crate::convert::{Decoded, Encoded};
use crate::table::{Table, table_of};

/// What the bytes before have said.
pub(crate) type State = [u8; 8];

/// A set whose characters have two bytes.
const DOUBLE: u8 = 0x80;
const ASCII: u8 = b'B';
const G1: usize = 1;
const G2: usize = 2;
const FLAGS: usize = 4;
/// Bytes are of G1.
const SHIFTED: u8 = 1;
/// An unknown escape sequence is passed on up to its end.
const PASSING: u8 = 2;

const ESCAPE: u8 = 0x1b;
const SHIFT_IN: u8 = 0x0f;
const SHIFT_OUT: u8 = 0x0e;

/// The tilde of JIS X 0213's first plane, which EUC takes for the full-width one: it has the other in ASCII. Here it is only decoded.
const TILDE: u32 = 0xa2b2;

/// A set of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    /// JIS X 0201: two characters in the place of two of ASCII's.
    Roman,
    /// JIS X 0201: half-width Katakana.
    Katakana,
    /// The pairs of bytes of a codec of the family of EUC, without their high bits.
    Plane1(&'static str),
    /// The pairs of bytes behind 8F, likewise.
    Plane2(&'static str),
    /// Only those of [`Set::Plane1`] that stand for two characters.
    Pairs(&'static str),
    /// Only decoded, in G2.
    Latin1,
    /// Only decoded, in G2.
    Greek,
}

/// A set of an encoding: how it is designated, and what it is.
#[derive(Clone, Copy, Debug)]
struct Designation {
    mark: u8,
    set: Set,
}

const fn designation(mark: u8, set: Set) -> Designation {
    Designation { mark, set }
}

const JISX0208: Designation = designation(b'B' | DOUBLE, Set::Plane1("euc_jp"));
const JISX0208_1978: Designation = designation(b'@' | DOUBLE, Set::Plane1("euc_jp"));
const JISX0212: Designation = designation(b'D' | DOUBLE, Set::Plane2("euc_jp"));
const ROMAN: Designation = designation(b'J', Set::Roman);
const KATAKANA: Designation = designation(b'I', Set::Katakana);
const KSX1001: Designation = designation(b'C' | DOUBLE, Set::Plane1("euc_kr"));

/// A stateful encoding.
#[derive(Debug)]
pub(crate) struct Stateful {
    pub(crate) name: &'static str,
    designations: &'static [Designation],
    /// Has it shifts between G0 and G1? Otherwise those bytes stand for themselves.
    has_shifts: bool,
    /// Has it single characters of G2?
    has_g2: bool,
}

/// The stateful encodings, by the module that knows each.
pub(crate) static STATEFUL: [(&str, Stateful); 8] = [
    ("_codecs_cn", encoding("hz", &[])),
    (
        "_codecs_iso2022",
        Stateful {
            has_shifts: true,
            ..encoding("iso2022_kr", &[KSX1001])
        },
    ),
    (
        "_codecs_iso2022",
        encoding("iso2022_jp", &[JISX0208, ROMAN, JISX0208_1978]),
    ),
    (
        "_codecs_iso2022",
        encoding("iso2022_jp_1", &[JISX0208, JISX0212, ROMAN, JISX0208_1978]),
    ),
    (
        "_codecs_iso2022",
        Stateful {
            has_g2: true,
            ..encoding(
                "iso2022_jp_2",
                &[
                    JISX0208,
                    JISX0212,
                    KSX1001,
                    designation(b'A' | DOUBLE, Set::Plane1("gb2312")),
                    ROMAN,
                    JISX0208_1978,
                    designation(b'A', Set::Latin1),
                    designation(b'F', Set::Greek),
                ],
            )
        },
    ),
    (
        "_codecs_iso2022",
        encoding(
            "iso2022_jp_2004",
            &[
                designation(b'Q' | DOUBLE, Set::Pairs("euc_jis_2004")),
                JISX0208,
                designation(b'Q' | DOUBLE, Set::Plane1("euc_jis_2004")),
                designation(b'P' | DOUBLE, Set::Plane2("euc_jis_2004")),
            ],
        ),
    ),
    (
        "_codecs_iso2022",
        encoding(
            "iso2022_jp_3",
            &[
                designation(b'O' | DOUBLE, Set::Pairs("euc_jisx0213")),
                JISX0208,
                designation(b'O' | DOUBLE, Set::Plane1("euc_jisx0213")),
                designation(b'P' | DOUBLE, Set::Plane2("euc_jisx0213")),
            ],
        ),
    ),
    (
        "_codecs_iso2022",
        encoding(
            "iso2022_jp_ext",
            &[JISX0208, JISX0212, ROMAN, KATAKANA, JISX0208_1978],
        ),
    ),
];

const fn encoding(name: &'static str, designations: &'static [Designation]) -> Stateful {
    Stateful {
        name,
        designations,
        has_shifts: false,
        has_g2: false,
    }
}

/// Is it a row of JIS X 0213's second plane? EUC has JIS X 0212 in the others.
fn is_second_plane(row: u8) -> bool {
    matches!(row.wrapping_sub(0x20), 1 | 3..=5 | 8 | 12..=15 | 78..=94)
}

/// The two bytes of a sequence, if it is a pair of the first plane, without high bits.
fn first_plane(sequence: u32) -> Option<[u8; 2]> {
    let [high, low] = [(sequence >> 8) as u8, sequence as u8];
    (sequence <= 0xffff && high > 0xa0 && low > 0xa0).then_some([high & 0x7f, low & 0x7f])
}

impl Set {
    /// The table behind it.
    fn table(self) -> Option<&'static Table> {
        match self {
            Self::Plane1(name) | Self::Plane2(name) | Self::Pairs(name) => Some(table_of(name)),
            _ => None,
        }
    }

    fn of_second_plane(self, row: u8) -> bool {
        match self {
            Self::Plane2("euc_jp") => true,
            Self::Plane2(_) => is_second_plane(row),
            _ => false,
        }
    }

    /// Is it a first plane of JIS X 0213?
    fn is_jisx0213(self) -> bool {
        matches!(self, Self::Plane1(name) | Self::Pairs(name) if name.starts_with("euc_jis"))
    }

    /// The sequence that the table has for a character.
    fn sequence(self, code: u32) -> Option<u32> {
        let sequence = *self.table()?.encoded.get(&code)?;
        (!self.is_jisx0213() || sequence != TILDE).then_some(sequence)
    }

    /// The bytes of a character.
    fn encode(self, code: u32) -> Option<Vec<u8>> {
        match self {
            Self::Roman => match code {
                0xa5 => Some(vec![b'\\']),
                0x203e => Some(vec![b'~']),
                _ => None,
            },
            Self::Katakana => match code {
                0xff61..=0xff9f => Some(vec![(code - 0xff61) as u8 + 0x21]),
                _ => None,
            },
            Self::Plane1(_) => first_plane(self.sequence(code)?).map(Vec::from),
            Self::Plane2(_) => {
                let sequence = self.sequence(code)?;
                let [high, low] = [(sequence >> 8) as u8 & 0x7f, sequence as u8 & 0x7f];
                (sequence >> 16 == 0x8f && self.of_second_plane(high)).then(|| vec![high, low])
            }
            Self::Pairs(_) | Self::Latin1 | Self::Greek => None,
        }
    }

    /// The characters of two bytes.
    fn decode(self, high: u8, low: u8) -> Option<Decoded> {
        if !(0x21..0x7f).contains(&high) || !(0x21..0x7f).contains(&low) {
            return None;
        }
        let table = self.table()?;
        let pair = u32::from(high) << 8 | u32::from(low) | 0x8080;
        let sequence = match self {
            Self::Plane2(_) if self.of_second_plane(high) => 0x8f_0000 | pair,
            Self::Plane2(_) => return None,
            _ => pair,
        };
        if self.is_jisx0213() && sequence == TILDE {
            return Some(Decoded::One(2, '~'.into()));
        }
        match (
            table.decoded.get(&sequence),
            table.decoded_pairs.get(&sequence),
        ) {
            (Some(&code), _) => Some(Decoded::One(2, code)),
            (None, Some(&pair)) => Some(Decoded::Two(2, pair)),
            (None, None) => None,
        }
    }
}

/// ISO 8859-7, of 1987.
fn greek(byte: u8) -> Option<u32> {
    let code = u32::from(byte);
    match byte {
        ..=0xa0 | 0xa3 | 0xa6..=0xa9 | 0xab..=0xad | 0xb0..=0xb3 | 0xb7 | 0xbb | 0xbd => Some(code),
        0xa1 => Some(0x2018),
        0xa2 => Some(0x2019),
        0xaf => Some(0x2015),
        0xb4..=0xd1 | 0xd3..=0xfe => Some(code + 0x2d0),
        _ => None,
    }
}

impl Stateful {
    fn is_hz(&self) -> bool {
        self.designations.is_empty()
    }

    /// The state at the beginning, of who decodes or encodes.
    pub(crate) fn start(&self, decodes: bool) -> State {
        match (self.is_hz(), decodes) {
            (true, _) => State::default(),
            (false, true) => [ASCII, ASCII, ASCII, 0, 0, 0, 0, 0],
            (false, false) => [ASCII, ASCII, 0, 0, 0, 0, 0, 0],
        }
    }

    /// The state of who begins anew: what is designated as G1 stays so.
    pub(crate) fn again(&self, state: State) -> State {
        let mut again = state;
        if self.is_hz() {
            again[0] = 0;
        } else {
            again[0] = ASCII;
            again[FLAGS] &= !SHIFTED;
        }
        again
    }

    /// What the beginning of bytes stands for.
    pub(crate) fn decode_first(&self, state: &mut State, bytes: &[u8]) -> Decoded {
        if self.is_hz() {
            return decode_hz(state, bytes);
        }
        let byte = bytes[0];
        if state[FLAGS] & PASSING != 0 {
            if ends_escape(byte) {
                state[FLAGS] &= !PASSING;
            }
            return Decoded::One(1, byte.into());
        }
        match byte {
            ESCAPE => self.decode_escape(state, bytes),
            SHIFT_IN if self.has_shifts => {
                state[FLAGS] &= !SHIFTED;
                Decoded::Nothing(1)
            }
            SHIFT_OUT if self.has_shifts => {
                state[FLAGS] |= SHIFTED;
                Decoded::Nothing(1)
            }
            b'\n' => {
                state[FLAGS] &= !SHIFTED;
                Decoded::One(1, byte.into())
            }
            ..0x20 => Decoded::One(1, byte.into()),
            0x80.. => Decoded::Illegal(1),
            _ => self.decode_of_set(state, bytes),
        }
    }

    fn decode_of_set(&self, state: &State, bytes: &[u8]) -> Decoded {
        let place = usize::from(state[FLAGS] & SHIFTED != 0);
        let mark = state[place];
        if mark == ASCII {
            return Decoded::One(1, bytes[0].into());
        }
        let known = self
            .designations
            .iter()
            .find(|known| known.mark == mark)
            .map(|known| known.set);
        match known {
            Some(Set::Roman) => Decoded::One(
                1,
                match bytes[0] {
                    b'\\' => 0xa5,
                    b'~' => 0x203e,
                    byte => byte.into(),
                },
            ),
            Some(Set::Katakana) => match bytes[0] {
                byte @ 0x21..=0x5f => Decoded::One(1, u32::from(byte - 0x21) + 0xff61),
                _ => Decoded::Illegal(1),
            },
            Some(set) if mark & DOUBLE != 0 => match *bytes {
                [high, low, ..] => set.decode(high, low).unwrap_or(Decoded::Illegal(2)),
                _ => Decoded::Incomplete,
            },
            _ => Decoded::Illegal(1),
        }
    }

    fn decode_escape(&self, state: &mut State, bytes: &[u8]) -> Decoded {
        let Some(&second) = bytes.get(1) else {
            return Decoded::Incomplete;
        };
        match second {
            b'(' | b')' | b'$' | b'.' | b'&' => self.designate(state, bytes),
            b'N' if self.has_g2 => {
                let Some(&byte) = bytes.get(2) else {
                    return Decoded::Incomplete;
                };
                let code = match state[G2] {
                    b'A' if byte < 0x80 => Some(u32::from(byte) + 0x80),
                    b'F' => greek(byte ^ 0x80),
                    ASCII if byte < 0x80 => Some(byte.into()),
                    _ => None,
                };
                code.map_or(Decoded::Illegal(3), |code| Decoded::One(3, code))
            }
            _ => {
                state[FLAGS] |= PASSING;
                Decoded::One(1, ESCAPE.into())
            }
        }
    }

    /// An escape sequence that designates a set.
    fn designate(&self, state: &mut State, bytes: &[u8]) -> Decoded {
        /// Longer ones are none.
        const LONGEST: usize = 16;
        // A revision of JIS X 0208 is announced by ESC & @ before its own sequence.
        let skipped = match *bytes {
            [_, b'&', b'@', ..] if !self.has_shifts => 3,
            _ => 1,
        };
        let mut length = 0;
        for place in skipped..LONGEST {
            match bytes.get(place) {
                None => return Decoded::Incomplete,
                Some(&byte) if ends_escape(byte) => {
                    length = place + 1;
                    break;
                }
                Some(_) => {}
            }
        }
        let (place, mark) = match bytes[..length] {
            [] => return Decoded::Illegal(1),
            [_, b'$', mark @ (b'@' | b'A' | b'B')] => (0, mark | DOUBLE),
            [_, b'(', mark] => (0, mark),
            [_, b')', mark] => (G1, mark),
            [_, b'.', mark] if self.has_g2 => (G2, mark),
            [_, b'$', b'(', mark] => (0, mark | DOUBLE),
            [_, b'$', b')', mark] => (G1, mark | DOUBLE),
            [_, b'&', b'@', ESCAPE, b'$', b'B'] => (0, b'B' | DOUBLE),
            _ => return Decoded::Illegal(length),
        };
        if mark != ASCII && self.designations.iter().all(|known| known.mark != mark) {
            return Decoded::Illegal(length);
        }
        state[place] = mark;
        Decoded::Nothing(length)
    }

    /// Encodes the character at a place of a text, or two.
    pub(crate) fn encode_at(
        &self,
        state: &mut State,
        text: Text<'_>,
        at: usize,
        is_final: bool,
        out: &mut Vec<u8>,
    ) -> Encoded {
        let code = text.at(at);
        if self.is_hz() {
            return encode_hz(state, code, out);
        }
        if let Ok(byte @ ..0x80) = u8::try_from(code) {
            self.leave(state, out);
            out.push(byte);
            return Encoded::Taken(1);
        }
        for known in self.designations {
            if let Set::Pairs(name) = known.set {
                let table = table_of(name);
                if !table.pair_starts.contains(&code) {
                    continue;
                }
                if at + 1 == text.len() {
                    if is_final {
                        continue;
                    }
                    return Encoded::Wait;
                }
                let pair = table.encoded_pairs.get(&[code, text.at(at + 1)]);
                if let Some(bytes) = pair.and_then(|&sequence| first_plane(sequence)) {
                    self.choose(state, known.mark, out);
                    out.extend(bytes);
                    return Encoded::Taken(2);
                }
            } else if let Some(bytes) = known.set.encode(code) {
                self.choose(state, known.mark, out);
                out.extend(bytes);
                return Encoded::Taken(1);
            }
        }
        Encoded::Refused
    }

    /// Sees to it that the next bytes are of a set.
    fn choose(&self, state: &mut State, mark: u8, out: &mut Vec<u8>) {
        let last = mark & !DOUBLE;
        if self.has_shifts {
            if state[G1] != mark {
                out.extend([ESCAPE, b'$', b')', last]);
                state[G1] = mark;
            }
            if state[FLAGS] & SHIFTED == 0 {
                out.push(SHIFT_OUT);
                state[FLAGS] |= SHIFTED;
            }
        } else if state[0] != mark {
            match mark {
                0..DOUBLE => out.extend([ESCAPE, b'(', last]),
                // The oldest sets could have the shorter sequence too, but only this one is written so.
                _ if last == b'B' => out.extend([ESCAPE, b'$', last]),
                _ => out.extend([ESCAPE, b'$', b'(', last]),
            }
            state[0] = mark;
        }
    }

    /// Sees to it that the next bytes are ASCII.
    fn leave(&self, state: &mut State, out: &mut Vec<u8>) {
        if state[0] != ASCII {
            out.extend([ESCAPE, b'(', b'B']);
            state[0] = ASCII;
        }
        if state[FLAGS] & SHIFTED != 0 {
            out.push(SHIFT_IN);
            state[FLAGS] &= !SHIFTED;
        }
    }

    /// The end of a text.
    pub(crate) fn finish(&self, state: &mut State, out: &mut Vec<u8>) {
        if !self.is_hz() {
            self.leave(state, out);
        } else if state[0] != 0 {
            out.extend(*b"~}");
            state[0] = 0;
        }
    }
}

fn ends_escape(byte: u8) -> bool {
    matches!(byte, b'@'..=b'Z')
}

const GB2312: Set = Set::Plane1("gb2312");

fn decode_hz(state: &mut State, bytes: &[u8]) -> Decoded {
    let is_on = state[0] != 0;
    match *bytes {
        [b'~'] => Decoded::Incomplete,
        [b'~', b'~', ..] if !is_on => Decoded::One(2, '~'.into()),
        [b'~', b'\n', ..] if !is_on => Decoded::Nothing(2),
        [b'~', b'{', ..] if !is_on => {
            state[0] = 1;
            Decoded::Nothing(2)
        }
        [b'~', b'}', ..] if is_on => {
            state[0] = 0;
            Decoded::Nothing(2)
        }
        [b'~' | 0x80.., ..] => Decoded::Illegal(1),
        [byte, ..] if !is_on => Decoded::One(1, byte.into()),
        [high, low, ..] => GB2312.decode(high, low).unwrap_or(Decoded::Illegal(1)),
        _ => Decoded::Incomplete,
    }
}

fn encode_hz(state: &mut State, code: u32, out: &mut Vec<u8>) -> Encoded {
    if let Ok(byte @ ..0x80) = u8::try_from(code) {
        if state[0] != 0 {
            out.extend(*b"~}");
            state[0] = 0;
        }
        out.push(byte);
        if byte == b'~' {
            out.push(byte);
        }
        return Encoded::Taken(1);
    }
    let Some(bytes) = GB2312.encode(code) else {
        return Encoded::Refused;
    };
    if state[0] == 0 {
        out.extend(*b"~{");
        state[0] = 1;
    }
    out.extend(bytes);
    Encoded::Taken(1)
}
