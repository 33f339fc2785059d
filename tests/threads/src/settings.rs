//! The settings under which every case runs.

use crate::options::Options;

/// A mode and the switches that shake it.
#[derive(Debug, PartialEq)]
pub struct Setting {
    /// As the table shows it.
    pub name: String,
    /// Variables of the environment.
    pub environment: Vec<(&'static str, String)>,
    /// How much longer than the budget a case may take before it counts as hung, as a factor.
    pub patience: u32,
}

/// Both modes, by the variable that child processes inherit.
const MODES: [(&str, &str); 2] = [("rwlock", "0"), ("global", "1")];

/// Safepoints between two collections in the run for CI, and in the full one.
const COLLECT: &[u32] = &[400];
const COLLECT_FULL: &[u32] = &[97, 400, 3001];
/// Seeds of `GRWL_STRESS`: each mode has its own.
const SEEDS: u32 = 1;
const SEEDS_FULL: u32 = 5;

/// What the options ask for.
pub fn chosen(options: &Options) -> Vec<Setting> {
    let all = if options.plain {
        vec![Setting {
            name: "plain".to_owned(),
            environment: Vec::new(),
            patience: 1,
        }]
    } else {
        MODES
            .iter()
            .flat_map(|mode| of_mode(*mode, options.full))
            .collect()
    };
    all.into_iter()
        .filter(|setting| {
            options
                .setting
                .as_ref()
                .is_none_or(|text| setting.name.contains(text.as_str()))
        })
        .collect()
}

fn of_mode((mode, value): (&'static str, &'static str), full: bool) -> Vec<Setting> {
    let setting = |name: String, variable: Option<(&'static str, u32)>, patience| Setting {
        name,
        environment: [("PYTHON_GIL", value.to_owned())]
            .into_iter()
            .chain(variable.map(|(name, value)| (name, value.to_string())))
            .collect(),
        patience,
    };
    let (seeds, collect) = if full {
        (SEEDS_FULL, COLLECT_FULL)
    } else {
        (SEEDS, COLLECT)
    };
    let mut settings = vec![setting(mode.to_owned(), None, 1)];
    // The modes' seeds differ, so that the short run does not try the same twice.
    let first = if mode == "global" { 101 } else { 1 };
    for seed in first..first + seeds {
        let name = format!("{mode} stress={seed}");
        settings.push(setting(name, Some(("GRWL_STRESS", seed)), 3));
    }
    for every in collect {
        let name = format!("{mode} gc={every}");
        settings.push(setting(name, Some(("GRWL_GC_STRESS", *every)), 4));
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::{chosen, of_mode};
    use crate::options::Options;

    #[test]
    fn every_mode_is_run_plainly_with_seeds_and_with_collections() {
        let line = "--python p".split(' ').map(str::to_owned);
        let names: Vec<String> = chosen(&Options::parse(line).unwrap())
            .into_iter()
            .map(|setting| setting.name)
            .collect();
        let expected = ["rwlock", "rwlock stress=1", "rwlock gc=400"];
        assert_eq!(&names[..3], expected);
        assert_eq!(names.len(), 6);
        assert!(of_mode(("global", "1"), true).len() > 6);
    }

    #[test]
    fn a_part_of_the_name_chooses() {
        let line = "--python p --setting gc".split(' ').map(str::to_owned);
        assert_eq!(chosen(&Options::parse(line).unwrap()).len(), 2);
    }
}
