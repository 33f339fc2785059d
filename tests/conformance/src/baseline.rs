//! What CPython passes: a file for each module, an id on each line, sorted.
//!
//! The ids are written without the module's name and its dot. One that does not begin with them, as that of a test class defined in
//! another module, is written whole after a `=`.

use std::collections::BTreeSet;
use std::path::Path;

/// The ids of a module that must pass.
#[derive(Debug)]
pub struct Baseline {
    /// The module.
    pub module: String,
    /// The ids, whole.
    pub ids: BTreeSet<String>,
}

impl Baseline {
    /// One with these ids.
    pub fn new(module: &str, ids: impl IntoIterator<Item = String>) -> Self {
        Self {
            module: module.to_string(),
            ids: ids.into_iter().collect(),
        }
    }

    /// Reads a module's file.
    pub fn read(folder: &Path, module: &str) -> Result<Self, String> {
        let path = folder.join(format!("{module}.txt"));
        let text = std::fs::read_to_string(&path).map_err(|error| {
            format!(
                "no baseline for {module}, record it first: {}: {error}",
                path.display()
            )
        })?;
        Ok(Self::parse(module, &text))
    }

    /// Parses the text of a module's file.
    pub fn parse(module: &str, text: &str) -> Self {
        let whole = |line: &str| match line.strip_prefix('=') {
            Some(id) => id.to_string(),
            None => format!("{module}.{line}"),
        };
        Self::new(
            module,
            text.lines().filter(|line| !line.is_empty()).map(whole),
        )
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let lines: BTreeSet<String> = self.ids.iter().map(|id| self.shortened(id)).collect();
        lines.into_iter().map(|line| line + "\n").collect()
    }

    fn shortened(&self, id: &str) -> String {
        match id
            .strip_prefix(&self.module)
            .and_then(|rest| rest.strip_prefix('.'))
        {
            Some(rest) => rest.to_string(),
            None => format!("={id}"),
        }
    }

    /// Writes the module's file.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        let path = folder.join(format!("{}.txt", self.module));
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, self.text()))
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_shortened_and_come_back() {
        let ids = [
            "test_int.B.b",
            "test_int.A.a",
            "seq_tests.C.c",
            "test_integer.D.d",
        ]
        .map(str::to_string);
        let baseline = Baseline::new("test_int", ids.clone());
        assert_eq!(
            baseline.text(),
            "=seq_tests.C.c\n=test_integer.D.d\nA.a\nB.b\n"
        );
        let again = Baseline::parse("test_int", &baseline.text());
        assert_eq!(again.ids, BTreeSet::from(ids));
    }
}
