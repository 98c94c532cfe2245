//! The options of `thrift!` as arguments: `maps: hashed` is `--maps hashed`.

use clap::builder::PossibleValuesParser;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches};
use thriftly_codegen::Options;

/// The heading of these arguments in `--help`.
const HEADING: &str = "Options of thrift!";

/// An option of the macro and its argument.
struct MacroOption {
    /// The name in the macro.
    name: &'static str,
    /// The name of the argument.
    argument: &'static str,
    help: &'static str,
    value: Value,
}

/// The syntax of an option's value.
enum Value {
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A word, optionally with the names it applies to: `optional=Database,Table`.
    Word(&'static str),
    /// A flag.
    Flag,
    /// A Rust path.
    Path,
    /// A list of Rust paths, one per argument.
    Paths,
    /// A list of items of the IDL, one per argument.
    Keys(&'static str),
    /// A map with one entry per argument; the value is Rust code.
    Entries(&'static str),
    /// A map with one entry per argument; the value is text.
    Texts(&'static str),
}

const OPTIONS: [MacroOption; 16] = [
    MacroOption {
        name: "with",
        argument: "with",
        help: "Take an included file from a module elsewhere: shared.thrift=crate::shared",
        value: Value::Entries("FILE=MODULE"),
    },
    MacroOption {
        name: "names",
        argument: "names",
        help: "Name an item of the IDL otherwise: Type=Other, Type.field=other, shared.Type=Other",
        value: Value::Texts("ITEM=NAME"),
    },
    MacroOption {
        name: "types",
        argument: "types",
        help: "Use a Rust type for an item of the IDL: User=crate::User, S.f=thriftly::Bytes",
        value: Value::Entries("ITEM=TYPE"),
    },
    MacroOption {
        name: "only",
        argument: "only",
        help: "Generate no other fields of a struct: Type.field, Type.{one,other}",
        value: Value::Keys("ITEM"),
    },
    MacroOption {
        name: "skip",
        argument: "skip",
        help: "Leave out a field, or all fields of a type: Type.field, Type",
        value: Value::Keys("ITEM"),
    },
    MacroOption {
        name: "lazy",
        argument: "lazy",
        help: "Decode a field when it is needed: Type.field",
        value: Value::Keys("ITEM"),
    },
    MacroOption {
        name: "boxed",
        argument: "boxed",
        help: "Put an optional field, or a field of a union, into a Box: Type.field",
        value: Value::Keys("ITEM"),
    },
    MacroOption {
        name: "derive",
        argument: "derive",
        help: "Derive this for every struct, union and enum, too: serde::Serialize",
        value: Value::Paths,
    },
    MacroOption {
        name: "crate",
        argument: "crate",
        help: "The path of the crate thriftly [default: ::thriftly]",
        value: Value::Path,
    },
    MacroOption {
        name: "maps",
        argument: "maps",
        help: "Make maps and sets BTreeMap and BTreeSet, or HashMap and HashSet",
        value: Value::Choice(&["ordered", "hashed"]),
    },
    MacroOption {
        name: "enums",
        argument: "enums",
        help: "Make enums of Rust, or numbers with constants",
        value: Value::Choice(&["variants", "numbers"]),
    },
    MacroOption {
        name: "strings",
        argument: "strings",
        help: "Make strings String, SharedStr or SmallStr",
        value: Value::Choice(&["owned", "shared", "small"]),
    },
    MacroOption {
        name: "binary",
        argument: "binary",
        help: "Make binary Bytes or SmallBytes",
        value: Value::Choice(&["bytes", "small"]),
    },
    MacroOption {
        name: "unmarked",
        argument: "unmarked",
        help: "Make default requiredness T or Option<T>: plain, optional, optional=Database,Table",
        value: Value::Word("WORD[=TYPE,…]"),
    },
    MacroOption {
        name: "unknown_fields",
        argument: "unknown-fields",
        help: "Drop or keep fields that the IDL does not have",
        value: Value::Choice(&["dropped", "kept"]),
    },
    MacroOption {
        name: "views",
        argument: "views",
        help: "Make types that borrow from the message, too",
        value: Value::Flag,
    },
];

/// The arguments for the options of the macro.
pub(super) fn arguments() -> impl Iterator<Item = Arg> {
    OPTIONS.iter().map(|option| {
        let arg =
            Arg::new(option.argument).long(option.argument).help(option.help).help_heading(HEADING);
        match option.value {
            Value::Choice(words) => {
                arg.value_name("WORD").value_parser(PossibleValuesParser::new(words))
            }
            Value::Flag => arg.action(ArgAction::SetTrue),
            Value::Word(form) => arg.value_name(form),
            Value::Path => arg.value_name("PATH"),
            Value::Paths => arg.value_name("PATH").action(ArgAction::Append),
            Value::Keys(name) | Value::Entries(name) | Value::Texts(name) => {
                arg.value_name(name).action(ArgAction::Append)
            }
        }
    })
}

/// Converts the arguments to options. Invalid ones exit with status 2.
pub(super) fn options(matches: &ArgMatches) -> Options {
    let given: Vec<String> = OPTIONS
        .iter()
        .filter_map(|option| option.text(matches).map(|text| (option, text)))
        .map(|(option, value)| format!("{}: {value}", option.name))
        .collect();
    // One by one, so that the message says which of them is wrong.
    for one in &given {
        if let Err(error) = one.parse::<Options>() {
            wrong(&format!("{one}: {error}"));
        }
    }
    given.join(", ").parse().unwrap_or_else(|error| wrong(&format!("{error}")))
}

impl MacroOption {
    /// The value in macro syntax, if the argument is given.
    fn text(&self, matches: &ArgMatches) -> Option<String> {
        match self.value {
            Value::Flag => matches.get_flag(self.argument).then(|| "true".to_owned()),
            Value::Choice(_) | Value::Path => matches.get_one::<String>(self.argument).cloned(),
            Value::Word(_) => {
                let given = matches.get_one::<String>(self.argument)?;
                let Some((word, names)) = given.split_once('=') else { return Some(given.clone()) };
                let names: Vec<String> = names.split(',').map(|one| format!("{one:?}")).collect();
                Some(format!("{{ {word}: [{}] }}", names.join(", ")))
            }
            Value::Paths => {
                let paths: Vec<&str> =
                    matches.get_many::<String>(self.argument)?.map(String::as_str).collect();
                Some(format!("[{}]", paths.join(", ")))
            }
            Value::Keys(_) => {
                let keys = matches.get_many::<String>(self.argument)?.map(|key| format!("{key:?}"));
                Some(format!("[{}]", keys.collect::<Vec<_>>().join(", ")))
            }
            Value::Entries(form) | Value::Texts(form) => {
                let entries = matches.get_many::<String>(self.argument)?.map(|entry| {
                    let Some((key, value)) = entry.split_once('=') else {
                        wrong(&format!("expected {form} after --{}, not {entry:?}", self.argument))
                    };
                    match self.value {
                        Value::Texts(_) => format!("{key:?}: {value:?}"),
                        _ => format!("{key:?}: {value}"),
                    }
                });
                let entries: Vec<String> = entries.collect();
                Some(format!("{{ {} }}", entries.join(", ")))
            }
        }
    }
}

fn wrong(message: &str) -> ! {
    super::command().error(ErrorKind::ValueValidation, message).exit()
}
