//! Functions that a macro makes in one place, and totals that are not those of the functions.

use std::fs;

use super::write;
use crate::support::instrumented::Instrumented;

/// A source of which a macro makes two of each kind, and `main` calls the first.
const MADE: &str = "\
pub mod unused;
macro_rules! make {
    ($function:ident, $waits:ident, $shape:ident) => {
        pub fn $function(number: u32) -> u32 {
            let twice = |number: u32| {
                number * 2
            };
            twice(number)
        }
        pub async fn $waits() -> u32 {
            std::future::ready(3)
                .await
        }
        pub struct $shape;
        impl $shape {
            pub fn size(&self) -> u32 {
                4
            }
        }
    };
}
make!(one, waits_one, One);
make!(other, waits_other, Other);
pub fn half<const N: usize>() -> usize {
    if N % 2 == 0 {
        return N;
    }
    N + 1
}
pub fn used() -> u32 {
    let mut waiting = std::pin::pin!(waits_one());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_ready());
    if one(1) == 0 {
        other(1);
        drop(waits_other());
        Other.size();
    }
    half::<1>();
    half::<2>();
    One.size()
}
use std::future::Future;
";

/// The pages of a report, without the places where a browser may break a name.
fn pages(fixture: &Instrumented) -> impl Fn(&str) -> String {
    let pages = fixture.root().join("pages");
    write(fixture, &pages);
    move |page| {
        let page = fs::read_to_string(pages.join(page)).unwrap();
        page.replace("<wbr>", "")
    }
}

#[test]
fn of_functions_that_a_macro_makes_each_has_its_own_lines() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fs::write(fixture.root().join("src/lib.rs"), MADE).unwrap();
    fixture.rebuild();
    fixture.run(&[]).ends_with(0);
    let read = pages(&fixture);
    let all = read("pages/~functions.html");
    let row = |name: &str| {
        let rows = all.lines().filter(|it| it.starts_with("<tr>"));
        let mut rows = rows.filter(|it| it.contains(&format!(">{name}</a>")));
        let row = rows.next().unwrap_or_else(|| panic!("{name}: {all}"));
        let cells: Vec<_> = row.split("<td").skip(2).collect();
        let ran = cells[1].split("<small>").nth(1).unwrap();
        let ran = ran.split("</small>").next().unwrap();
        let level = cells[1].split([' ', '>']).nth(1).unwrap();
        format!("{ran} {level}, {} calls", cells[2].trim_start_matches('>'))
    };
    for (name, expected) in [
        ("one", "6/6 class=g, 1 calls"),
        ("other", "0/6 class=r, 0 calls"),
        ("waits_one", "4/4 class=g, 1 calls"),
        ("waits_other", "0/4 class=r, 0 calls"),
        ("One::size", "3/3 class=g, 1 calls"),
        ("Other::size", "0/3 class=r, 0 calls"),
        // What did not run as one instantiation ran as the other.
        ("half", "6/6 class=g, 2 calls"),
    ] {
        assert_eq!(row(name), expected, "{name}");
    }

    let index = read("index.html");
    let top = index.split("Functions with the most lines not run").nth(1);
    let top = top.unwrap().split("</section>").next().unwrap();
    assert!(!top.contains(">one</a>"), "{top}");
    let other = top.split("<li>").find(|it| it.contains(">other</a>"));
    assert!(other.unwrap().contains("<b>6</b> of 6 lines"), "{top}");

    let page = read("pages/src.lib.rs.html");
    let outline = page.split("<details id=outline>").nth(1).unwrap();
    let outline = outline.split("</details>").next().unwrap();
    for (name, class) in [
        ("one", "c"),
        ("one, closure at line 5", "c"),
        ("other", "u"),
        ("other, closure at line 5", "u"),
        ("waits_one, async body", "c"),
        ("waits_other, async body", "u"),
        ("Other::size", "u"),
        ("half", "c"),
    ] {
        let entry = outline
            .split("<li ")
            .find(|it| it.contains(&format!(">{name}</a>")));
        let entry = entry.unwrap_or_else(|| panic!("{name}: {outline}"));
        assert!(entry.starts_with(&format!("class={class}>")), "{entry}");
    }
}

/// What the first page says of totals that are not those of its list of functions.
fn why(fixture: &Instrumented) -> Option<String> {
    fixture.rebuild();
    fixture.run(&[]).ends_with(0);
    let pages = fixture.root().join("pages");
    write(fixture, &pages);
    let index = fs::read_to_string(pages.join("index.html")).unwrap();
    let list = index.split("<a id=allfunctions").nth(1).unwrap();
    let list = list.split("</section>").next().unwrap();
    let why = list.split("<p class=why>").nth(1)?;
    Some(why.trim_end_matches("</p>").to_owned())
}

#[test]
fn the_first_page_says_why_its_totals_are_not_those_of_its_functions() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    assert_eq!(why(&fixture), None);
    let library = "pub mod unused;\npub fn used() -> usize {\n    let idle = |number: usize| {\n        number + 1\n    };\n    \
         if std::env::args().count() > 9 { idle(1) } else { 0 }\n}\n";
    fs::write(fixture.root().join("src/lib.rs"), library).unwrap();
    assert_eq!(
        why(&fixture).unwrap(),
        "The totals have 4 functions and 9 lines not run, this list has 3 and 8: in the totals, closures and async bodies are functions \
         with lines of their own."
    );
    fs::write(fixture.root().join("src/lib.rs"), MADE).unwrap();
    assert_eq!(
        why(&fixture).unwrap(),
        "The totals have 9 functions and 10 lines not run, this list has 10 and 22: in the totals, closures and async bodies are \
         functions with lines of their own, functions that a macro makes in one place are one, and a generic function counts as \
         its instantiation that ran most."
    );
}

/// A macro that makes the same in two modules, of which `used` calls the first, and one that makes the same for two types.
const ALIKE: &str = "\
pub mod unused;
pub mod twice;
macro_rules! make {
    () => {
        pub struct Shape;
        impl Shape {
            pub fn size(&self) -> u32 {
                4
            }
        }
        pub trait Given {
            fn given(&self) -> u32 {
                5
            }
        }
        impl Given for u8 {}
        pub fn one() -> u32 {
            let twice = |number: u32| {
                number * 2
            };
            twice(3)
        }
    };
}
pub mod a {
    make!();
}
pub mod b {
    make!();
}
pub struct Of<T>(T);
macro_rules! size {
    ($number:ty) => {
        impl Of<$number> {
            pub fn bits(&self) -> u32 {
                <$number>::BITS
            }
        }
    };
}
size!(u8);
size!(u16);
pub fn used() -> u32 {
    a::Shape.size() + a::Given::given(&1_u8) + a::one() + Of(1_u8).bits() + twice::of_library()
}
pub fn idle() -> u32 {
    b::Shape.size() + b::Given::given(&1_u8) + b::one() + Of(1_u16).bits()
}
";

#[test]
fn of_functions_that_are_called_alike_each_has_its_own_row() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    let source = |path: &str, text: &str| fs::write(fixture.root().join(path), text).unwrap();
    let manifest = fs::read_to_string(fixture.root().join("Cargo.toml")).unwrap();
    source(
        "Cargo.toml",
        &format!("{manifest}\n[lib]\nname = \"library\"\n"),
    );
    source("src/lib.rs", ALIKE);
    source(
        "src/main.rs",
        "mod twice;\nfn main() {\n    twice::of_program();\n    library::used();\n}\n",
    );
    // A file of both, the library and the program, has each function once.
    source(
        "src/twice.rs",
        "pub trait Bits {\n    fn bits(&self) -> u32;\n}\nimpl Bits for u8 {\n    fn bits(&self) -> u32 {\n        8\n    }\n}\n\
         pub fn of_library() -> u32 {\n    1\n}\npub fn of_program() -> u32 {\n    1_u8.bits()\n}\n",
    );
    fixture.rebuild();
    fixture.run(&[]).ends_with(0);
    let read = pages(&fixture);
    let all = read("pages/~functions.html");
    let rows = all.lines().filter(|it| it.starts_with("<tr>"));
    let mut rows: Vec<_> = rows
        .map(|row| {
            let name = row.split("</a>").next().unwrap().rsplit('>').next();
            let ran = row.split("<small>").nth(1).unwrap().split('<').next();
            format!("{} {}", name.unwrap(), ran.unwrap())
        })
        .collect();
    rows.sort();
    let expected = [
        "&lt;library::Of&lt;u16&gt;&gt;::bits 0/3",
        "&lt;library::Of&lt;u8&gt;&gt;::bits 3/3",
        "&lt;library::a::Shape&gt;::size 3/3",
        "&lt;library::b::Shape&gt;::size 0/3",
        "&lt;u8 as Bits&gt;::bits 3/3",
        "idle 0/3",
        "library::a::Given::given 3/3",
        "library::a::one 6/6",
        "library::b::Given::given 0/3",
        "library::b::one 0/6",
        "main 4/4",
        "never 0/6",
        "of_library 3/3",
        "of_program 3/3",
        "used 3/3",
    ];
    assert_eq!(rows, expected);
    let page = read("pages/src.lib.rs.html");
    let outline = page.split("<details id=outline>").nth(1).unwrap();
    let outline = outline.split("</details>").next().unwrap();
    for (name, class) in [
        ("library::a::one, closure at line 18", "c"),
        ("library::b::one, closure at line 18", "u"),
        ("&lt;library::Of&lt;u8&gt;&gt;::bits", "c"),
        ("&lt;library::Of&lt;u16&gt;&gt;::bits", "u"),
    ] {
        let mut entries = outline.split("<li ");
        let entry = entries.find(|it| it.contains(&format!(">{name}</a>")));
        let entry = entry.unwrap_or_else(|| panic!("{name}: {outline}"));
        assert!(entry.starts_with(&format!("class={class}>")), "{entry}");
    }
}
