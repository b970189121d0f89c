//! Statements that do something. The compiler has a mapping of each that anything can come to.

use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::{
    Attribute, Expr, ExprAssign, ExprAwait, ExprBinary, ExprBlock, ExprCall, ExprForLoop, ExprIf,
    ExprLoop, ExprMatch, ExprMethodCall, ExprReturn, ExprTry, ExprUnsafe, ExprWhile, File,
    ImplItem, Item, Stmt, TraitItem,
};

use super::cfg::{is_item_for_tests, is_meant};
use super::given::computes;
use super::mapped::Mapped;
use crate::walk::{self, Go, Part, Visitor};

/// Where those of the functions in a source begin and end. Tests are not meant, nor what the compiler runs.
pub fn statements(file: &File, mapped: &Mapped) -> Vec<[LineColumn; 2]> {
    let mut found = Statements {
        mapped,
        found: Vec::new(),
    };
    if is_meant(&file.attrs) || !mapped.regions.is_empty() {
        walk::through(&mut found, file);
    }
    found.found
}

/// Macros that always make code. Of others nobody knows.
const MACROS: [&str; 14] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "eprint",
    "eprintln",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "write",
    "writeln",
];

struct Statements<'a> {
    mapped: &'a Mapped,
    found: Vec<[LineColumn; 2]>,
}

impl Visitor for Statements<'_> {
    fn enter(&mut self, part: Part<'_>) -> Go {
        match part {
            _ if is_item_for_tests(part, self.mapped) => return Go::Past,
            Part::Item(Item::Fn(_) | Item::Impl(_) | Item::Mod(_) | Item::Trait(_))
            | Part::ImplItem(ImplItem::Fn(_))
            | Part::TraitItem(TraitItem::Fn(_)) => {}
            Part::Item(_)
            | Part::ImplItem(_)
            | Part::TraitItem(_)
            | Part::Macro(_)
            | Part::Type(_)
            | Part::Expr(Expr::Const(_)) => return Go::Past,
            Part::Stmt(it) if !is_meant(attributes(it)) && !self.mapped.has_code_in(it.span()) => {
                return Go::Past;
            }
            Part::Stmt(it) if does_something(it) => {
                self.found.push([it.span().start(), it.span().end()]);
            }
            _ => {}
        }
        Go::Into
    }
}

fn does_something(statement: &Stmt) -> bool {
    match statement {
        Stmt::Local(it) => it.init.as_ref().is_some_and(|it| computes(&it.expr)),
        Stmt::Expr(Expr::Macro(it), _) => it.mac.path.get_ident().is_some_and(is_known),
        Stmt::Expr(it, _) => computes(it),
        Stmt::Macro(it) => it.mac.path.get_ident().is_some_and(is_known),
        Stmt::Item(_) => false,
    }
}

fn is_known(name: &proc_macro2::Ident) -> bool {
    MACROS.iter().any(|it| name == it)
}

fn attributes(statement: &Stmt) -> &[Attribute] {
    let Stmt::Expr(expression, _) = statement else {
        return match statement {
            Stmt::Local(it) => &it.attrs,
            Stmt::Macro(it) => &it.attrs,
            _ => &[],
        };
    };
    match expression {
        Expr::Assign(ExprAssign { attrs, .. })
        | Expr::Await(ExprAwait { attrs, .. })
        | Expr::Binary(ExprBinary { attrs, .. })
        | Expr::Block(ExprBlock { attrs, .. })
        | Expr::Call(ExprCall { attrs, .. })
        | Expr::ForLoop(ExprForLoop { attrs, .. })
        | Expr::If(ExprIf { attrs, .. })
        | Expr::Loop(ExprLoop { attrs, .. })
        | Expr::Match(ExprMatch { attrs, .. })
        | Expr::MethodCall(ExprMethodCall { attrs, .. })
        | Expr::Return(ExprReturn { attrs, .. })
        | Expr::Try(ExprTry { attrs, .. })
        | Expr::Unsafe(ExprUnsafe { attrs, .. })
        | Expr::While(ExprWhile { attrs, .. }) => attrs,
        _ => &[],
    }
}
