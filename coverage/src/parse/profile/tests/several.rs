//! Several profiles in a file, and what else may be behind one.

use super::*;

#[test]
fn several_profiles_in_a_file_are_read_one_after_the_other() {
    let (first, second) = (
        raw(&[(1, 10, 2, 1)], &[7, 8, 9]).file(),
        raw(&[(1, 10, 0, 1), (2, 20, 1, 1)], &[1, 2]).file(),
    );
    for zeros in [3, 11, 19, 4099, ZEROS] {
        let both = [&*first, &vec![0; zeros], &second].concat();
        assert_eq!(
            read(&both),
            [(1, 10, vec![9]), (1, 10, vec![1]), (2, 20, vec![2])]
        );
        assert_eq!(build_ids(&both).unwrap().len(), 2);
        assert_eq!(read_as_needed(&both), both);
        assert!(functions(&both[..both.len() - 1]).is_err());
    }
    // What else follows is not looked at.
    let followed = [&*first, &[0; 3], &[1; 9]].concat();
    assert_eq!(functions(&followed).unwrap().len(), 1);
}

#[test]
fn what_follows_a_profile_that_was_cut_off_is_not_read_as_its_counters() {
    for version in 8..=11 {
        let profile = Raw {
            version,
            names: 40,
            ..raw(&[(1, 10, 0, 2), (2, 20, 2, 1)], &[7, 8, 9])
        };
        let file = profile.file();
        let next = raw(&[(1, 10, 2, 1)], &[7, 8, 9]).file();
        for cut in 1..file.len() - 200 {
            let begin = &file[..file.len() - cut];
            for rest in [&*next.repeat(4), &vec![0; cut]] {
                // Zeros are like the padding of names, whose own end is not needed.
                let is_needed = cut >= profile.names || rest[0] != 0;
                let found = functions(&[begin, rest].concat()).map(|it| it.len());
                assert!(!is_needed || found.is_err(), "{version} {cut}");
            }
        }
    }
}

/// As the reader of files does it.
fn read_as_needed(file: &[u8]) -> &[u8] {
    let mut read = 0;
    loop {
        let wanted = usize::try_from(needed(&file[..read])).unwrap_or(usize::MAX);
        let more = wanted.max(read).min(file.len());
        if more == read {
            return &file[..read];
        }
        read = more;
    }
}

#[test]
fn no_more_is_needed_than_the_profiles_and_what_tells_that_they_are_over() {
    for version in 8..=11 {
        let first = Raw {
            version,
            ..raw(&[(1, 10, 2, 1)], &[7, 8, 9])
        };
        let first = first.file();
        let padding = vec![0; first.len().next_multiple_of(8) - first.len()];
        let both = [&*first, &padding, &first].concat();
        for file in [&*first, &both] {
            let followed = [file, &padding, &[1; 5000]].concat();
            let needed = read_as_needed(&followed);
            assert!((file.len()..file.len() + 1100).contains(&needed.len()));
            let hole = [file, &vec![0; 4 * ZEROS]].concat();
            assert!(read_as_needed(&hole).len() < file.len() + 3 * ZEROS);
            assert_eq!(read(needed), read(file), "version {version}");
            assert_eq!(build_ids(needed), build_ids(file));
            assert_eq!(read_as_needed(file), file);
            for cut in 0..file.len() {
                assert_eq!(read_as_needed(&file[..cut]), &file[..cut]);
            }
        }
    }
    for other in [&[0; 5000][..], &[1; 5000], "text".repeat(2000).as_bytes()] {
        let needed = read_as_needed(other);
        assert!(needed.len() < 1100);
        assert_eq!(
            functions(needed).unwrap_err(),
            functions(other).unwrap_err()
        );
    }
    let mut without_end = raw(&[], &[]).file();
    without_end[8 * 5..][..8].fill(0xff);
    assert_eq!(needed(&without_end), u64::MAX);
}
