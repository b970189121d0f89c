//! A walk through a source. syn's own is compiled once for each visitor that has a type; here, one type is that of all.

use syn::visit::{self, Visit};
use syn::{Arm, Block, Expr, FieldValue, File, ImplItem, Item, Macro, Stmt, TraitItem, Type};

/// A part of a source.
#[derive(Clone, Copy)]
pub enum Part<'a> {
    Arm(&'a Arm),
    Block(&'a Block),
    Expr(&'a Expr),
    FieldValue(&'a FieldValue),
    ImplItem(&'a ImplItem),
    Item(&'a Item),
    Macro(&'a Macro),
    Stmt(&'a Stmt),
    TraitItem(&'a TraitItem),
    Type(&'a Type),
}

/// Where a walk goes from a part.
#[derive(PartialEq, Eq)]
pub enum Go {
    Into,
    Past,
}

pub trait Visitor {
    /// Comes to a part.
    fn enter(&mut self, part: Part<'_>) -> Go;
}

pub fn through(visitor: &mut dyn Visitor, file: &File) {
    Walk(visitor).visit_file(file);
}

/// Comes to the part, and to what is in it.
pub fn to(visitor: &mut dyn Visitor, part: Part<'_>) {
    Walk(visitor).to(part);
}

/// Comes to what is in the part.
pub fn within(visitor: &mut dyn Visitor, part: Part<'_>) {
    Walk(visitor).within(part);
}

struct Walk<'a>(&'a mut dyn Visitor);

impl Walk<'_> {
    fn to(&mut self, part: Part<'_>) {
        if self.0.enter(part) == Go::Into {
            self.within(part);
        }
    }

    fn within(&mut self, part: Part<'_>) {
        match part {
            Part::Arm(it) => visit::visit_arm(self, it),
            Part::Block(it) => visit::visit_block(self, it),
            Part::Expr(it) => visit::visit_expr(self, it),
            Part::FieldValue(it) => visit::visit_field_value(self, it),
            Part::ImplItem(it) => visit::visit_impl_item(self, it),
            Part::Item(it) => visit::visit_item(self, it),
            Part::Macro(it) => visit::visit_macro(self, it),
            Part::Stmt(it) => visit::visit_stmt(self, it),
            Part::TraitItem(it) => visit::visit_trait_item(self, it),
            Part::Type(it) => visit::visit_type(self, it),
        }
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_arm(&mut self, it: &'ast Arm) {
        self.to(Part::Arm(it));
    }

    fn visit_block(&mut self, it: &'ast Block) {
        self.to(Part::Block(it));
    }

    fn visit_expr(&mut self, it: &'ast Expr) {
        self.to(Part::Expr(it));
    }

    fn visit_field_value(&mut self, it: &'ast FieldValue) {
        self.to(Part::FieldValue(it));
    }

    fn visit_impl_item(&mut self, it: &'ast ImplItem) {
        self.to(Part::ImplItem(it));
    }

    fn visit_item(&mut self, it: &'ast Item) {
        self.to(Part::Item(it));
    }

    fn visit_macro(&mut self, it: &'ast Macro) {
        self.to(Part::Macro(it));
    }

    fn visit_stmt(&mut self, it: &'ast Stmt) {
        self.to(Part::Stmt(it));
    }

    fn visit_trait_item(&mut self, it: &'ast TraitItem) {
        self.to(Part::TraitItem(it));
    }

    fn visit_type(&mut self, it: &'ast Type) {
        self.to(Part::Type(it));
    }
}
