//! `docs/errors.md`: what a user sees when something is wrong, each from a real run, word for word.

mod anywhere;
mod baselines;
mod choosing;
mod dependencies;
mod kept;
mod page;
mod places;
mod profiles;
mod reports;
mod runs;
mod scaffold;
mod scenarios;
mod sources;
mod suites;
mod templates;

use std::fs;
use std::thread;

use page::Section;

use crate::support::repository;

const HEAD: &str = "\
# Errors and warnings

What `cargo itcov` says when something is wrong, by command, as a page to read through or to search. Each is from a real run: a
test (`generator/tests/it/errors/`) repeats them and compares this page word for word. `ITCOV_WRITE=1` has the test write it:

```sh
ITCOV_WRITE=1 cargo test -p cargo-itcov --test it errors::each
```

Errors end with exit status 1 unless another one is given. `…` stands for what cargo, rustc or the system says.

Left out are what `doctor` finds; the answers at the [control address](control-address.md); what the system refuses, such as a write
to a full disk; what takes a moment of bad luck, such as a file that somebody else changes meanwhile, or a process that is killed
while it writes; most of the ways in which a profile, a program or a repository can be damaged; and functions that link-time
optimisation has lost.
";

#[test]
fn each_error_of_the_page_is_what_is_said() {
    let sections: [fn() -> Section; 8] = [
        anywhere::section,
        scaffold::section,
        templates::section,
        choosing::section,
        runs::section,
        reports::section,
        sources::section,
        scenarios::section,
    ];
    let made = thread::scope(|scope| {
        let threads = sections.map(|section| scope.spawn(section));
        threads.map(|thread| thread.join().unwrap().text())
    });
    let page = [HEAD.to_owned()].into_iter().chain(made);
    let page = page.collect::<Vec<_>>().join("\n");
    let file = repository().join("docs/errors.md");
    if std::env::var_os("ITCOV_WRITE").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    let line = |text: &str, number: usize| text.lines().nth(number).map(str::to_owned);
    let mut numbers = 0..page.lines().count().max(written.lines().count());
    if let Some(number) = numbers.find(|it| line(&page, *it) != line(&written, *it)) {
        panic!(
            "docs/errors.md differs in line {}\n- {:?}\n+ {:?}",
            number + 1,
            line(&written, number),
            line(&page, number)
        );
    }
}
