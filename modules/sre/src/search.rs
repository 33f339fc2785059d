//! What is searched, and searching it: with the engine, or with the pattern's automaton once it has one.
//!
//! Text and bytes are searched where they lie (see `drive`). Strings are immutable and cells do not move, so the engine may look at them in a Safe region;
//! other bytes-like objects are copied.

use grwl_object::bytes::Bytes;
use grwl_object::{PyResult, Ref, Str, Thread, Value, ValueExt, buffer};
use grwl_text::Text;
use rustpython_sre_engine::{Request, State, StrDrive};

use crate::automaton::{self, Answer, Haystack, place};
use crate::drive::Units;
use crate::pattern::Pattern;

/// What is searched.
pub(crate) struct Subject {
    /// The object.
    pub(crate) object: Value,
    /// Its bytes, if it is neither `str` nor `bytes`.
    copied: Option<Vec<u8>>,
}

impl Subject {
    /// An object as what can be searched.
    pub(crate) fn new(thread: &mut Thread, object: Value) -> PyResult<Self> {
        let mut copied = None;
        if object.downcast::<Str>().is_none() && object.downcast::<Bytes>().is_none() {
            if !buffer::is_supported(object) {
                return Err(thread.type_error(format_args!(
                    "expected string or bytes-like object, got '{}'",
                    object.class().name()
                )));
            }
            copied = Some(buffer::bytes_of(thread, object)?);
        }
        Ok(Self { object, copied })
    }

    /// Its characters or bytes.
    pub(crate) fn text(&self) -> Text<'_> {
        if let Some(copied) = &self.copied {
            return Text::One(copied);
        }
        if let Some(bytes) = self.object.downcast::<Bytes>() {
            return Text::One(bytes.as_slice());
        }
        match self.object.downcast::<Str>() {
            // SAFETY: the object is a field of this, which lies on the native stack.
            Some(string) => unsafe { string.long() }.text(),
            None => Text::One(&[]),
        }
    }

    /// Is it text that is known to be ASCII?
    fn is_ascii(&self) -> bool {
        self.object
            .downcast::<Str>()
            .is_some_and(|string| string.is_ascii())
    }

    /// Is it no text?
    pub(crate) fn is_bytes(&self) -> bool {
        self.object.downcast::<Str>().is_none()
    }

    /// A part of it; the whole of exactly a `str` or `bytes` is itself.
    pub(crate) fn slice(&self, thread: &Thread, start: usize, end: usize) -> PyResult {
        let text = self.text();
        let (start, end) = (start.min(text.len()), end.min(text.len()));
        let end = end.max(start);
        let is_whole = start == 0 && end == text.len();
        if self.is_bytes() {
            if is_whole && self.object.downcast_exact::<Bytes>().is_some() {
                return Ok(self.object);
            }
            return match text.slice(start..end) {
                Text::One(bytes) => Ok(Bytes::new(thread, bytes)?.value()),
                _ => Err(thread.system_error("bytes have one byte a unit")),
            };
        }
        if is_whole && self.object.downcast_exact::<Str>().is_some() {
            return Ok(self.object);
        }
        if end == start + 1 {
            return Ok(Str::from_code(thread, text.at(start)).value());
        }
        Ok(Str::try_from_text(thread, text.slice(start..end))?.value())
    }
}

/// Refuses text for a pattern of bytes, and bytes for one of text.
pub(crate) fn check_kind(thread: &Thread, pattern: Ref<Pattern>, is_bytes: bool) -> PyResult<()> {
    match pattern.is_bytes() {
        Some(true) if !is_bytes => {
            Err(thread.type_error("cannot use a bytes pattern on a string-like object"))
        }
        Some(false) if is_bytes => {
            Err(thread.type_error("cannot use a string pattern on a bytes-like object"))
        }
        _ => Ok(()),
    }
}

/// How a place is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Only at the start.
    Match,
    /// From the start to the end.
    FullMatch,
    /// Anywhere.
    Search,
}

/// A match: for each group, 0 being the whole, where it begins and ends; -1 where it does not take part.
pub(crate) struct Found {
    /// Two small integers a group: no cells, so they may lie outside the heap.
    pub(crate) spans: Vec<Value>,
    /// The group that ended last; -1 if there is none.
    pub(crate) last_index: i64,
}

impl Found {
    /// Where a group lies, if it takes part.
    pub(crate) fn span(&self, group: usize) -> Option<(usize, usize)> {
        let place = |index: usize| usize::try_from(self.spans[index].as_int()?).ok();
        Some((place(2 * group)?, place(2 * group + 1)?))
    }

    /// Where the match begins.
    pub(crate) fn start(&self) -> usize {
        self.span(0).map_or(0, |(start, _)| start)
    }

    /// Where the match ends.
    pub(crate) fn end(&self) -> usize {
        self.span(0).map_or(0, |(_, end)| end)
    }
}

/// Below this many characters a search that does not go back and forth is over sooner than a Safe region is entered.
const SHORT: usize = 16;

/// The same for automata, which look at each unit once.
const SHORT_FOR_AUTOMATA: usize = 512;

/// A search that goes on from match to match.
pub(crate) struct Searcher<'a> {
    pattern: Ref<Pattern>,
    text: Text<'a>,
    is_ascii: bool,
    state: State,
    /// Where the next match may begin.
    pub(crate) start: usize,
    /// Where it must end.
    pub(crate) end: usize,
    must_advance: bool,
}

impl<'a> Searcher<'a> {
    /// A search from `start` to `end`; both are brought into the text.
    pub(crate) fn new(
        pattern: Ref<Pattern>,
        subject: &'a Subject,
        start: isize,
        end: isize,
    ) -> Self {
        let text = subject.text();
        let length = text.len();
        let bring = |place: isize| usize::try_from(place).unwrap_or(0).min(length);
        let (start, end) = (bring(start), bring(end));
        Self {
            pattern,
            text,
            is_ascii: subject.is_ascii(),
            state: State::default(),
            start,
            end,
            must_advance: false,
        }
    }

    /// Lets the next match not be empty where it begins.
    pub(crate) fn set_must_advance(&mut self, must: bool) {
        self.must_advance = must;
    }

    /// Must the next match not be empty where it begins?
    pub(crate) fn must_advance(&self) -> bool {
        self.must_advance
    }

    /// The next match; the search goes on behind it.
    pub(crate) fn next(&mut self, thread: &mut Thread, how: How) -> PyResult<Option<Found>> {
        thread.poll()?;
        if self.start > self.end {
            return Ok(None);
        }
        let pattern = self.pattern;
        if pattern.codes().is_empty() {
            return Err(thread.runtime_error("invalid SRE code"));
        }
        let found = match self.ask_automaton(thread, how) {
            Answer::Found(found) => Some(found),
            Answer::Nothing => None,
            Answer::Begins(start) => {
                let before = start - self.start;
                self.start = start;
                let found = self.ask_engine(thread, How::Match);
                let within = found.as_ref().map_or(0, |found| found.end() - start);
                automaton::learn(pattern.identity(), before, within);
                found
            }
            Answer::Unknown => {
                let start = self.start;
                let found = self.ask_engine(thread, how);
                let (before, within) = match &found {
                    Some(found) => (found.start() - start, found.end() - found.start()),
                    None if how == How::Search => (self.end - start, 0),
                    None => (0, 0),
                };
                automaton::learn(pattern.identity(), before, within);
                found
            }
        };
        if let Some(found) = &found {
            self.must_advance = found.start() == found.end();
            self.start = found.end();
        }
        Ok(found)
    }

    fn ask_automaton(&mut self, thread: &mut Thread, how: How) -> Answer {
        let Text::One(units) = self.text else {
            return Answer::Unknown;
        };
        if self.must_advance || how == How::FullMatch {
            return Answer::Unknown;
        }
        let pattern = self.pattern;
        let haystack = Haystack {
            units: &units[..self.end],
            start: self.start,
            is_ascii: self.is_ascii,
            is_anchored: how == How::Match,
        };
        let act = || automaton::search(pattern.identity(), haystack, || pattern.automaton());
        if self.end - self.start < SHORT_FOR_AUTOMATA {
            act()
        } else {
            thread.safe(act)
        }
    }

    fn ask_engine(&mut self, thread: &mut Thread, how: How) -> Option<Found> {
        let codes = self.pattern.codes();
        let area = Area {
            start: self.start,
            end: self.end,
            must_advance: self.must_advance,
        };
        let state = &mut self.state;
        let text = self.text;
        let mut act = || match text {
            Text::One(units) => run(Units::one(units), codes, area, how, state),
            Text::Two(units) => run(Units::two(units), codes, area, how, state),
            Text::Four(units) => run(Units::four(units), codes, area, how, state),
        };
        let is_found = if area.end - area.start < SHORT {
            act()
        } else {
            thread.safe(act)
        };
        if !is_found {
            return None;
        }
        let groups = self.pattern.groups();
        let mut spans = Vec::with_capacity(2 * groups + 2);
        spans.extend([place(self.state.start), place(self.state.cursor.position)]);
        for group in 0..groups {
            let (start, end) = self.state.marks.get(group);
            if start.is_some() && end.is_some() {
                spans.extend([place(start.unwrap()), place(end.unwrap())]);
            } else {
                spans.extend([Value::small(-1); 2]);
            }
        }
        Some(Found {
            spans,
            last_index: self.state.marks.last_index() as i64,
        })
    }
}

/// Where the engine looks.
#[derive(Clone, Copy)]
struct Area {
    start: usize,
    end: usize,
    must_advance: bool,
}

fn run<S: StrDrive>(string: S, codes: &[u32], area: Area, how: How, state: &mut State) -> bool {
    let request = Request {
        string,
        start: area.start,
        end: area.end,
        pattern_codes: codes,
        match_all: how == How::FullMatch,
        must_advance: area.must_advance,
    };
    state.reset(&request, area.start);
    match how {
        How::Search => state.search(request),
        How::Match | How::FullMatch => state.py_match(&request),
    }
}

/// Do codes match this unit, and only it?
pub(crate) fn matches_one(codes: &[u32], unit: u8) -> bool {
    let area = Area {
        start: 0,
        end: 1,
        must_advance: false,
    };
    let unit = [unit];
    run(
        Units::one(&unit),
        codes,
        area,
        How::FullMatch,
        &mut State::default(),
    )
}
