//! Calls of macros, but for tests and for what the compiler runs.

use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::{Attribute, Block, Expr, ImplItem, Item, Macro, Signature, Stmt, TraitItem};

use crate::commands::report::cfg::is_meant;
use crate::parsed;
use crate::walk::{self, Go, Part, Visitor};

pub struct Call {
    /// The last part of the macro's.
    pub name: String,
    pub given: TokenStream,
    pub line: usize,
    /// The line of the function that does nothing else.
    pub function: Option<usize>,
    /// It is none between functions.
    pub is_in_function: bool,
}

/// Those in a source, as far as it is understood.
pub fn of(text: &str) -> Vec<Call> {
    let mut calls = Calls::default();
    let file = parsed::parse(text).file;
    if is_meant(&file.attrs) {
        walk::through(&mut calls, &file);
    }
    calls.found
}

/// Those in an expression.
pub fn of_expression(expression: &Expr) -> Vec<Call> {
    let mut calls = Calls::default();
    walk::to(&mut calls, Part::Expr(expression));
    calls.found
}

#[derive(Default)]
struct Calls {
    is_constant: bool,
    /// The line of a function that does nothing but call a macro.
    function: Option<usize>,
    found: Vec<Call>,
}

impl Calls {
    fn add(&mut self, it: &Macro, is_in_function: bool) {
        self.found.push(Call {
            name: name(it),
            given: it.tokens.clone(),
            line: it.path.span().start().line,
            function: self.function.take(),
            is_in_function,
        });
    }

    fn add_item(&mut self, item: &Item) {
        let (attributes, is_constant): (&[Attribute], bool) = match item {
            Item::Fn(it) => (&it.attrs, false),
            Item::Impl(it) => (&it.attrs, false),
            Item::Mod(it) => (&it.attrs, false),
            Item::Trait(it) => (&it.attrs, false),
            Item::Macro(it) => (&it.attrs, false),
            Item::Const(it) => (&it.attrs, true),
            Item::Static(it) => (&it.attrs, true),
            _ => return,
        };
        if !is_meant(attributes) {
            return;
        }
        let Item::Macro(it) = item else {
            if let Item::Fn(it) = item {
                self.enter_function(&it.sig, &it.block);
            }
            return self.look_into(Part::Item(item), is_constant);
        };
        // What is asserted between functions is so by the compiler.
        let is_asserted = ["const_", "assert_", "static_assert"];
        let name = name(&it.mac);
        if it.ident.is_none() && !is_asserted.iter().any(|it| name.starts_with(it)) {
            self.add(&it.mac, false);
        }
    }

    fn enter_function(&mut self, signature: &Signature, body: &Block) {
        let is_call = matches!(
            &body.stmts[..],
            [Stmt::Macro(_) | Stmt::Expr(Expr::Macro(_), _)]
        );
        self.function = is_call.then(|| signature.fn_token.span.start().line);
    }

    fn look_into(&mut self, part: Part<'_>, is_constant: bool) {
        let around = std::mem::replace(&mut self.is_constant, is_constant);
        walk::within(self, part);
        self.is_constant = around;
    }
}

fn name(it: &Macro) -> String {
    let name = it.path.segments.last();
    name.map_or_else(String::new, |it| it.ident.to_string())
}

impl Visitor for Calls {
    fn enter(&mut self, part: Part<'_>) -> Go {
        match part {
            Part::Item(item) => {
                self.add_item(item);
                return Go::Past;
            }
            Part::ImplItem(ImplItem::Fn(it)) if is_meant(&it.attrs) => {
                self.enter_function(&it.sig, &it.block);
            }
            Part::TraitItem(TraitItem::Fn(it)) if is_meant(&it.attrs) => {
                if let Some(body) = &it.default {
                    self.enter_function(&it.sig, body);
                }
            }
            Part::ImplItem(item) => {
                if let ImplItem::Macro(it) = item
                    && is_meant(&it.attrs)
                {
                    self.add(&it.mac, false);
                }
                return Go::Past;
            }
            Part::TraitItem(item) => {
                if let TraitItem::Macro(it) = item
                    && is_meant(&it.attrs)
                {
                    self.add(&it.mac, false);
                }
                return Go::Past;
            }
            Part::Stmt(Stmt::Macro(it)) if !is_meant(&it.attrs) => return Go::Past,
            Part::Stmt(Stmt::Local(it)) if !is_meant(&it.attrs) => return Go::Past,
            Part::Macro(it) => {
                if !self.is_constant {
                    self.add(it, true);
                }
                return Go::Past;
            }
            Part::Expr(Expr::Closure(_)) => {
                self.look_into(part, false);
                return Go::Past;
            }
            Part::Expr(Expr::Const(_)) | Part::Type(_) => return Go::Past,
            _ => {}
        }
        Go::Into
    }
}
