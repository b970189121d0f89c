//! Asynchronous functions of whose bodies an optimised build has no mapping, as nothing calls them.

use crate::build::package;
use crate::support::repository::Git;
use crate::support::{Output, TestCrate};

const BLOCK: &str = "pub fn block<F: std::future::Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
";

/// It has these functions, and calls those.
fn program(functions: &str, calls: &str) -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/lib.rs", &(BLOCK.to_owned() + functions));
    krate.write("src/main.rs", &format!("fn main() {{\n{calls}}}\n"));
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    krate
}

fn run(krate: &TestCrate, words: &[&str]) -> Output {
    krate.itcov(&[&["run"], words].concat()).ends_with(0)
}

const FUNCTIONS: &str = "/// The first.
pub async fn idle(n: usize) -> usize {
    n + 1
}
pub async fn busy(n: usize) -> usize {
    n + 2
}
pub async fn empty() {
    // Nothing.
}
";

#[test]
fn no_threshold_is_met_by_a_change_in_the_body_of_an_asynchronous_function_that_is_not_mapped() {
    let krate = program(
        FUNCTIONS,
        "    println!(\"{}\", app::block(app::busy(1)));\n",
    );
    let change = |from: &str, to: &str| {
        let text = FUNCTIONS.replacen(from, to, 1);
        krate.write("src/lib.rs", &(BLOCK.to_owned() + &text));
    };
    let gate = || krate.itcov(&super::SINCE_HEAD);
    let larger = "    let mut m = n;\n".to_owned() + &"    m += n;\n".repeat(40) + "    m\n";
    for (from, to) in [("    n + 1\n", "    n + 3\n"), ("    n + 1\n", &*larger)] {
        change(from, to);
        run(&krate, &["--release"]);
        gate().ends_with(1).says(
            "nothing that has changed was measured, so whether enough ran cannot be told: src/lib.rs (no code for line 11, which",
        );
        run(&krate, &[]);
        gate().ends_with(1).says("below the threshold");
    }
    // What ran, what has no code, and what is above a function.
    for (from, to) in [
        ("n + 2", "n + 3"),
        ("// Nothing", "// Still nothing"),
        ("The first", "The very first"),
    ] {
        change(from, to);
        for words in [&["--release"][..], &[]] {
            run(&krate, words);
            let met = gate().ends_with(0);
            assert!(!met.stderr.contains("no code for"), "{}", met.stderr);
        }
    }
}

#[test]
fn what_ran_in_an_asynchronous_function_that_is_not_mapped_now_may_be_lost() {
    let several = "pub async fn several(\n    n: usize,\n) -> usize\n{\n    n + 4\n}\n";
    let krate = program(&(FUNCTIONS.to_owned() + several), "");
    let main = |names: &[&str]| {
        let call = |name: &&str| format!("    println!(\"{{}}\", app::block(app::{name}(1)));\n");
        let calls: String = names.iter().map(call).collect();
        krate.write("src/main.rs", &format!("fn main() {{\n{calls}}}\n"));
    };
    main(&["busy", "idle", "several"]);
    Git(krate.root.clone()).commit("all are called");
    let strict = ["report", "--baseline", "target/base.json", "--fail-on-lost"];
    for words in [&["--release"][..], &[]] {
        main(&["busy", "idle", "several"]);
        run(&krate, words);
        let base = ["report", "--json", "target/base.json"];
        krate.itcov(&base).ends_with(0);
        krate.itcov(&strict).ends_with(0);
        main(&["busy"]);
        run(&krate, words);
        let revision = ["--baseline-revision", "HEAD"];
        for more in [&[][..], &revision] {
            let lost = krate.itcov(&[&strict[..], more].concat()).ends_with(1);
            if words.is_empty() {
                lost.says("lines were lost since base.json");
            } else {
                lost.says(
                    "whether lines were lost cannot be told: src/lib.rs (no code for idle now), src/lib.rs (no code for several now);",
                );
            }
        }
    }
}

#[test]
fn a_report_says_which_asynchronous_functions_it_has_the_heads_of_alone() {
    let krate = program(
        FUNCTIONS,
        "    println!(\"{}\", app::block(app::busy(1)));\n",
    );
    let note = "note: functions whose bodies are not in the report, because the compiler has no mapping of them: src/lib.rs:11;";
    run(&krate, &["--release"]).says(note);
    let other = krate.itcov(&["report", "--exclude", "src/lib.rs"]);
    assert!(!other.stderr.contains("note"), "{}", other.stderr);
    let dev = run(&krate, &[]);
    assert!(!dev.stderr.contains("asynchronous"), "{}", dev.stderr);
}

#[test]
fn what_an_attribute_makes_a_body_of_is_named_where_the_compiler_has_no_mapping_of_that() {
    let krate = program("", "");
    let more = "[workspace]\nmembers = [\"wrap\"]\n[dependencies]\nwrap = { path = \"wrap\" }\n";
    krate.write("Cargo.toml", &package("app", more));
    krate.write(
        "wrap/Cargo.toml",
        &package("wrap", "[lib]\nproc-macro = true\n"),
    );
    // As `#[async_trait]` and `#[tracing::instrument]` do.
    krate.write(
        "wrap/src/lib.rs",
        "use proc_macro::{Delimiter, Group, TokenStream, TokenTree};
#[proc_macro_attribute]
pub fn wrap(head: TokenStream, item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let Some(TokenTree::Group(body)) = tokens.pop() else { panic!() };
    // The statements keep their places, and the braces around them do not.
    let again = Group::new(Delimiter::Brace, body.stream());
    let (before, behind) = if head.is_empty() {
        (\"let it = async move\", \"; it.await\")
    } else {
        (\"let it = move ||\", \"; it()\")
    };
    let mut made: TokenStream = before.parse().unwrap();
    made.extend([TokenTree::Group(again)]);
    made.extend(behind.parse::<TokenStream>().unwrap());
    let mut whole = Group::new(Delimiter::Brace, made);
    whole.set_span(body.span());
    tokens.push(TokenTree::Group(whole));
    tokens.into_iter().collect()
}
",
    );
    let lib = "#[wrap::wrap]
pub async fn handle(n: usize) -> usize {
    if n > 5 {
        println!(\"many\");
    }
    n + 1
}
#[wrap::wrap(closure)]
pub fn count(n: usize) -> usize {
    if n > 5 {
        println!(\"many\");
    }
    n + 2
}
#[wrap::wrap]
pub async fn later(n: usize) -> usize {
    let it = async move { n * 7 };
    block(it)
}
pub fn plain(n: usize) -> usize {
    let twice = || n * 2;
    twice()
}
";
    krate.write("src/lib.rs", &(BLOCK.to_owned() + lib));
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{} {} {}\", app::block(app::handle(1)), app::count(1), app::plain(1));\n}\n",
    );
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git(krate.root.clone()).commit("second");
    run(&krate, &[]).says(
        "note: functions whose bodies are not in the report, because the compiler has no mapping of them: src/lib.rs:11, src/lib.rs:18, src/lib.rs:25;",
    );
    for (from, to, line) in [
        ("n + 1", "n + 3", 11),
        ("n + 2", "n + 4", 18),
        ("block(it)", "block(it) + 1", 25),
    ] {
        krate.write("src/lib.rs", &(BLOCK.to_owned() + &lib.replace(from, to)));
        run(&krate, &[]);
        let said = format!("src/lib.rs (no code for line {line}, which");
        krate.itcov(&super::SINCE_HEAD).ends_with(1).says(&said);
    }
    krate.write(
        "src/lib.rs",
        &(BLOCK.to_owned() + &lib.replace("n * 2", "n * 3")),
    );
    run(&krate, &[]);
    krate.itcov(&super::SINCE_HEAD).ends_with(0);
}
