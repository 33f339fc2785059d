//! Finite automata for patterns that search much: the crate `regex-automata` looks at each unit once, where the engine of codes tries and goes back.
//!
//! ## Protocol
//! - A pattern begins with its codes alone. A thread that has searched [`MUCH`] with it makes its automata, if the pattern can be translated (see `translate`), and the pattern keeps them.
//! - One says whether and where there is a match, in text of one byte a unit. Groups are found by a second one, if the pattern is such that each unit decides which way to go ("one pass");
//!   else by the engine, from the place where the match begins, if experience says that this gains anything.
//! - What an automaton writes while it searches lies in a cache, one a thread: threads that search with one pattern share nothing that is written.
//!
//! ## Invariants
//! - An answer is the engine's answer, or [`Answer::Unknown`].
//! - A cache is used with the automaton of the same identity only; identities are never used again.

use std::cell::RefCell;

use grwl_object::Value;
use grwl_threads::sync::{AtomicU64, Ordering};
use regex_automata::dfa::onepass;
use regex_automata::meta;
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input};

use crate::search::Found;
use crate::translate::translate;

/// So many units a thread searches with a pattern, before its automaton is made: patterns that are used once or twice are not worth it.
const MUCH: usize = 8192;

/// What a call counts beside the units that it looks at.
const CALL: usize = 64;

/// The bytes that the parts of an automaton may have: patterns that need more stay with their codes.
const SIZE: usize = 1 << 20;

/// So many places are tried one by one, if matches tend to be near; and the most that can be known about it.
const NEAR: usize = 4;
const SURE: i32 = 4;

/// The most units that can be known to be gained or lost.
const DOUBTS: i64 = 1 << 14;

/// How many patterns a thread remembers.
const REMEMBERED: usize = 32;

/// The automata of a pattern.
pub(crate) struct Automaton {
    finder: meta::Regex,
    groups: Option<onepass::DFA>,
    group_count: usize,
    needs_ascii: bool,
    closings: Vec<usize>,
    line_ends: usize,
}

/// What an automaton says.
pub(crate) enum Answer {
    Found(Found),
    /// There is no match.
    Nothing,
    /// There is a match, which begins here.
    Begins(usize),
    /// Ask the engine.
    Unknown,
}

/// What is searched: units of one byte, of which those before the start are only looked at.
#[derive(Clone, Copy)]
pub(crate) struct Haystack<'a> {
    pub(crate) units: &'a [u8],
    pub(crate) start: usize,
    /// Is it known to be ASCII?
    pub(crate) is_ascii: bool,
    /// May the match only begin at the start?
    pub(crate) is_anchored: bool,
}

impl Automaton {
    /// The automaton of a pattern; `None`: it has none.
    pub(crate) fn new(codes: &[u32], group_count: usize) -> Option<Self> {
        let translated = translate(codes, group_count)?;
        let configured = meta::Config::new()
            .utf8_empty(false)
            .nfa_size_limit(Some(SIZE))
            .hybrid_cache_capacity(SIZE)
            .which_captures(WhichCaptures::Implicit);
        let finder = meta::Builder::new()
            .configure(configured)
            .build_from_hir(&translated.hir)
            .ok()?;
        let groups = if group_count + translated.line_ends == 0 {
            None
        } else {
            let configured = thompson::Config::new()
                .utf8(false)
                .nfa_size_limit(Some(SIZE))
                .which_captures(WhichCaptures::All);
            let nfa = thompson::Compiler::new()
                .configure(configured)
                .build_from_hir(&translated.hir)
                .ok()?;
            onepass::Builder::new()
                .configure(onepass::Config::new().size_limit(Some(SIZE)))
                .build_from_nfa(nfa)
                .ok()
        };
        Some(Self {
            finder,
            groups,
            group_count,
            needs_ascii: translated.needs_ascii,
            closings: translated.closings,
            line_ends: translated.line_ends,
        })
    }

    fn search(&self, memory: &mut Memory, haystack: Haystack<'_>) -> Answer {
        if self.needs_ascii && !haystack.is_ascii || haystack.units.is_empty() {
            return Answer::Unknown;
        }
        let cache = memory.cache.get_or_insert_with(|| Box::new(self.cache()));
        let input = Input::new(haystack.units).range(haystack.start..);
        if haystack.is_anchored {
            if self.groups.is_none() && self.group_count > 0 {
                return Answer::Unknown;
            }
            let input = input.anchored(Anchored::Yes);
            return match self.groups {
                Some(_) => self.grouped(cache, &input),
                None => self.plain(cache, &input),
            };
        }
        if self.groups.is_none() {
            if self.group_count > 0 && memory.gain < 0 {
                return Answer::Unknown;
            }
            return self.plain(cache, &input);
        }
        if memory.nearness >= 0 {
            let last = haystack.units.len().min(haystack.start + NEAR - 1);
            for start in haystack.start..=last {
                let input = input.clone().range(start..).anchored(Anchored::Yes);
                match self.grouped(cache, &input) {
                    Answer::Nothing => {}
                    answer => {
                        memory.nearness = SURE.min(memory.nearness + 1);
                        return answer;
                    }
                }
            }
        }
        let answer = self.plain(cache, &input);
        let is_near = match &answer {
            Answer::Found(found) => found.start() - haystack.start < NEAR,
            _ => false,
        };
        let change = if is_near { 1 } else { -1 };
        memory.nearness = (memory.nearness + change).clamp(-SURE, SURE);
        answer
    }

    /// Finds a match, then its groups.
    fn plain(&self, cache: &mut Cache, input: &Input<'_>) -> Answer {
        let Some(found) = self.finder.search_with(&mut cache.finder, input) else {
            return Answer::Nothing;
        };
        let may_end_before = self.line_ends > 0
            && found.end() == input.haystack().len()
            && input.haystack().last() == Some(&b'\n');
        if self.group_count == 0 && !may_end_before {
            return Answer::Found(Found {
                spans: vec![place(found.start()), place(found.end())],
                last_index: -1,
            });
        }
        if self.groups.is_none() {
            return Answer::Begins(found.start());
        }
        let input = input.clone().range(found.range()).anchored(Anchored::Yes);
        self.grouped(cache, &input)
    }

    /// Finds groups of a match that begins at the start, if there is one.
    fn grouped(&self, cache: &mut Cache, input: &Input<'_>) -> Answer {
        let (Some(groups), Some(own)) = (&self.groups, &mut cache.groups) else {
            return Answer::Unknown;
        };
        let slots = &mut cache.slots;
        match groups.try_search_slots(own, input, slots) {
            Ok(Some(_)) => {}
            Ok(None) => return Answer::Nothing,
            Err(_) => return Answer::Unknown,
        }
        let (own, line_ends) = slots.split_at(2 * (self.group_count + 1));
        let real_end = line_ends.iter().flatten().next();
        let real_end = real_end.map_or(usize::MAX, |end| end.get());
        let spans: Vec<Value> = own
            .iter()
            .map(|slot| slot.map_or(Value::small(-1), |slot| place(slot.get().min(real_end))))
            .collect();
        let mut closed = self.closings.iter().rev();
        let last = closed.find(|&&group| own[2 * group + 1].is_some());
        let last_index = last.map_or(-1, |&group| group as i64);
        Answer::Found(Found { spans, last_index })
    }

    fn cache(&self) -> Cache {
        Cache {
            finder: self.finder.create_cache(),
            groups: self.groups.as_ref().map(onepass::DFA::create_cache),
            slots: vec![None; 2 * (1 + self.group_count + self.line_ends)],
        }
    }
}

/// What a thread's searches with an automaton write.
struct Cache {
    finder: meta::Cache,
    groups: Option<onepass::Cache>,
    slots: Vec<Option<NonMaxUsize>>,
}

/// What a thread knows of a pattern.
struct Memory {
    identity: u64,
    /// The units searched so far.
    searched: usize,
    /// Do matches begin within [`NEAR`] units? Then it is tried at each of them first. Not below 0: yes.
    nearness: i32,
    /// For groups that need the engine: does it gain time to look for the match first? Not below 0: yes.
    gain: i64,
    cache: Option<Box<Cache>>,
}

thread_local! {
    /// The pattern used last comes last.
    static MEMORIES: RefCell<Vec<Memory>> = const { RefCell::new(Vec::new()) };
}

/// A number that no other pattern has.
pub(crate) fn identity() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Asks the automaton of a pattern. `automaton` gives it, once it has been searched enough that it shall be made if there is none.
pub(crate) fn search<'a>(
    identity: u64,
    haystack: Haystack<'_>,
    automaton: impl FnOnce() -> Option<&'a Automaton>,
) -> Answer {
    MEMORIES.with_borrow_mut(|memories| {
        let memory = recall(memories, identity);
        if memory.searched < MUCH {
            return Answer::Unknown;
        }
        let Some(automaton) = automaton() else {
            return Answer::Unknown;
        };
        automaton.search(memory, haystack)
    })
}

/// The engine has looked at so many units before a match, and at so many in it.
pub(crate) fn learn(identity: u64, before: usize, within: usize) {
    MEMORIES.with_borrow_mut(|memories| {
        let memory = recall(memories, identity);
        if memory.searched < MUCH {
            let searched = memory.searched + CALL;
            memory.searched = searched.saturating_add(before).saturating_add(within);
        }
        let weight = |units: usize| (units as i64).min(DOUBTS / 2);
        // The engine tries more than once at each unit before a match; an automaton runs over the match to and fro.
        let gain = 4 * weight(before) - weight(within) - CALL as i64;
        memory.gain = (memory.gain + gain).clamp(-DOUBTS, DOUBTS);
    });
}

/// A place in a text, as matches have it.
pub(crate) fn place(at: usize) -> Value {
    Value::small(at as i64)
}

/// What the thread knows of a pattern; it forgets the one that it has not used for longest.
fn recall(memories: &mut Vec<Memory>, identity: u64) -> &mut Memory {
    let last = memories.len().wrapping_sub(1);
    match memories
        .iter()
        .rposition(|memory| memory.identity == identity)
    {
        Some(place) if place == last => {}
        Some(place) => memories[place..].rotate_left(1),
        None => {
            if memories.len() == REMEMBERED {
                memories.remove(0);
            }
            memories.push(Memory {
                identity,
                searched: 0,
                nearness: 0,
                gain: 0,
                cache: None,
            });
        }
    }
    let last = memories.len() - 1;
    &mut memories[last]
}
