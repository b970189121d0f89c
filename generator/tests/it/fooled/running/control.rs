//! Who connects to the control address, and what that costs the run.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use super::{have_ended, number};
use crate::support::control::{STOP, address, ask};
use crate::support::process::{is_alive, signal, wait_until};
use crate::support::{Running, TestCrate};

/// The suite leaves a process behind, says who started it, and goes on.
const SUITE: &str = "sleep 1000 & echo tool=$PPID= child=$!=; echo up; exec sleep 1000";

/// Starts a run with few file descriptors.
fn start(krate: &TestCrate, descriptors: u32) -> Running {
    let script = format!("ulimit -n {descriptors}; exec just itcov-exec sh -c '{SUITE}'");
    let mut shell = krate.command("sh");
    let mut run = Running::start(
        shell
            .args(["-c", &script])
            .env("ITCOV_CONTROL", "127.0.0.1:0"),
    );
    run.expect("up\n");
    run
}

/// The time on a processor that a process has had, in hundredths of a second: see `proc_pid_stat(5)`.
fn ticks(id: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    let fields: Vec<&str> = rest.split(' ').collect();
    let number = |place: usize| fields[place].parse::<u64>().unwrap();
    number(11) + number(12)
}

/// Connections that are open, and say no more than one byte.
fn crowd(address: &str, size: usize) -> Vec<TcpStream> {
    let streams = (0..size).filter_map(|_| {
        let mut stream = TcpStream::connect(address).ok()?;
        let _ = stream.write_all(b"P");
        Some(stream)
    });
    streams.collect()
}

/// Asks for the end until that is heard, and fails the test if nobody listens.
#[track_caller]
fn stop(address: &str) {
    let since = Instant::now();
    loop {
        let asked = TcpStream::connect(address).and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(STOP.as_bytes())?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        });
        if asked.is_ok_and(|answer| answer.contains("202 Accepted")) {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(20), "nobody listens");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_crowd_of_slow_connections_with_few_descriptors_neither_spins_nor_keeps_the_run_from_its_end() {
    let krate = TestCrate::shared();
    let mut run = start(&krate, 64);
    let address = address(&mut run);
    let (tool, child) = (
        number(&run.stdout(), "tool"),
        number(&run.stdout(), "child"),
    );
    let crowds = thread::scope(|scope| {
        // A new one each second, so that there are always some.
        let crowds = scope.spawn(|| {
            let next = |_| {
                let crowd = crowd(&address, 250);
                thread::sleep(Duration::from_secs(1));
                crowd
            };
            (0..3).map(next).collect::<Vec<_>>()
        });
        let before = ticks(tool);
        thread::sleep(Duration::from_secs(3));
        let spent = ticks(tool) - before;
        assert!(spent < 100, "{spent} hundredths of a second");
        crowds.join().unwrap()
    });
    assert!(is_alive(tool) && is_alive(child));
    let last = crowd(&address, 250);
    stop(&address);
    have_ended(Duration::from_secs(15), "the run", &[tool, child]);
    run.finish().ends_with(130).says("POST /stop has come");
    drop((crowds, last));
}

#[test]
fn connections_that_come_and_go_leave_the_server_as_it_was() {
    let krate = TestCrate::shared();
    let mut run = start(&krate, 64);
    let address = address(&mut run);
    let tool = number(&run.stdout(), "tool");
    let open = || {
        std::fs::read_dir(format!("/proc/{tool}/fd"))
            .unwrap()
            .count()
    };
    let before = open();
    for _ in 0..20 {
        drop(crowd(&address, 50));
    }
    // At first git may still be asked what is around the run.
    wait_until("they are closed", || open() <= before);
    let answer = ask(&address, STOP);
    assert!(answer.contains("202 Accepted"), "{answer}");
    run.finish().ends_with(130);
}

#[test]
fn a_run_that_can_open_nothing_goes_on_and_can_be_stopped_later() {
    let krate = TestCrate::shared();
    let mut run = krate.start_just(&["itcov", "wait"], &[]);
    run.expect("waiting\n");
    let address = address(&mut run);
    let (program, tool) = (run.program(), run.tool());
    let id = Pid::from_raw(i32::try_from(tool).unwrap());
    // It has inherited them.
    let usual = getrlimit(Resource::Nofile);
    let set = |current: Option<u64>| {
        let maximum = usual.maximum;
        prlimit(id, Resource::Nofile, Rlimit { current, maximum }).unwrap();
    };
    set(Some(4));
    let held = crowd(&address, 20);
    let before = ticks(tool);
    thread::sleep(Duration::from_secs(1));
    let spent = ticks(tool) - before;
    assert!(spent < 50, "{spent} hundredths of a second");
    // It cannot see whether just is still there, and does not take it for gone.
    assert!(is_alive(program) && is_alive(tool), "{}", run.stderr());
    set(usual.current);
    stop(&address);
    have_ended(Duration::from_secs(15), "the run", &[program, tool]);
    run.finish().ends_with(0).says("POST /stop has come");
    drop(held);
}

#[test]
fn what_a_suite_has_left_behind_ends_though_the_tool_can_open_nothing() {
    let krate = TestCrate::shared();
    // They ignore what can be ignored.
    let suite = "trap '' TERM INT; sleep 1000 & echo tool=$PPID= suite=$$= child=$!=; (sleep 1000 & echo other=$!=); echo up; wait";
    let words = ["itcov-exec", "sh", "-c", suite];
    let mut run = krate.start_just(&words, &[("ITCOV_GRACE", "1")]);
    run.expect("up\n");
    let names = ["tool", "suite", "child", "other"];
    let [tool, suite, child, other] = names.map(|name| number(&run.stdout(), name));
    let id = Pid::from_raw(i32::try_from(tool).unwrap());
    let (current, maximum) = (Some(1), getrlimit(Resource::Nofile).maximum);
    prlimit(id, Resource::Nofile, Rlimit { current, maximum }).unwrap();
    signal("KILL", suite);
    have_ended(
        Duration::from_secs(15),
        "what was left",
        &[tool, child, other],
    );
    run.finish();
}
