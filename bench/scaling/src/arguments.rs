//! The runner's own command line.

/// What to compare, and how.
#[derive(Debug, PartialEq)]
pub struct Arguments {
    /// grwl, with its first arguments.
    pub python: Vec<String>,
    /// Other Pythons; likewise.
    pub against: Vec<Vec<String>>,
    /// Is a free-threaded CPython to be looked for?
    pub find_others: bool,
    /// Where those find all programs, if not where grwl does.
    pub programs: Option<String>,
    /// At most so many threads.
    pub threads: usize,
    /// The share of the full work.
    pub size: f64,
    /// Turns.
    pub runs: usize,
    /// Where the picture goes.
    pub picture: Option<String>,
    /// Fail where a limit is passed.
    pub check: bool,
    /// Only benchmarks whose name contains this.
    pub filter: String,
}

/// How it is called.
pub const USAGE: &str = "\
usage: bench-scaling --python COMMAND [--against COMMAND]... [--programs DIR] [--threads N] [--size X] [--runs N]
                     [--smoke] [--picture FILE] [--check] [FILTER]

COMMAND is a path, or a command with arguments separated by spaces. --programs is where the commands after --against find
all programs, if they have another root folder, say. --threads is the number of cores unless told, --size (the share of the full
work) 1, --runs (turns) 3. --smoke is --size 0.01 --runs 1. FILTER is part of a name.
--check fails if what shares nothing or only reads stays, with two threads, below 95 % of the ceiling; if what writes to shared
objects is slower with two threads than with one; or if one thread is more than 3 % slower in rwlock mode than in global mode, in the geometric mean.
";

impl Arguments {
    /// Reads them, or says what is wrong.
    pub fn read(arguments: impl IntoIterator<Item = String>) -> Result<Arguments, String> {
        let mut arguments = arguments.into_iter();
        let mut read = Arguments {
            python: Vec::new(),
            against: Vec::new(),
            find_others: true,
            programs: None,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            size: 1.0,
            runs: 3,
            picture: None,
            check: false,
            filter: String::new(),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .ok_or_else(|| format!("{argument} needs a value"))
            };
            match argument.as_str() {
                "--python" => read.python = command(&value()?)?,
                "--against" => read.against.push(command(&value()?)?),
                "--programs" => read.programs = Some(value()?),
                "--picture" => read.picture = Some(value()?),
                "--threads" => read.threads = above_zero("--threads", &value()?)?,
                "--runs" => read.runs = above_zero("--runs", &value()?)?,
                "--size" => {
                    read.size = value()?
                        .parse()
                        .ok()
                        .filter(|size: &f64| size.is_finite() && *size > 0.0)
                        .ok_or("--size needs a number above 0")?;
                }
                "--smoke" => {
                    (read.size, read.runs, read.find_others) = (0.01, 1, false);
                }
                "--check" => read.check = true,
                option if option.starts_with('-') => {
                    return Err(format!("there is no option {option}"));
                }
                _ if !read.filter.is_empty() => return Err("there is one FILTER only".to_owned()),
                _ => read.filter = argument,
            }
        }
        if read.python.is_empty() {
            return Err("--python is missing".to_owned());
        }
        Ok(read)
    }
}

fn above_zero(option: &str, text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|&number| number > 0)
        .ok_or_else(|| format!("{option} needs a number above 0"))
}

fn command(text: &str) -> Result<Vec<String>, String> {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if words.is_empty() {
        return Err("a command is empty".to_owned());
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Arguments, String> {
        Arguments::read(line.split(',').map(str::to_owned))
    }

    #[test]
    fn all_of_them() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(
            read(
                "--python,a b,--against,c,lock,--against,d -c,--programs,/p,--threads,8,--size,0.5,--runs,7,--picture,x.svg,--check"
            ),
            Ok(Arguments {
                python: words(&["a", "b"]),
                against: vec![words(&["c"]), words(&["d", "-c"])],
                find_others: true,
                programs: Some("/p".to_owned()),
                threads: 8,
                size: 0.5,
                runs: 7,
                picture: Some("x.svg".to_owned()),
                check: true,
                filter: "lock".to_owned(),
            })
        );
        let smoke = read("--python,a,--smoke").expect("a command line");
        assert!(smoke.size < 0.1 && smoke.runs == 1 && smoke.threads >= 1);
    }

    #[test]
    fn mistakes() {
        for (line, complaint) in [
            ("--check", "--python is missing"),
            ("--python", "--python needs a value"),
            ("--python, ", "a command is empty"),
            ("--python,a,--size,-1", "--size needs a number above 0"),
            ("--python,a,--size,nan", "--size needs a number above 0"),
            ("--threads,0", "--threads needs a number above 0"),
            ("--runs,x", "--runs needs a number above 0"),
            ("--what", "there is no option --what"),
            ("a,b", "there is one FILTER only"),
        ] {
            assert_eq!(read(line), Err(complaint.to_owned()));
        }
    }
}
