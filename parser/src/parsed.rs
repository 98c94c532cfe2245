//! Results of the grammar: what it returns for each start token, and its one error of its own.

use crate::ast;
use crate::token::Token;

/// Limit on nested brackets. It bounds the depth of every tree, so trees can be walked and dropped recursively.
pub(crate) const NESTING_LIMIT: i32 = 200;

/// Result of the grammar, depending on the start token.
#[derive(Debug)]
pub(crate) enum Parsed {
    File(ast::File),
    Header(ast::Header),
    Definition(ast::Definition),
    Fields(Vec<ast::Field>),
    EnumValues(Vec<ast::EnumValue>),
    Functions(Vec<ast::Function>),
}

impl Parsed {
    pub(crate) fn file(headers: Vec<ast::Header>, definitions: Vec<ast::Definition>) -> Parsed {
        Parsed::File(ast::File { headers, definitions, ..ast::File::default() })
    }
}

/// Error raised by the token stream itself: more than [`NESTING_LIMIT`] brackets are open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooDeep {
    /// The first bracket beyond the limit.
    pub(crate) token: Token,
}
