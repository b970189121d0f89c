
# `cargo itcov` is completed as `cargo-itcov` is, the rest of cargo as before.
var within-cargo~ = {|rest|
    put {|@words|
        if (and (> (count $words) 2) (eq $words[1] itcov)) {
            $edit:completion:arg-completer[cargo-itcov] cargo-itcov (all $words[2..])
        } else {
            $rest $@words
        }
    }
}
var rest-of-cargo = $edit:complete-filename~
if (has-key $edit:completion:arg-completer cargo) {
    set rest-of-cargo = $edit:completion:arg-completer[cargo]
}
set edit:completion:arg-completer[cargo] = (within-cargo $rest-of-cargo)
