//! The picture: for each benchmark a bar for each Python, as long as its speed-up with the most threads, and a stroke at the ceiling.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::benchmarks::Sharing;
use crate::figures::{Figures, Line};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

const WIDTH: i32 = 900;
const LEFT: i32 = 210;
const RIGHT: i32 = 40;
const TOP: i32 = 84;
const BAR: i32 = 9;
const GAP: i32 = 7;
const TITLE: i32 = 30;

const INK: RGBColor = RGBColor(40, 44, 52);
const FAINT: RGBColor = RGBColor(208, 212, 218);
/// Ours, then the others'.
const COLOURS: [RGBColor; 4] = [
    RGBColor(30, 102, 168),
    RGBColor(222, 143, 58),
    RGBColor(126, 160, 94),
    RGBColor(160, 110, 150),
];

/// Writes the file; `others` are the names of the other Pythons.
pub fn draw(file: &Path, all: &[Figures], others: &[String]) -> Drawn {
    let Some(threads) = all
        .first()
        .and_then(|figures| figures.lines.last())
        .map(|line| line.threads)
    else {
        return Err("there is nothing to draw".into());
    };
    let bars = 1 + others.len() as i32;
    let row = bars * BAR + GAP;
    let titles = Sharing::ALL
        .iter()
        .filter(|&&sharing| {
            all.iter()
                .any(|figures| figures.benchmark.sharing == sharing)
        })
        .count() as i32;
    let height = TOP + titles * TITLE + all.len() as i32 * row + 20;
    let area = SVGBackend::new(file, (WIDTH as u32, height as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    let scale = Scale::of(all);
    text(
        &area,
        (20, 24),
        &format!("Speed-up of {threads} threads against one"),
        24,
        HPos::Left,
    )?;
    legend(&area, others)?;
    grid(&area, &scale, height)?;
    let mut y = TOP;
    for sharing in Sharing::ALL {
        let group: Vec<&Figures> = all
            .iter()
            .filter(|figures| figures.benchmark.sharing == sharing)
            .collect();
        if group.is_empty() {
            continue;
        }
        text(&area, (20, y + TITLE / 2), sharing.title(), 18, HPos::Left)?;
        y += TITLE;
        for figures in group {
            text(
                &area,
                (LEFT - 10, y + bars * BAR / 2),
                figures.benchmark.name,
                15,
                HPos::Right,
            )?;
            if let Some(line) = figures.lines.last() {
                bars_of(&area, &scale, y, line)?;
            }
            y += row;
        }
    }
    area.present()?;
    Ok(())
}

/// From speed-ups to places.
struct Scale {
    most: f64,
}

impl Scale {
    fn of(all: &[Figures]) -> Scale {
        let lines = all.iter().filter_map(|figures| figures.lines.last());
        let most = lines
            .flat_map(|line| {
                let others = line.others.iter().map(|&(_, speed_up)| speed_up);
                [line.speed_up, line.ceiling].into_iter().chain(others)
            })
            .fold(1.0, f64::max);
        Scale { most: most * 1.03 }
    }

    fn x(&self, speed_up: f64) -> i32 {
        LEFT + (f64::from(WIDTH - LEFT - RIGHT) * speed_up / self.most).round() as i32
    }

    /// A round number, so that there are four to ten strokes.
    fn step(&self) -> f64 {
        let mut step = 0.25;
        while self.most / step > 10.0 {
            step *= 2.0;
        }
        step
    }
}

fn bars_of(area: &Area<'_>, scale: &Scale, y: i32, line: &Line) -> Drawn {
    let others = line.others.iter().map(|&(_, speed_up)| speed_up);
    for (index, speed_up) in std::iter::once(line.speed_up).chain(others).enumerate() {
        let top = y + index as i32 * BAR;
        let corners = [(LEFT, top), (scale.x(speed_up), top + BAR - 1)];
        area.draw(&Rectangle::new(corners, colour(index).filled()))?;
    }
    let x = scale.x(line.ceiling);
    area.draw(&PathElement::new(
        [(x, y - 2), (x, y + BAR)],
        INK.stroke_width(2),
    ))?;
    Ok(())
}

fn grid(area: &Area<'_>, scale: &Scale, height: i32) -> Drawn {
    let step = scale.step();
    let mut at = 0.0;
    while at <= scale.most {
        let x = scale.x(at);
        area.draw(&PathElement::new(
            [(x, TOP), (x, height - 10)],
            FAINT.stroke_width(1),
        ))?;
        text(area, (x, TOP - 10), &format!("{at}"), 15, HPos::Center)?;
        at += step;
    }
    Ok(())
}

fn legend(area: &Area<'_>, others: &[String]) -> Drawn {
    let mut x = 20;
    let names = std::iter::once("grwl --gil=rwlock").chain(others.iter().map(String::as_str));
    for (index, name) in names.enumerate() {
        area.draw(&Rectangle::new(
            [(x, 44), (x + 22, 44 + BAR)],
            colour(index).filled(),
        ))?;
        text(area, (x + 28, 49), name, 15, HPos::Left)?;
        x += 60 + 7 * name.len() as i32;
    }
    area.draw(&PathElement::new(
        [(x + 4, 42), (x + 4, 56)],
        INK.stroke_width(2),
    ))?;
    text(area, (x + 12, 49), "as many processes", 15, HPos::Left)
}

fn colour(index: usize) -> RGBColor {
    COLOURS[index % COLOURS.len()]
}

fn text(area: &Area<'_>, at: (i32, i32), text: &str, size: u32, side: HPos) -> Drawn {
    let style = TextStyle::from(("sans-serif", size).into_font())
        .color(&INK)
        .pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(text.to_owned(), at, style))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::tests::figures;

    #[test]
    fn everything_is_in_the_picture() {
        let all = [
            figures("computation", 1.0, 1.0, 0.5, 0.5),
            figures("shared_lock", 1.0, 1.0, 1.25, 0.5),
            figures("queens", 1.0, 1.0, 0.6, 0.5),
        ];
        let file = std::env::temp_dir().join(format!("bench-scaling-{}.svg", std::process::id()));
        draw(&file, &all, &["CPython 3.14".to_owned()]).expect("a picture");
        let text = std::fs::read_to_string(&file).expect("the file");
        std::fs::remove_file(&file).expect("the file");
        for wanted in [
            "<svg",
            "computation",
            "shared_lock",
            "queens",
            "CPython 3.14",
            "2 threads",
            "whole programs",
        ] {
            assert!(text.contains(wanted), "{wanted} is missing");
        }
        // Background, two in the legend, two bars for each.
        assert_eq!(text.matches("<rect").count(), 1 + 2 + 6);
        assert!(draw(&file, &[], &[]).is_err());
    }

    #[test]
    fn strokes() {
        for (most, step) in [(2.06, 0.25), (4.1, 0.5), (8.2, 1.0), (66.0, 8.0)] {
            assert_eq!(Scale { most }.step(), step);
        }
    }
}
