//! Whether an expression does something, so that it is more than a value, a name or a type.

use proc_macro2::TokenTree;
use syn::{BinOp, Block, Expr, ExprPath, Stmt};

use crate::walk::{self, Go, Part, Visitor};

/// What is built in and gives a text, number or file.
const GIVEN: [&str; 13] = [
    "cfg",
    "column",
    "compile_error",
    "concat",
    "env",
    "file",
    "include",
    "include_bytes",
    "include_str",
    "line",
    "module_path",
    "option_env",
    "stringify",
];

/// See above.
pub fn computes(expression: &Expr) -> bool {
    let mut computing = Computing::default();
    walk::to(&mut computing, Part::Expr(expression));
    computing.0
}

/// Whether a statement is no item, and does something.
pub fn statement_computes(statement: &Stmt) -> bool {
    let mut computing = Computing::default();
    walk::to(&mut computing, Part::Stmt(statement));
    computing.0
}

/// Whether a group of tokens is a block, and a statement of it that is no item does something.
pub fn block_computes(group: &TokenTree) -> bool {
    let mut computing = Computing::default();
    if let Ok(block) = syn::parse2::<Block>(group.clone().into()) {
        walk::to(&mut computing, Part::Block(&block));
    }
    computing.0
}

#[derive(Default)]
struct Computing(bool);

impl Visitor for Computing {
    fn enter(&mut self, part: Part<'_>) -> Go {
        match part {
            Part::Expr(Expr::Const(_)) | Part::Item(_) | Part::Type(_) => return Go::Past,
            Part::Expr(it) => self.0 |= acts(it),
            Part::Stmt(Stmt::Local(_)) => {
                self.0 = true;
                return Go::Past;
            }
            Part::Macro(it) => {
                let name = it.path.segments.last();
                let name = name.map_or_else(String::new, |it| it.ident.to_string());
                self.0 |= !GIVEN.contains(&&*name);
                return Go::Past;
            }
            _ => {}
        }
        Go::Into
    }
}

fn acts(it: &Expr) -> bool {
    match it {
        Expr::Assign(_)
        | Expr::Await(_)
        | Expr::Break(_)
        | Expr::Closure(_)
        | Expr::Continue(_)
        | Expr::ForLoop(_)
        | Expr::If(_)
        | Expr::Loop(_)
        | Expr::Match(_)
        | Expr::MethodCall(_)
        | Expr::Return(_)
        | Expr::Try(_)
        | Expr::While(_)
        | Expr::Yield(_) => true,
        // What has the name of a type or variant is a value.
        Expr::Call(it) => !matches!(&*it.func, Expr::Path(it) if is_great(it)),
        // `Vec<u8, …` is none.
        Expr::Binary(it) if matches!(it.op, BinOp::Lt(_) | BinOp::Gt(_)) => false,
        Expr::Binary(it) => is_variable(&it.left) || is_variable(&it.right),
        _ => false,
    }
}

fn is_variable(operand: &Expr) -> bool {
    match operand {
        Expr::Path(it) => !is_great(it),
        Expr::Field(_) | Expr::Index(_) => true,
        _ => false,
    }
}

/// Whether a name begins with a capital letter.
fn is_great(it: &ExprPath) -> bool {
    let name = it.path.segments.last().map(|it| it.ident.to_string());
    name.is_some_and(|it| it.starts_with(char::is_uppercase))
}
