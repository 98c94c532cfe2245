//! Stable codes of all diagnostics.

/// Defines one constant for each code, and the list of all of them.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        $($(#[doc = $doc])+ pub const $name: &str = $text;)+

        /// All codes with their descriptions.
        pub const ALL: &[(&str, &str)] = &[$(($text, concat!($($doc),+))),+];
    };
}

codes! {
    // Reading and includes.
    /// The root file cannot be read.
    UNREADABLE_FILE = "unreadable-file";
    /// An included file is in none of the directories, or cannot be read.
    MISSING_INCLUDE = "missing-include";
    /// A file includes itself, directly or through others.
    INCLUDE_CYCLE = "include-cycle";
    /// A file has more errors than are shown.
    TOO_MANY_ERRORS = "too-many-errors";

    // Text.
    /// A character that cannot start a token.
    ILLEGAL_CHARACTER = "illegal-character";
    /// An unterminated comment.
    UNTERMINATED_COMMENT = "unterminated-comment";
    /// An unterminated string.
    UNTERMINATED_STRING = "unterminated-string";
    /// An unknown escape sequence.
    BAD_ESCAPE = "bad-escape";
    /// A malformed number.
    BAD_NUMBER = "bad-number";
    /// An integer that does not fit in 64 bits.
    INTEGER_TOO_BIG = "integer-too-big";

    // Syntax.
    /// A token that the grammar does not allow here.
    UNEXPECTED_TOKEN = "unexpected-token";
    /// The file ends within a definition.
    UNEXPECTED_END = "unexpected-end";
    /// An unclosed bracket.
    UNCLOSED_BRACKET = "unclosed-bracket";
    /// A keyword where a name is expected.
    KEYWORD_AS_NAME = "keyword-as-name";
    /// A header after the first definition.
    HEADER_AFTER_DEFINITION = "header-after-definition";
    /// A keyword of older versions of the language.
    DEPRECATED_WORD = "deprecated-word";
    /// Brackets nested beyond the limit.
    NESTED_TOO_DEEPLY = "nested-too-deeply";

    // Names and types.
    /// A declared name with a dot or a hyphen.
    BAD_NAME = "bad-name";
    /// Two types with the same name in one file.
    DUPLICATE_TYPE = "duplicate-type";
    /// Two constants with the same name in one file.
    DUPLICATE_CONST = "duplicate-const";
    /// A type that is not defined.
    UNKNOWN_TYPE = "unknown-type";
    /// A service or constant where a type is expected.
    NOT_A_TYPE = "not-a-type";
    /// A name that two included files with the same prefix define.
    AMBIGUOUS_NAME = "ambiguous-name";
    /// A typedef that refers to itself.
    TYPEDEF_CYCLE = "typedef-cycle";
    /// A struct that has no finite value, as its required fields lead back to it.
    INFINITE_STRUCT = "infinite-struct";
    /// A map key or set element of type `double`.
    DOUBLE_KEY = "double-key";
    /// Two namespaces for one language.
    DUPLICATE_NAMESPACE = "duplicate-namespace";

    // Fields.
    /// Two fields with the same id.
    DUPLICATE_FIELD_ID = "duplicate-field-id";
    /// Two fields with the same name.
    DUPLICATE_FIELD_NAME = "duplicate-field-name";
    /// A field id that does not fit in 16 bits.
    FIELD_ID_OUT_OF_RANGE = "field-id-out-of-range";
    /// A field id that is zero or negative.
    FIELD_ID_NOT_POSITIVE = "field-id-not-positive";
    /// A field without an id.
    MISSING_FIELD_ID = "missing-field-id";
    /// `required` or `optional` where it has no meaning.
    USELESS_REQUIREDNESS = "useless-requiredness";
    /// A union with two default values.
    UNION_DEFAULTS = "union-defaults";

    // Enums.
    /// Two enum values with the same name.
    DUPLICATE_ENUM_VALUE = "duplicate-enum-value";
    /// Two enum values with the same number.
    DUPLICATE_ENUM_NUMBER = "duplicate-enum-number";
    /// An enum number that does not fit in 32 bits.
    ENUM_NUMBER_OUT_OF_RANGE = "enum-number-out-of-range";

    // Services.
    /// Two functions with the same name in a service.
    DUPLICATE_FUNCTION = "duplicate-function";
    /// A function that an extended service already has.
    FUNCTION_REDEFINED = "function-redefined";
    /// A service that extends something undefined, or something that is not a service.
    UNKNOWN_SERVICE = "unknown-service";
    /// A service that extends itself.
    SERVICE_CYCLE = "service-cycle";
    /// A oneway function that returns a value.
    ONEWAY_RETURNS = "oneway-returns";
    /// A oneway function that throws.
    ONEWAY_THROWS = "oneway-throws";
    /// `async`, the old word for `oneway`.
    ASYNC_FUNCTION = "async-function";
    /// A type in `throws` that is not an exception.
    THROWS_NON_EXCEPTION = "throws-non-exception";
    /// An exception that a function throws twice.
    DUPLICATE_EXCEPTION = "duplicate-exception";
    /// A `throws` field with id 0, which is the id of the return value.
    THROWS_ID_ZERO = "throws-id-zero";
    /// A `throws` field named `success`, which is the name of the return value.
    THROWS_SUCCESS = "throws-success";

    // Values.
    /// A value of another type than expected.
    TYPE_MISMATCH = "type-mismatch";
    /// Empty brackets of another kind than the container's: `{}` for a list or set, `[]` for a map.
    WRONG_BRACKETS = "wrong-brackets";
    /// A number that does not fit in its type.
    NUMBER_OUT_OF_RANGE = "number-out-of-range";
    /// A floating-point number that is too large and becomes infinity.
    INFINITE_DOUBLE = "infinite-double";
    /// A string that is not a UUID.
    BAD_UUID = "bad-uuid";
    /// A string that is not UTF-8.
    NOT_UTF8 = "not-utf8";
    /// A constant or enum value that is not defined.
    UNKNOWN_VALUE = "unknown-value";
    /// A name or number that the enum does not have.
    UNKNOWN_ENUM_VALUE = "unknown-enum-value";
    /// A value that is named through another enum than the expected one, which has a value of the same name.
    OTHER_ENUM = "other-enum";
    /// A constant whose value depends on itself.
    CONST_CYCLE = "const-cycle";
    /// A default value that contains itself, through structs, constants or containers.
    DEFAULT_CYCLE = "default-cycle";
    /// A field that the struct does not have.
    UNKNOWN_FIELD = "unknown-field";
    /// A field that is set twice.
    DUPLICATE_FIELD_VALUE = "duplicate-field-value";
    /// A required field without a value.
    MISSING_FIELD = "missing-field";
    /// A union with more or fewer than one field set.
    UNION_FIELDS = "union-fields";
    /// A duplicate map key.
    DUPLICATE_KEY = "duplicate-key";
    /// A duplicate set element.
    DUPLICATE_ELEMENT = "duplicate-element";

    // Lints.
    /// An unused include.
    UNUSED_INCLUDE = "unused-include";
    /// Names that differ in case only.
    SIMILAR_NAMES = "similar-names";
    /// `list<byte>`, for which `binary` is better.
    LIST_OF_BYTES = "list-of-bytes";
    /// A name that is reserved in other languages.
    RESERVED_WORD = "reserved-word";
    /// A struct that methods take and return has fields with default requiredness, which may be null elsewhere.
    UNMARKED_ROUND_TRIP = "unmarked-round-trip";
}
