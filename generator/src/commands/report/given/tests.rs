use super::{Known, included, pieces};

/// The lines of the pieces of a text of which nothing has run.
fn lines(text: &str) -> Vec<Vec<u32>> {
    let pieces = pieces(text, &Known::default()).into_iter();
    pieces.map(|it| it.lines.into_iter().collect()).collect()
}

#[test]
fn what_computes_is_code_wherever_it_is_given_to_a_macro() {
    let text = "\
thread_local! {
    static T: RefCell<Vec<u32>> = RefCell::new({
        // A comment.
        all.push(1);
    });
}
handlers! {
    greet => {
        format!(\"a\")
    }
    /// What it does.
    remove => {
        /// What that is.
        if a { b }
    }
}
impl A { made! { |me| me.0 * 2 } }
trait B {
    made! {
        fn b() {
            loop {}
        }
    }
}
fn main() {
    let x = inline! {
        let k = 1;
        k + n
    };
    { kept!(a = async move { b }, c?) }
}
static C: Lazy<u8> = Lazy::new(|| { kept!(d()) });
";
    let wanted: [&[u32]; 9] = [
        &[2, 4],
        &[9],
        &[14],
        &[17],
        &[21],
        &[27],
        &[28],
        &[30],
        &[32],
    ];
    assert_eq!(lines(text), wanted);
}

#[test]
fn types_constants_texts_tests_and_definitions_are_no_code() {
    let text = "\
bitflags! { struct Flags: u32 { const A = 1 << 3; const B = Self::A.bits(); } }
thread_local! { static T: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) }; }
macro_rules! made { () => { fn made() { call(); } } }
table! { users (id) { id -> Integer, name -> Nullable<Varchar>, } }
map! { \"a\" => 1, \"b\" => Some(2), C => HashMap<String, u8>, D => Foo { a: 1, b: -2 } }
types! { A(fn(u8)), fn declared(a: *const u8); }
errors! { NotFound(404), \"not found\"; Gone = 410, Flags::A | Flags::B }
include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));
const_assert!(size_of::<u8>() == 1);
#[cfg(test)]
proptest! { fn prop() { call(); } }
tests! { #[test] fn test() { call(); } }
const C: u8 = made!(call());
#[test]
fn test() { made!(call()) }
mod inner { passed! { use a::b; type A = B<C>; enum D { E(u8) } } }
fn main() {
    println!(\"text {}\", 1);
    vec![1, 2];
    made!(\"a\", Some(A), [1; 3], &B, u8, 'c', -1, A::B);
    const { made!(call()) }
}
";
    assert_eq!(lines(text), Vec::<Vec<u32>>::new());
}

#[test]
fn what_has_code_of_its_own_or_is_called_where_something_ran_is_not_meant() {
    let text = "made! { fn a() { call() } }\nfn main() {\n    made!(call())\n}\n";
    let mut known = Known::default();
    assert_eq!(pieces(text, &known).len(), 2);
    known.mapped.regions.insert((1, 9));
    assert_eq!(pieces(text, &known).len(), 1);
    known.ran.insert(3);
    assert_eq!(pieces(text, &known).len(), 0);
}

#[test]
fn the_statements_of_an_included_expression_are_code_if_they_do_something() {
    let lines = |text: &str| {
        let pieces = included::pieces(text, &Known::default()).into_iter();
        let lines = pieces.map(|it| it.lines.into_iter().collect::<Vec<u32>>());
        lines.collect::<Vec<_>>()
    };
    let text = "\
// A block.
{
    let k = 1;
    fn item() {
        call();
    }
    #[cfg(test)]
    let of_tests = call();
    if a {
        // A comment.
        b
    }
    unsafe {
        call()
    };
    k
}
";
    let wanted: [&[u32]; 3] = [&[3], &[9, 11], &[14]];
    assert_eq!(lines(text), wanted);
    assert_eq!(lines("a + 1\n"), [[1]]);
    for none in ["[1, 2, 3]", "\"a\"", "fn item() { call() }", "", "A(1)"] {
        assert!(lines(none).is_empty(), "{none}");
    }
}
