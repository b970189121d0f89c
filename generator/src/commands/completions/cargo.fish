
# `cargo itcov` is completed as `cargo-itcov` is, the rest of cargo as before.
function __fish_cargo_itcov_within_cargo
    set -l words (commandline -opc)
    set -e words[1]
    if string match -q -- '+*' $words[1]
        set -e words[1]
    end
    set -e words[1]
    complete -C (string join ' ' -- cargo-itcov (string escape -- $words) (commandline -ct))
end
function __fish_cargo_itcov_is_meant
    set -l words (commandline -opc)
    test "$words[2]" = itcov; or begin
        string match -q -- '+*' "$words[2]"; and test "$words[3]" = itcov
    end
end
complete -c cargo -n __fish_cargo_itcov_is_meant -f -a '(__fish_cargo_itcov_within_cargo)'
