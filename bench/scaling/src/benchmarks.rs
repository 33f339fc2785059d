//! What is run: the patterns of `programs/patterns_*.py`, and whole programs.

/// What a benchmark's threads share, and so what can be expected of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Nothing but code.
    Nothing,
    /// Objects that they only read.
    Reads,
    /// Objects that they change.
    Writes,
    /// As it comes: a whole program.
    Program,
}

impl Sharing {
    /// All of them, in the order of the table.
    pub const ALL: [Sharing; 4] = [
        Sharing::Nothing,
        Sharing::Reads,
        Sharing::Writes,
        Sharing::Program,
    ];

    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            Sharing::Nothing => "nothing is shared",
            Sharing::Reads => "shared objects are read",
            Sharing::Writes => "shared objects are changed",
            Sharing::Program => "whole programs",
        }
    }
}

/// One benchmark.
#[derive(Debug)]
pub struct Benchmark {
    /// Its name, for the table and for FILTER.
    pub name: &'static str,
    /// What its threads share.
    pub sharing: Sharing,
    /// Is it among the examples?
    is_example: bool,
}

impl Benchmark {
    /// Can it be done in parts?
    pub fn has_parts(&self) -> bool {
        self.sharing != Sharing::Program
    }

    /// What `crew.py` is to run, with the programs and the examples in these folders.
    pub fn target(&self, programs: &str, examples: &str) -> String {
        let name = self.name;
        match self.sharing {
            Sharing::Program if self.is_example => format!("{examples}/{name}.py"),
            Sharing::Program => format!("{programs}/{name}.py"),
            _ => name.to_owned(),
        }
    }
}

const fn one(name: &'static str, sharing: Sharing) -> Benchmark {
    Benchmark {
        name,
        sharing,
        is_example: false,
    }
}

const fn example(name: &'static str) -> Benchmark {
    Benchmark {
        name,
        sharing: Sharing::Program,
        is_example: true,
    }
}

/// All of them, in the order of the table.
pub static ALL: [Benchmark; 35] = [
    one("computation", Sharing::Nothing),
    one("private_attribute_store", Sharing::Nothing),
    one("closure_creation", Sharing::Nothing),
    one("object_creation", Sharing::Nothing),
    one("list_creation", Sharing::Nothing),
    one("dict_creation", Sharing::Nothing),
    one("string_creation", Sharing::Nothing),
    one("generators", Sharing::Nothing),
    one("exceptions", Sharing::Nothing),
    one("string_formatting", Sharing::Nothing),
    one("thread_local", Sharing::Nothing),
    one("private_lock", Sharing::Nothing),
    one("shared_list", Sharing::Reads),
    one("shared_dict", Sharing::Reads),
    one("shared_value", Sharing::Reads),
    one("shared_attribute", Sharing::Reads),
    one("shared_method", Sharing::Reads),
    one("shared_property", Sharing::Reads),
    one("static_method", Sharing::Reads),
    one("class_method", Sharing::Reads),
    one("module_function", Sharing::Reads),
    one("module_constant", Sharing::Reads),
    one("shared_lock", Sharing::Writes),
    one("shared_append", Sharing::Writes),
    one("shared_counter", Sharing::Writes),
    one("shared_dict_store", Sharing::Writes),
    one("queue_hand_over", Sharing::Writes),
    example("word_count"),
    one("json_lines", Sharing::Program),
    one("mandelbrot", Sharing::Program),
    one("queens", Sharing::Program),
    one("regex_extract", Sharing::Program),
    one("merge_sort", Sharing::Program),
    one("lru_cache", Sharing::Program),
    one("http_server", Sharing::Program),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The functions behind `@pattern` in one of the files.
    fn patterns_in(file: &str) -> Vec<String> {
        let path = format!("{}/{file}", crate::PROGRAMS);
        let text = std::fs::read_to_string(path).expect("a file of patterns");
        let lines: Vec<&str> = text.lines().collect();
        let mut names: Vec<String> = lines
            .windows(2)
            .filter(|pair| pair[0].starts_with("@pattern("))
            .map(|pair| {
                let name = pair[1].strip_prefix("def ").expect("a function");
                name.trim_end_matches("():").to_owned()
            })
            .collect();
        names.sort();
        names
    }

    fn listed(sharing: Sharing) -> Vec<String> {
        let mut names: Vec<String> = ALL
            .iter()
            .filter(|benchmark| benchmark.sharing == sharing)
            .map(|benchmark| benchmark.name.to_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn patterns_and_table_agree() {
        assert_eq!(patterns_in("patterns_private.py"), listed(Sharing::Nothing));
        assert_eq!(patterns_in("patterns_read.py"), listed(Sharing::Reads));
        assert_eq!(patterns_in("patterns_write.py"), listed(Sharing::Writes));
    }

    #[test]
    fn programs_are_there() {
        for benchmark in &ALL {
            let target = benchmark.target(crate::PROGRAMS, crate::EXAMPLES);
            assert_eq!(
                std::path::Path::new(&target).is_file(),
                benchmark.sharing == Sharing::Program,
                "{target}"
            );
        }
    }
}
