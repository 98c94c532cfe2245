//! Suggestions: “did you mean …?”

use std::cell::Cell;

/// Keywords that start headers and definitions.
const KEYWORDS: &[&str] = &[
    "struct",
    "union",
    "exception",
    "enum",
    "service",
    "typedef",
    "const",
    "namespace",
    "include",
    "cpp_include",
];

/// Base types.
pub(crate) const BASE_TYPES: &[&str] = &[
    "bool", "byte", "i8", "i16", "i32", "i64", "double", "string", "binary", "uuid", "list", "set",
    "map",
];

/// Words that Apache compilers up to 0.17 and ThriftPy refuse as names, sorted.
#[rustfmt::skip]
pub(crate) const RESERVED: &[&str] = &[
    "BEGIN", "END", "__CLASS__", "__DIR__", "__FILE__", "__FUNCTION__", "__LINE__", "__METHOD__", "__NAMESPACE__",
    "abstract", "alias", "and", "args", "as", "assert", "begin", "break", "case", "catch", "class", "clone",
    "continue", "declare", "def", "default", "del", "delete", "do", "dynamic", "elif", "else", "elseif", "elsif",
    "end", "enddeclare", "endfor", "endforeach", "endif", "endswitch", "endwhile", "ensure", "except", "exec",
    "finally", "float", "for", "foreach", "from", "function", "global", "goto", "if", "implements", "import", "in",
    "inline", "instanceof", "interface", "is", "lambda", "module", "native", "new", "next", "nil", "not", "or",
    "package", "pass", "print", "private", "protected", "public", "raise", "redo", "register", "rescue", "retry",
    "return", "self", "sizeof", "static", "super", "switch", "synchronized", "then", "this", "throw", "transient",
    "try", "undef", "unless", "unsigned", "until", "use", "var", "virtual", "volatile", "when", "while", "with",
    "xor", "yield",
];

/// Longest name that is compared.
const MAX_LENGTH: usize = 64;

/// Most names that are compared with one that was not found.
const MAX_COMPARED: usize = 5_000;

/// The keyword closest to a word at the start of a definition.
pub(crate) fn keyword(word: &str) -> Option<&'static str> {
    closest(word, KEYWORDS.iter().copied())
}

/// Advice for words of older versions and other dialects of the language.
pub(crate) fn once_a_keyword(word: &[u8]) -> Option<&'static str> {
    Some(match word {
        b"cpp_namespace" => "write `namespace cpp` instead",
        b"php_namespace" => "write `namespace php` instead",
        b"py_module" => "write `namespace py` instead",
        b"perl_package" => "write `namespace perl` instead",
        b"ruby_namespace" | b"rb_namespace" => "write `namespace rb` instead",
        b"java_package" => "write `namespace java` instead",
        b"smalltalk_category" => "write `namespace smalltalk.category` instead",
        b"smalltalk_prefix" => "write `namespace smalltalk.prefix` instead",
        b"delphi_namespace" => "write `namespace delphi` instead",
        b"xsd_namespace" => "write `namespace xsd` instead",
        b"cocoa_prefix" => "write `namespace cocoa` instead",
        b"csharp_namespace" => "write `namespace netstd` instead",
        b"c_include" | b"hs_include" => "leave it out: it has a meaning for one language only",
        b"senum" => "write `enum` with names, or `string`, instead",
        b"package" => "write `namespace` instead: packages exist in fbthrift only",
        b"interaction" => "write `service` instead: interactions exist in fbthrift only",
        _ => return None,
    })
}

/// Advice for types of older versions and of other languages.
///
/// With the type to write, if there is only one.
pub(crate) fn instead_of_type(name: &str) -> Option<(&'static str, Option<&'static str>)> {
    let right = match name {
        "slist" | "senum" | "str" | "String" | "text" => Some("string"),
        "float" | "f32" | "f64" => Some("double"),
        "bytes" | "bytearray" => Some("binary"),
        "boolean" => Some("bool"),
        "int8" => Some("i8"),
        "int16" | "short" => Some("i16"),
        "int32" => Some("i32"),
        "int64" | "long" => Some("i64"),
        _ => None,
    };
    let advice = match name {
        "slist" => "`slist` is gone from the language: write `string`",
        "senum" => "`senum` is gone from the language: write `string`",
        "int" | "integer" | "long" | "short" | "int32" | "int64" | "int16" | "int8" => {
            "the integer types are `i8`, `i16`, `i32` and `i64`"
        }
        "u8" | "u16" | "u32" | "u64" | "uint" | "uint8" | "uint16" | "uint32" | "uint64" => {
            "there are no unsigned types: use the next larger signed one"
        }
        "float" | "f32" | "f64" => "the floating point type is `double`",
        "str" | "String" | "text" => "the text type is `string`",
        "bytes" | "bytearray" => "the type for bytes is `binary`",
        "boolean" => "the type is called `bool`",
        _ => return None,
    };
    Some((advice, right))
}

/// The candidate that differs so little from the word that it was probably meant, for "did you mean".
///
/// ```
/// assert_eq!(thriftly_parser::closest("Strng", ["string", "struct"]), Some("string"));
/// assert_eq!(thriftly_parser::closest("Person", ["string", "struct"]), None);
/// ```
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    Budget::new(MAX_COMPARED).closest(word, candidates)
}

/// Remaining search effort: a large program with many mistakes must not take minutes to suggest “did you
/// mean”.
#[derive(Debug)]
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    pub(crate) fn new(comparisons: usize) -> Budget {
        Budget(Cell::new(comparisons))
    }

    /// The candidate that is so near to the word that it was probably meant.
    pub(crate) fn closest<'a>(
        &self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        if !(2..=MAX_LENGTH).contains(&word.len()) {
            return None;
        }
        let limit = (word.len() / 3).clamp(1, 3);
        let similar = candidates
            .into_iter()
            .filter(|near| *near != word && near.len().abs_diff(word.len()) <= limit);
        let allowed = self.0.get().min(MAX_COMPARED);
        let mut compared = 0;
        let near = similar
            .take(allowed)
            .inspect(|_| compared += 1)
            .map(|near| (distance(word.as_bytes(), near.as_bytes()), near))
            .filter(|&(distance, _)| distance <= limit)
            .min();
        self.0.set(self.0.get() - compared);
        near.map(|(_, near)| near)
    }
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour, case aside. Of words that
/// are at most [`MAX_LENGTH`] + 3 long.
fn distance(a: &[u8], b: &[u8]) -> usize {
    const WIDTH: usize = MAX_LENGTH + 4;
    let mut before_last = [0; WIDTH];
    let mut last: [usize; WIDTH] = std::array::from_fn(|j| j);
    for i in 1..=a.len() {
        let mut row = [i; WIDTH];
        for j in 1..=b.len() {
            let same = |i: usize, j: usize| a[i - 1].eq_ignore_ascii_case(&b[j - 1]);
            let replaced = last[j - 1] + usize::from(!same(i, j));
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && same(i, j - 1) && same(i - 1, j) {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let types = || BASE_TYPES.iter().copied();
        assert_eq!(closest("Strng", types()), Some("string"));
        assert_eq!(closest("stirng", types()), Some("string"));
        assert_eq!(closest("BOOL", types()), Some("bool"));
        assert_eq!(closest("Person", types()), None);
        assert_eq!(closest("x", types()), None);
    }

    #[test]
    fn the_reserved_words_are_sorted() {
        assert!(RESERVED.is_sorted());
        assert_eq!(RESERVED.len(), 103);
    }

    #[test]
    fn the_distance_counts_single_changes() {
        assert_eq!(distance(b"struct", b"strcut"), 1);
        assert_eq!(distance(b"struct", b"struct_"), 1);
        assert_eq!(distance(b"Struct", b"struct"), 0);
        assert_eq!(distance(b"abc", b"xyz"), 3);
    }
}
