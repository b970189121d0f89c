//! Columns: which of them a screen has room for.

use crate::count::ratio::Ratio;
use crate::count::summary::Summary;
use crate::formats::screen::Screen;

/// A column beside that of the names.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub title: &'static str,
    pub kind: Kind,
    pub of: fn(&Summary) -> Ratio,
}

/// How a column shows its share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// How many of how many.
    Count,
    Percent,
    Bar,
}

/// How wide a bar is.
pub const BAR: usize = 10;

/// The space before each column.
pub const GAP: usize = 2;

const fn column(title: &'static str, kind: Kind, of: fn(&Summary) -> Ratio) -> Column {
    Column { title, kind, of }
}

const LINES: [Column; 3] = [
    column("Lines", Kind::Count, |it| it.lines),
    column("Cover", Kind::Percent, |it| it.lines),
    column("", Kind::Bar, |it| it.lines),
];
const FUNCTIONS: [Column; 2] = [
    column("Functions", Kind::Count, |it| it.functions),
    column("Cover", Kind::Percent, |it| it.functions),
];
const REGIONS: [Column; 2] = [
    column("Regions", Kind::Count, |it| it.regions),
    column("Cover", Kind::Percent, |it| it.regions),
];
const FUNCTIONS_ONLY: Column = column("Functions", Kind::Percent, |it| it.functions);
const REGIONS_ONLY: Column = column("Regions", Kind::Percent, |it| it.regions);

/// Everything, as files and other programs get it.
pub const ALL: &[Column] = &[
    LINES[0],
    LINES[1],
    FUNCTIONS[0],
    FUNCTIONS[1],
    REGIONS[0],
    REGIONS[1],
];

/// From the widest to the narrowest, each with the columns that it leaves for a name that is that long.
const LAYOUTS: [(&[Column], usize); 5] = [
    (
        &[
            LINES[0],
            LINES[1],
            LINES[2],
            FUNCTIONS[0],
            FUNCTIONS[1],
            REGIONS[0],
            REGIONS[1],
        ],
        30,
    ),
    (ALL, 30),
    (&[LINES[0], LINES[1], FUNCTIONS_ONLY, REGIONS_ONLY], 24),
    (&[LINES[0], LINES[1]], 16),
    (&[LINES[1]], 0),
];

/// A name that is cut shorter says nothing.
const SHORTEST: usize = 8;

/// The columns that the screen has room for beside names of up to `longest` columns, and the room for the names.
/// `width` is how wide a column is.
pub fn fitting(
    screen: Screen,
    longest: usize,
    width: impl Fn(&Column) -> usize,
) -> (&'static [Column], usize) {
    let Some(all) = screen.width else {
        return (ALL, longest);
    };
    let room = |columns: &[Column]| {
        let taken: usize = columns.iter().map(|column| GAP + width(column)).sum();
        all.checked_sub(taken)
    };
    let fits = |(columns, least): &(&'static [Column], usize)| {
        let room = room(columns)?;
        (room >= longest.min(*least)).then_some((*columns, room))
    };
    let narrowest = LAYOUTS[LAYOUTS.len() - 1].0;
    let (columns, room) = LAYOUTS.iter().find_map(fits).unwrap_or((narrowest, 0));
    (columns, longest.min(room.max(SHORTEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The titles on a screen of this width beside a name of that length, and the room for the name.
    fn titles(screen: usize, longest: usize) -> (String, usize) {
        let screen = Screen {
            width: Some(screen),
            unicode: true,
        };
        let (columns, room) = fitting(screen, longest, |column| match column.kind {
            Kind::Bar => BAR,
            _ => 9,
        });
        let titles: Vec<_> = columns.iter().map(|column| column.title).collect();
        (titles.join(" "), room)
    }

    #[test]
    fn columns_go_one_after_the_other_as_the_screen_gets_narrow() {
        let widths = [200, 108, 107, 96, 95, 68, 67, 38, 37, 19, 5];
        let all = "Lines Cover Functions Cover Regions Cover";
        let with_bar = "Lines Cover  Functions Cover Regions Cover";
        let expected = [
            (with_bar, 50),
            (with_bar, 30),
            (all, 41),
            (all, 30),
            ("Lines Cover Functions Regions", 50),
            ("Lines Cover Functions Regions", 24),
            ("Lines Cover", 45),
            ("Lines Cover", 16),
            ("Cover", 26),
            ("Cover", 8),
            ("Cover", 8),
        ];
        for (width, (columns, room)) in widths.into_iter().zip(expected) {
            let found = titles(width, 50);
            assert_eq!((&*found.0, found.1), (columns, room), "{width} columns");
        }
    }

    #[test]
    fn names_take_no_more_room_than_they_need() {
        assert_eq!(titles(200, 11).1, 11);
        assert_eq!(titles(30, 5), ("Lines Cover".into(), 5));
    }
}
