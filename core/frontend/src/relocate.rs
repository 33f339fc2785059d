//! Gives the lines of a code object other numbers.
//!
//! A tree made by hand may stand on any lines. Where they are too far apart for a text to hold them, the compiler sees others
//! ([`crate::tree::to_parser`]), and the line table is written again here.
//!
//! The format is CPython's (`Objects/locations.md`): entries of one byte that holds a form and a length in code units, then what the form says.

use crate::code::{Code, Const};

/// Replaces each line by what `line` says of it, in a code object and those in it.
pub(crate) fn relocate(code: &mut Code, line: &dyn Fn(i32) -> i32) {
    let is_module = &*code.name == "<module>";
    let old_first = i32::try_from(code.firstlineno).unwrap_or(i32::MAX);
    let first = if is_module { 1 } else { line(old_first).max(0) };
    code.linetable = table(&code.linetable, old_first, first, line);
    code.firstlineno = first.unsigned_abs();
    for constant in &mut code.consts {
        if let Const::Code(nested) = constant {
            relocate(nested, line);
        }
    }
}

/// The place that an entry tells.
#[derive(Clone, Copy)]
enum Place {
    Nowhere,
    Line(i32),
    Full {
        line: i32,
        end_line: i32,
        column: u32,
        end_column: u32,
    },
}

const NO_COLUMNS: u8 = 13;
const LONG: u8 = 14;
const NOWHERE: u8 = 15;
const FIRST_ONE_LINE: u8 = 10;

fn table(old: &[u8], old_first: i32, first: i32, line: &dyn Fn(i32) -> i32) -> Box<[u8]> {
    let mut reader = Reader {
        bytes: old.iter().copied(),
        line: old_first,
    };
    let mut out = Vec::with_capacity(old.len());
    let mut current = first;
    let mut last = Place::Nowhere;
    while let Some((length, place)) = reader.entry() {
        let place = match place {
            Place::Nowhere => Place::Nowhere,
            Place::Line(number) => Place::Line(line(number)),
            Place::Full {
                line: start,
                end_line,
                column,
                end_column,
            } => Place::Full {
                line: line(start),
                end_line: line(end_line),
                column,
                end_column,
            },
        };
        // A negative line is no place: what stands there counts to what is before it.
        let place = match place {
            Place::Line(line) | Place::Full { line, .. } if line < 0 => last,
            place => place,
        };
        last = place;
        write(&mut out, length, place, &mut current);
    }
    out.into()
}

struct Reader<I> {
    bytes: I,
    line: i32,
}

impl<I: Iterator<Item = u8>> Reader<I> {
    fn byte(&mut self) -> u32 {
        u32::from(self.bytes.next().unwrap_or(0))
    }

    fn number(&mut self) -> u32 {
        let mut value = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            value |= (byte & 63) << shift;
            shift += 6;
            if byte & 64 == 0 || shift > 30 {
                return value;
            }
        }
    }

    fn signed(&mut self) -> i32 {
        let value = self.number();
        let magnitude = (value >> 1).cast_signed();
        if value & 1 == 1 {
            -magnitude
        } else {
            magnitude
        }
    }

    /// The length in code units less one, and the place.
    fn entry(&mut self) -> Option<(u8, Place)> {
        let head = self.bytes.next()?;
        let form = (head >> 3) & 15;
        let place = match form {
            NOWHERE => Place::Nowhere,
            NO_COLUMNS => {
                self.line += self.signed();
                Place::Line(self.line)
            }
            LONG => {
                self.line += self.signed();
                let end_line = self.line + self.number().cast_signed();
                let (column, end_column) = (self.number(), self.number());
                Place::Full {
                    line: self.line,
                    end_line,
                    column: column.wrapping_sub(1),
                    end_column: end_column.wrapping_sub(1),
                }
            }
            _ => {
                let (column, end_column) = if form >= FIRST_ONE_LINE {
                    self.line += i32::from(form - FIRST_ONE_LINE);
                    (self.byte(), self.byte())
                } else {
                    let byte = self.byte();
                    let column = u32::from(form) << 3 | byte >> 4;
                    (column, column + (byte & 15))
                };
                Place::Full {
                    line: self.line,
                    end_line: self.line,
                    column,
                    end_column,
                }
            }
        };
        Some((head & 7, place))
    }
}

fn number(out: &mut Vec<u8>, mut value: u32) {
    while value >= 64 {
        out.push(64 | (value & 63) as u8);
        value >>= 6;
    }
    out.push(value as u8);
}

fn signed(out: &mut Vec<u8>, value: i32) {
    let sign = u32::from(value < 0);
    number(out, value.unsigned_abs() << 1 | sign);
}

fn write(out: &mut Vec<u8>, length: u8, place: Place, current: &mut i32) {
    let head = |form: u8| 0x80 | form << 3 | length;
    match place {
        Place::Nowhere => out.push(head(NOWHERE)),
        Place::Line(line) => {
            out.push(head(NO_COLUMNS));
            signed(out, line - *current);
            *current = line;
        }
        Place::Full {
            line,
            end_line,
            column,
            end_column,
        } => {
            let delta = line - *current;
            *current = line;
            if line == end_line && (0..3).contains(&delta) {
                if delta == 0 && column < 80 && (column..column + 16).contains(&end_column) {
                    out.push(head((column >> 3) as u8));
                    out.push(((column & 7) << 4 | (end_column - column)) as u8);
                    return;
                }
                if column < 128 && end_column < 128 {
                    out.push(head(FIRST_ONE_LINE + delta as u8));
                    out.push(column as u8);
                    out.push(end_column as u8);
                    return;
                }
            }
            out.push(head(LONG));
            signed(out, delta);
            number(out, (end_line - line).unsigned_abs());
            number(out, column.wrapping_add(1));
            number(out, end_column.wrapping_add(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::table;
    use crate::{Mode, Options, compile};

    #[test]
    fn the_same_lines_make_the_same_table() {
        let source = "def f(a, b):\n    x = a + (\n        b)\n    for i in x: y = [i for i in b]\n    return x.y.z(1, 2)[3:4]\n\n\n\n\nclass C:\n  def g(self): return self.x\n";
        let done = compile(source, "f.py", Mode::Exec, &Options::default());
        let mut codes = vec![done.result.expect("it is a program")];
        while let Some(code) = codes.pop() {
            let first = code.firstlineno.cast_signed();
            assert_eq!(
                table(&code.linetable, first, first, &|line| line),
                code.linetable
            );
            let moved = table(&code.linetable, first, 7000, &|line| line * 1000);
            let back = table(&moved, 7000, first, &|line| line / 1000);
            assert_eq!(back, code.linetable);
            codes.extend(
                code.consts
                    .iter()
                    .filter_map(|each| each.as_code().cloned()),
            );
        }
    }
}
