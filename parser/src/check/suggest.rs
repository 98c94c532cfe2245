//! “Did you mean …?”

/// The words that start headers and definitions.
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

/// The types of the language.
pub(crate) const BASE_TYPES: &[&str] = &[
    "bool", "byte", "i8", "i16", "i32", "i64", "double", "string", "binary", "uuid", "list", "set",
    "map",
];

/// The words that Apache compilers up to 0.17 and ThriftPy refuse as names, sorted.
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

/// Longer names are not compared, and among more candidates than this nothing is searched: the work for one message
/// is bounded.
const MAX_LENGTH: usize = 64;
const MAX_CANDIDATES: usize = 20_000;

/// The keyword that a word at the start of a definition was probably meant to be.
pub(crate) fn keyword(word: &str) -> Option<&'static str> {
    closest(word, KEYWORDS.iter().copied())
}

/// What to write for a word that the language once had, or that only another dialect has.
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

/// What to write for a type that the language once had, or that people expect it to have.
pub(crate) fn instead_of_type(name: &str) -> Option<&'static str> {
    Some(match name {
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
    })
}

/// The candidate that is so near to the word that it was probably meant.
pub(crate) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (word.len() / 3).clamp(1, 3);
    if word.len() > MAX_LENGTH || word.len() < 2 {
        return None;
    }
    let near = candidates.into_iter().take(MAX_CANDIDATES).filter(|candidate| *candidate != word);
    let near = near.filter(|candidate| candidate.len().abs_diff(word.len()) <= limit);
    let near = near.map(|candidate| (distance(word, candidate), candidate));
    near.filter(|&(distance, _)| distance <= limit).min().map(|(_, candidate)| candidate)
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour, case aside.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_ascii_lowercase().into_bytes(), b.to_ascii_lowercase().into_bytes());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
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
        assert_eq!(distance("struct", "strcut"), 1);
        assert_eq!(distance("struct", "struct_"), 1);
        assert_eq!(distance("Struct", "struct"), 0);
        assert_eq!(distance("abc", "xyz"), 3);
    }
}
