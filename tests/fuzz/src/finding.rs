//! What was found: the case alone, made small, and written to a file.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::batch::{Bench, Case, End, MODES, Outcome};
use crate::tokens;

/// So many inputs of one fault are kept.
const KEPT: usize = 3;
/// So long a case is made smaller.
const TIME: Duration = Duration::from_secs(60);

/// The faults so far and how often each was met.
#[derive(Default)]
pub struct Findings(HashMap<String, usize>);

impl Findings {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Looks at the end of a batch, of which `cases` had begun. Says the fault if it is worth keeping.
    ///
    /// # Errors
    /// If no child can be started or nothing written.
    pub fn add(
        &mut self,
        bench: &Bench,
        cases: &[Case],
        gil: &str,
        outcome: &Outcome,
        keep: &Path,
    ) -> io::Result<()> {
        let fault = match &outcome.end {
            End::Crash(words) => words.clone(),
            End::Hang => "hang".to_owned(),
            _ => return Ok(()),
        };
        let count = self.0.entry(fault.clone()).or_default();
        *count += 1;
        if *count > KEPT {
            return Ok(());
        }
        let number: usize = self.0.values().sum();
        println!("FOUND {number}: {fault}");
        let name = format!("{}-{number}", std::process::id());
        std::fs::create_dir_all(keep)?;
        let cases = reduce(bench, cases, gil, &outcome.end)?;
        let mut notes = format!("{fault}\ngil: {gil}\n");
        for (index, case) in cases.iter().enumerate() {
            let mode = MODES[usize::from(case.mode)].0;
            notes += &format!("case {index}: mode {mode}, seed {}\n", case.seed);
            std::fs::write(keep.join(format!("{name}.{index}.py")), &case.text)?;
        }
        notes += "\n";
        notes += &outcome.words;
        std::fs::write(keep.join(format!("{name}.txt")), notes)
    }
}

/// As few and as small cases as end in the same way.
fn reduce(bench: &Bench, cases: &[Case], gil: &str, end: &End) -> io::Result<Vec<Case>> {
    let start = Instant::now();
    let same = |cases: &[Case]| -> io::Result<bool> {
        Ok(start.elapsed() < TIME && bench.run(cases, gil)?.end == *end)
    };
    let mut cases = cases.to_vec();
    // The last one alone, mostly; else the fewest before it.
    if let Some(last) = cases.last().cloned()
        && same(std::slice::from_ref(&last))?
    {
        cases = vec![last];
    } else {
        let mut size = cases.len() / 2;
        while size > 0 {
            let mut at = 0;
            while at + size < cases.len() {
                let mut fewer = cases.clone();
                fewer.drain(at..at + size);
                if same(&fewer)? {
                    cases = fewer;
                } else {
                    at += size;
                }
            }
            size /= 2;
        }
    }
    for index in 0..cases.len() {
        // The seed of these decides what happens to which byte.
        if ["bytecode", "marshalled", "tree"].contains(&MODES[usize::from(cases[index].mode)].0) {
            continue;
        }
        for is_fine in [false, true] {
            let text = cases[index].text.clone();
            let mut pieces: Vec<Vec<u8>> = if is_fine {
                tokens::cut(&text).into_iter().map(<[u8]>::to_vec).collect()
            } else {
                text.split_inclusive(|&byte| byte == b'\n')
                    .map(<[u8]>::to_vec)
                    .collect()
            };
            let mut size = pieces.len() / 2;
            while size > 0 {
                let mut at = 0;
                while at < pieces.len() {
                    let mut fewer = pieces.clone();
                    fewer.drain(at..(at + size).min(pieces.len()));
                    let mut changed = cases.clone();
                    changed[index].text = fewer.concat();
                    if same(&changed)? {
                        cases = changed;
                        pieces = fewer;
                    } else {
                        at += size;
                    }
                }
                size /= 2;
            }
        }
    }
    Ok(cases)
}
