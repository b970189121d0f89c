//! A check and the doctor fail where what a justfile sets keeps recipes from running.

use crate::support::TestCrate;

#[test]
fn what_a_justfile_sets_and_no_recipe_can_run_with_fails_the_check() {
    let krate = TestCrate::scaffolded("sets");
    let justfile = krate.read("justfile");
    for (sets, why) in [
        ("set dotenv-required", "dotenv file not found"),
        ("set shell := ['/no/such/shell', '-c']", "No such file"),
        ("set shell := ['false']", "exit status: 1"),
        ("export PATH := '/no/such/directory'", "No such file"),
        ("unexport PATH", "cargo"),
        ("mine := env('NO_SUCH_VARIABLE_OF_ANYBODY')", "NO_SUCH"),
        ("mine := `exit 3`", "exit code 3"),
        ("set shell := ['true']", "does not run what it is given"),
        ("set shell := ['sh', '-n', '-c']", "does not run"),
        ("set shell := ['echo']", "does not run"),
    ] {
        krate.write("justfile", &format!("{sets}\n{justfile}"));
        let recipe = krate.just(&["itcov-build"]);
        assert!(
            recipe.status != 0 || why.starts_with("does not run"),
            "{sets}"
        );
        krate.itcov(&["check"]).ends_with(1).says(why);
        let output = krate.itcov(&["doctor"]).ends_with(1);
        output.prints(why);
    }
    krate.write(".env", "ITCOV_TIMEOUT=5m\n");
    for fine in [
        "set shell := ['bash', '-euc']",
        "export PATH := env('PATH') + ':bin'",
        "set dotenv-load\nset export\nmine := `echo mine`",
    ] {
        krate.write("justfile", &format!("{fine}\n{justfile}"));
        krate.itcov(&["check"]).ends_with(0);
    }
}

#[test]
fn variables_that_a_run_refuses_fail_the_check() {
    let krate = TestCrate::scaffolded("variables");
    let justfile = krate.read("justfile");
    let suite = "itcov-suite true";
    for (variable, value, recipe, why) in [
        ("TIMEOUT", "later", "itcov", "is not a duration"),
        ("GRACE", "soon", "itcov", "is not a duration"),
        ("STOP_SIGNAL", "KILL", "itcov", "is neither SIGINT nor"),
        ("CONTROL", "0.0.0.0:80", "itcov", "is not a loopback"),
        ("CONTROL", "here", "itcov", "is not a loopback"),
        ("READY", "localhost", suite, "is not tcp://HOST:PORT"),
        ("READY_TIMEOUT", "soon", suite, "is not a duration"),
        ("ARGS", "\"", suite, "has a quote that is not closed"),
        ("ARGS_variables", "\"", suite, "has a quote that is not"),
    ] {
        let why = format!("ITCOV_{variable}={value} {why}");
        krate.write("justfile", &format!("set dotenv-load\n{justfile}"));
        krate.write(".env", &format!("ITCOV_{variable}='{value}'\n"));
        for _ in 0..2 {
            let words: Vec<&str> = recipe.split(' ').collect();
            krate.just(&words).ends_with(2).says(&why);
            let said = format!("in the recipes {why}");
            krate.itcov(&["check"]).ends_with(1).says(&said);
            krate.itcov(&["doctor"]).ends_with(1).prints(&said);
            let exported = format!("export ITCOV_{variable} := '{value}'\n{justfile}");
            krate.write("justfile", &exported);
            krate.write(".env", "");
            if variable == "TIMEOUT" {
                break;
            }
        }
    }
    let fine = "export ITCOV_STOP_SIGNAL := 'SIGTERM'\nexport ITCOV_CONTROL := '127.0.0.1:0'\n\
                export ITCOV_ARGS := \"-x 'a\\nb'\"\nexport ITCOV_READY := ''\n";
    krate.write("justfile", &format!("{fine}{justfile}"));
    krate.itcov(&["check"]).ends_with(0);
}
