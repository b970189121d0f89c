
# `cargo itcov` is completed as `cargo-itcov` is, the rest of cargo as before.
_cargo_itcov_within_cargo() {
    local at=1
    if [[ ${COMP_WORDS[1]} == +* ]]; then at=2; fi
    if [[ $COMP_CWORD -gt $at && ${COMP_WORDS[at]} == itcov ]]; then
        COMP_WORDS=(cargo-itcov "${COMP_WORDS[@]:at+1}")
        COMP_CWORD=$((COMP_CWORD - at))
        _cargo_itcov cargo-itcov "$2" "$3"
        return
    fi
    # bash-completion loads what completes cargo when it is first asked for, which it is not while this does.
    if [[ -z $_cargo_itcov_rest ]]; then
        if declare -F _comp_load >/dev/null; then
            _comp_load cargo
        elif declare -F __load_completion >/dev/null; then
            __load_completion cargo
        fi
        _cargo_itcov_take_over
    fi
    if [[ -n $_cargo_itcov_rest ]]; then "$_cargo_itcov_rest" "$@"; fi
}

_cargo_itcov_take_over() {
    local function
    function=$(complete -p cargo 2>/dev/null | sed -n 's/.*-F \([^ ]*\).*/\1/p')
    if [[ $function != _cargo_itcov_within_cargo ]]; then _cargo_itcov_rest=$function; fi
    complete -o bashdefault -o default -F _cargo_itcov_within_cargo cargo
}

_cargo_itcov_take_over
