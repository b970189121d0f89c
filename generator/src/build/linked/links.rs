//! The link by which processes come to the part of a run that is recorded: its path is in their environment.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use super::socket_of;

/// The directory of the runs of a checkout.
pub const RUNS: &str = "runs";

/// The directory, beside that, of the links by which processes come to a part that is recorded. Their names are numbers.
pub const NOW: &str = "now";

/// Whether it is such a link, which leads to a part of a run beside it and nowhere else.
pub fn leads_to_part(link: &Path) -> bool {
    let target = fs::read_link(link).unwrap_or_default();
    let names: Vec<&OsStr> = target.iter().collect();
    let is_number = |name: &OsStr| name.to_str().is_some_and(|it| it.parse::<u64>().is_ok());
    link.parent().is_some_and(|it| it.ends_with(NOW))
        && matches!(names[..], [up, runs, run, part] if up == ".." && runs == RUNS && is_number(run) && is_number(part))
}

/// The name of the socket that is told of processes which know their run, by the link in [`NOW`].
pub fn socket_of_part(store: &Path, link: &Path) -> String {
    let number = link.file_name().unwrap_or_default();
    format!("{}-{}", socket_of(store), number.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::leads_to_part;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_leads_to_a_part_of_a_run_beside_it_alone() {
        let directory = tempfile::tempdir().unwrap();
        let make = |below: &str, target: &str| {
            let directory = directory.path().join(below);
            fs::create_dir_all(&directory).unwrap();
            let link = directory.join("1");
            let _ = fs::remove_file(&link);
            symlink(target, &link).unwrap();
            leads_to_part(&link)
        };
        assert!(make("now", "../runs/1/2"));
        for target in [
            "../runs/1",
            "../runs/../2",
            "../../runs/1/2",
            "/runs/1/2",
            "../runs/1/2/3",
        ] {
            assert!(!make("now", target), "{target}");
        }
        assert!(!make("linked", "../runs/1/2"));
        assert!(!leads_to_part(directory.path()));
    }
}
