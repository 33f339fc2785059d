//! The codes of a pattern as an expression for finite automata, for patterns that mean the same to both.
//!
//! The codes are those of `re._compiler` (CPython's `Lib/re/_compiler.py`); the expression matches units of one byte. Both engines prefer the same of several matches: the first alternative,
//! the longest or shortest repetition. Not translated, because automata cannot do it or because the engines differ:
//! - references to groups, conditions, looking ahead and behind, atomic groups and possessive repetitions, the locale;
//! - repetitions of what may be empty, and groups within what may be repeated more than once;
//! - `$` that is not the last thing that is looked at.
//!
//! `$` matches at the end and before a last line break. An automaton cannot look at what comes after a match, so it takes the line break with it, and a group of its own
//! behind the pattern's groups says where the match really ends.
//!
//! ## Invariants
//! - Whatever the codes are, they are only read within their bounds: what does not look like the compiler's work is not translated.

use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, Hir, Look, Repetition};
use rustpython_sre_engine::{MAXREPEAT, SreAtCode, SreOpcode};

use crate::search::matches_one;

/// A translated pattern.
pub(crate) struct Translated {
    pub(crate) hir: Hir,
    /// Does it mean the same for ASCII text only?
    pub(crate) needs_ascii: bool,
    /// The groups in the order in which they end.
    pub(crate) closings: Vec<usize>,
    /// How many groups come behind the pattern's own, see above.
    pub(crate) line_ends: usize,
}

struct Translator<'a> {
    codes: &'a [u32],
    groups: usize,
    needs_ascii: bool,
    closings: Vec<usize>,
    line_ends: usize,
}

/// Where something stands.
#[derive(Clone, Copy)]
struct Place {
    /// Does nothing follow that looks at the text?
    is_last: bool,
    /// May it be matched more than once?
    is_repeated: bool,
}

/// Translates codes of a pattern with so many groups; `None`: it is none of those that can be.
pub(crate) fn translate(codes: &[u32], groups: usize) -> Option<Translated> {
    let mut translator = Translator {
        codes,
        groups,
        needs_ascii: false,
        closings: Vec::new(),
        line_ends: 0,
    };
    let end = codes.len().checked_sub(1)?;
    if translator.operation(end)? != SreOpcode::SUCCESS {
        return None;
    }
    let place = Place {
        is_last: true,
        is_repeated: false,
    };
    let hir = translator.sequence(0, end, place)?;
    Some(Translated {
        hir,
        needs_ascii: translator.needs_ascii,
        closings: translator.closings,
        line_ends: translator.line_ends,
    })
}

impl Translator<'_> {
    fn at(&self, index: usize) -> Option<usize> {
        self.codes.get(index).map(|&code| code as usize)
    }

    fn operation(&self, index: usize) -> Option<SreOpcode> {
        SreOpcode::try_from(*self.codes.get(index)?).ok()
    }

    /// What the number at a place says to skip, counted from there, if that lies within the end.
    fn skipped(&self, index: usize, end: usize) -> Option<usize> {
        let target = index.checked_add(self.at(index)?)?;
        (index < target && target <= end).then_some(target)
    }

    /// Do only ends of groups lie between here and the end?
    fn only_closes(&self, mut index: usize, end: usize) -> bool {
        while index < end {
            let is_close = self.operation(index) == Some(SreOpcode::MARK)
                && self.at(index + 1).is_some_and(|mark| mark % 2 == 1);
            if !is_close {
                return false;
            }
            index += 2;
        }
        true
    }

    /// What lies between two places.
    fn sequence(&mut self, mut index: usize, end: usize, place: Place) -> Option<Hir> {
        let mut parts = Vec::new();
        let mut open: Vec<(usize, Vec<Hir>)> = Vec::new();
        while index < end {
            let operation = self.operation(index)?;
            let (part, next) = match operation {
                SreOpcode::INFO => {
                    index = self.skipped(index + 1, end)?;
                    continue;
                }
                SreOpcode::MARK => {
                    let mark = self.at(index + 1)?;
                    let group = mark / 2 + 1;
                    if place.is_repeated || group > self.groups {
                        return None;
                    }
                    index += 2;
                    if mark % 2 == 0 {
                        open.push((group, std::mem::take(&mut parts)));
                    } else {
                        let (opened, before) = open.pop()?;
                        if opened != group {
                            return None;
                        }
                        self.closings.push(group);
                        let inside = std::mem::replace(&mut parts, before);
                        parts.push(capture(group, Hir::concat(inside)));
                    }
                    continue;
                }
                SreOpcode::AT => {
                    let is_last = place.is_last && self.only_closes(index + 2, end);
                    (self.assertion(index, is_last)?, index + 2)
                }
                SreOpcode::BRANCH => self.branch(index, end, place)?,
                SreOpcode::REPEAT | SreOpcode::REPEAT_ONE | SreOpcode::MIN_REPEAT_ONE => {
                    self.repetition(index, operation, end, place)?
                }
                _ => self.one(index, operation, end)?,
            };
            parts.push(part);
            index = next;
        }
        (index == end && open.is_empty()).then(|| Hir::concat(parts))
    }

    fn assertion(&mut self, index: usize, is_last: bool) -> Option<Hir> {
        let code = SreAtCode::try_from(*self.codes.get(index + 1)?).ok()?;
        Some(match code {
            SreAtCode::BEGINNING | SreAtCode::BEGINNING_STRING => Hir::look(Look::Start),
            SreAtCode::BEGINNING_LINE => Hir::look(Look::StartLF),
            SreAtCode::END_LINE => Hir::look(Look::EndLF),
            SreAtCode::END_STRING => Hir::look(Look::End),
            SreAtCode::BOUNDARY => Hir::look(Look::WordAscii),
            SreAtCode::UNI_BOUNDARY => {
                self.needs_ascii = true;
                Hir::look(Look::WordAscii)
            }
            SreAtCode::END if is_last => {
                self.line_ends += 1;
                let here = capture(self.groups + self.line_ends, Hir::empty());
                let before_line_break =
                    Hir::concat(vec![here, Hir::literal(*b"\n"), Hir::look(Look::End)]);
                Hir::alternation(vec![Hir::look(Look::End), before_line_break])
            }
            // What is no boundary of an empty text differs from version to version.
            _ => return None,
        })
    }

    /// Alternatives: a skip and a body that ends with a jump, each; a zero.
    fn branch(&mut self, index: usize, end: usize, place: Place) -> Option<(Hir, usize)> {
        let mut bodies = Vec::new();
        let mut skip = index + 1;
        while self.at(skip)? != 0 {
            let next = self.skipped(skip, end)?;
            let jump = next.checked_sub(2)?;
            if jump <= skip || self.operation(jump)? != SreOpcode::JUMP {
                return None;
            }
            bodies.push((skip + 1, jump));
            skip = next;
        }
        let next = skip + 1;
        if next > end || bodies.is_empty() {
            return None;
        }
        let is_last = place.is_last && self.only_closes(next, end);
        let place = Place { is_last, ..place };
        let mut parts = Vec::with_capacity(bodies.len());
        for (from, to) in bodies {
            parts.push(self.sequence(from, to, place)?);
        }
        Some((Hir::alternation(parts), next))
    }

    /// A skip, the least and the most, the body.
    fn repetition(
        &mut self,
        index: usize,
        operation: SreOpcode,
        end: usize,
        place: Place,
    ) -> Option<(Hir, usize)> {
        let target = self.skipped(index + 1, end)?;
        let (min, max) = (self.at(index + 2)?, self.at(index + 3)?);
        if min > max || max == 0 {
            return None;
        }
        let (body_end, next, greedy) = match operation {
            SreOpcode::REPEAT => {
                let greedy = match self.operation(target)? {
                    SreOpcode::MAX_UNTIL => true,
                    SreOpcode::MIN_UNTIL => false,
                    _ => return None,
                };
                (target, target + 1, greedy)
            }
            _ => {
                let success = target.checked_sub(1)?;
                if self.operation(success)? != SreOpcode::SUCCESS {
                    return None;
                }
                (success, target, operation == SreOpcode::REPEAT_ONE)
            }
        };
        if next > end {
            return None;
        }
        let place = Place {
            is_last: place.is_last && max == 1 && self.only_closes(next, end),
            is_repeated: place.is_repeated || max > 1,
        };
        let sub = self.sequence(index + 4, body_end, place)?;
        // What can never match has no length.
        if sub.properties().minimum_len()? == 0 {
            return None;
        }
        let repetition = Repetition {
            min: u32::try_from(min).ok()?,
            max: match max {
                MAXREPEAT => None,
                _ => Some(u32::try_from(max).ok()?),
            },
            greedy,
            sub: Box::new(sub),
        };
        Some((Hir::repetition(repetition), next))
    }

    /// Whatever matches exactly one unit.
    fn one(&self, index: usize, operation: SreOpcode, end: usize) -> Option<(Hir, usize)> {
        let next = match operation {
            SreOpcode::ANY | SreOpcode::ANY_ALL => index + 1,
            SreOpcode::LITERAL
            | SreOpcode::NOT_LITERAL
            | SreOpcode::LITERAL_IGNORE
            | SreOpcode::NOT_LITERAL_IGNORE
            | SreOpcode::LITERAL_UNI_IGNORE
            | SreOpcode::NOT_LITERAL_UNI_IGNORE
            | SreOpcode::CATEGORY => index + 2,
            SreOpcode::IN | SreOpcode::IN_IGNORE | SreOpcode::IN_UNI_IGNORE => {
                self.skipped(index + 1, end)?
            }
            _ => return None,
        };
        if next > end {
            return None;
        }
        if operation == SreOpcode::LITERAL
            && let Some(unit) = self.at(index + 1)
        {
            let hir = u8::try_from(unit).map_or_else(|_| Hir::fail(), |unit| Hir::literal([unit]));
            return Some((hir, next));
        }
        // The other engine knows best what its codes match.
        let mut codes = self.codes[index..next].to_vec();
        codes.push(SreOpcode::SUCCESS as u32);
        let units = (0..=u8::MAX).filter(|&unit| matches_one(&codes, unit));
        let ranges = units.map(|unit| ClassBytesRange::new(unit, unit));
        let class = ClassBytes::new(ranges);
        Some((Hir::class(Class::Bytes(class)), next))
    }
}

fn capture(group: usize, sub: Hir) -> Hir {
    Hir::capture(Capture {
        // Patterns have at most so many groups as codes.
        index: group as u32,
        name: None,
        sub: Box::new(sub),
    })
}
