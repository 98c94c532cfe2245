//! Command-line arguments and `--help`.

mod browsing;
mod calling;
mod decoding;
mod expansion;
mod help;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use thriftly_parser::Options;

use crate::bench::Bench;
use crate::breaking::{Breaking, Tree};
use crate::call::Call;
use crate::check::Check;
use crate::console::Console;
use crate::decode::Decode;
use crate::describe::Describe;
use crate::doc::Doc;
use crate::encode::Encode;
use crate::expand::Expand;
use crate::fmt::Fmt;
use crate::init::Init;
use crate::list::List;
use crate::lsp::Lsp;
use crate::proxy::Proxy;
use crate::report::Format;
use crate::serve::Serve;
use crate::stub::Stub;

/// The requested subcommand.
#[derive(Debug)]
pub(crate) enum Request {
    Check(Check),
    Lint(Check),
    Expand(Expand),
    Stub(Stub),
    Fmt(Fmt),
    Breaking(Breaking),
    List(List),
    Describe(Describe),
    Call(Call),
    Console(Console),
    Decode(Decode),
    Encode(Encode),
    Doc(Doc),
    Lsp(Lsp),
    Serve(Serve),
    Proxy(Proxy),
    Bench(Bench),
    Init(Init),
    Completions(Shell),
}

/// Parses the arguments of the process. Invalid arguments exit with status 2, `--help` and
/// `--version` with 0.
pub(crate) fn parse() -> Request {
    let matches = command().get_matches();
    match matches.subcommand() {
        Some(("check", matches)) => Request::Check(check(matches)),
        Some(("lint", matches)) => Request::Lint(check(matches)),
        Some(("expand", matches)) => Request::Expand(Expand {
            file: path(matches, "file"),
            options: options(matches),
            expansion: expansion::options(matches),
        }),
        Some(("stub", matches)) => Request::Stub(Stub {
            file: path(matches, "file"),
            options: options(matches),
            expansion: expansion::options(matches),
            blocking: matches.get_flag("blocking"),
        }),
        Some(("fmt", matches)) => Request::Fmt(Fmt {
            files: paths(matches, "files"),
            options: options(matches),
            check: matches.get_flag("check"),
        }),
        Some(("breaking", matches)) => Request::Breaking(breaking(matches)),
        Some(("list", matches)) => Request::List(List {
            file: path(matches, "file"),
            options: options(matches),
            format: chosen(matches),
        }),
        Some(("describe", matches)) => Request::Describe(Describe {
            file: path(matches, "file"),
            options: options(matches),
            name: matches.get_one::<String>("name").cloned().unwrap_or_default(),
        }),
        Some(("call", matches)) => Request::Call(calling::call(matches)),
        Some(("console", matches)) => Request::Console(browsing::console(matches)),
        Some(("decode", matches)) => Request::Decode(decoding::decode(matches)),
        Some(("encode", matches)) => Request::Encode(decoding::encode(matches)),
        Some(("doc", matches)) => Request::Doc(Doc {
            file: path(matches, "file"),
            options: options(matches),
            output: matches.get_one::<PathBuf>("output").cloned(),
        }),
        Some(("lsp", matches)) => {
            Request::Lsp(Lsp { options: options(matches), expansion: expansion::options(matches) })
        }
        Some(("serve", matches)) => Request::Serve(calling::serve(matches)),
        Some(("proxy", matches)) => Request::Proxy(calling::proxy(matches)),
        Some(("bench", matches)) => Request::Bench(calling::bench(matches)),
        Some(("init", matches)) => Request::Init(Init { folder: path(matches, "folder") }),
        Some(("completions", matches)) => match matches.get_one("shell") {
            Some(shell) => Request::Completions(*shell),
            None => unreachable!("clap asks for it"),
        },
        // Clap asks for one of the subcommands of `command`.
        _ => command().error(clap::error::ErrorKind::MissingSubcommand, "no command").exit(),
    }
}

/// The script that completes the command in a shell.
pub(crate) fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "thriftly", &mut script);
    script
}

fn command() -> Command {
    Command::new("thriftly")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Checks, expands, formats and compares Thrift IDL files")
        .long_about(help::THRIFTLY)
        .after_long_help(help::THRIFTLY_MORE)
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("check")
                .about("Shows the errors and warnings of IDL files")
                .long_about(help::CHECK)
                .after_long_help(help::CHECK_MORE)
                .args([files("The files to check, each with all that it includes"), format()])
                .args(reading())
                .arg(lenient_oneway())
                .args(expansion::arguments()),
        )
        .subcommand(
            Command::new("lint")
                .about("Shows the errors, warnings and lints of IDL files")
                .long_about(help::LINT)
                .after_long_help(help::LINT_MORE)
                .args([files("The files to look at, each with all that it includes"), format()])
                .args(reading())
                .arg(lenient_oneway())
                .args(expansion::arguments()),
        )
        .subcommand(
            Command::new("expand")
                .about("Writes the Rust that thrift! makes of an IDL file")
                .long_about(help::EXPAND)
                .after_long_help(help::EXPAND_MORE)
                .arg(file("file", "FILE", "The file to expand"))
                .args(reading())
                .arg(lenient_oneway())
                .args(expansion::arguments()),
        )
        .subcommand(
            Command::new("stub")
                .about("Writes an impl of each service's handler trait to fill in")
                .long_about(help::STUB)
                .after_long_help(help::STUB_MORE)
                .arg(file("file", "FILE", "The file whose services are to be handled"))
                .arg(flag("blocking", "Write handlers of blocking servers"))
                .args(reading())
                .arg(lenient_oneway())
                .args(expansion::arguments()),
        )
        .subcommand(
            Command::new("fmt")
                .about("Lays IDL files out anew")
                .long_about(help::FMT)
                .after_long_help(help::FMT_MORE)
                .args([
                    files("The files to lay out, or - for standard input"),
                    flag("check", "Change nothing, and show what would change"),
                    multiline_strings(),
                ]),
        )
        .subcommand(
            Command::new("breaking")
                .about("Compares two versions of an IDL file for changes that break peers")
                .long_about(help::BREAKING)
                .after_long_help(help::breaking_more())
                .args([
                    file("old", "OLD", "The file as it was"),
                    file("new", "NEW", "The file as it is"),
                    format(),
                    directories("old-include", "Look for files that OLD includes here"),
                    directories("new-include", "Look for files that NEW includes here"),
                ])
                .args(reading())
                .arg(lenient_oneway()),
        )
        .subcommand(
            Command::new("list")
                .about("Lists the methods of an IDL file")
                .long_about(help::LIST)
                .after_long_help(help::LIST_MORE)
                .args([file("file", "FILE", "The file whose methods are listed"), format()])
                .args(reading())
                .arg(lenient_oneway()),
        )
        .subcommand(
            Command::new("describe")
                .about("Shows a type, service, method or constant of an IDL file")
                .long_about(help::DESCRIBE)
                .after_long_help(help::DESCRIBE_MORE)
                .args([
                    file("file", "FILE", "The file, with all that it includes"),
                    Arg::new("name").value_name("NAME").help("What to show").required(true),
                ])
                .args(reading())
                .arg(lenient_oneway()),
        )
        .subcommand(
            Command::new("call")
                .about("Calls a method of a server")
                .long_about(help::CALL)
                .after_long_help(help::CALL_MORE)
                .args(calling::call_arguments())
                .args(reading())
                .arg(lenient_oneway()),
        )
        .subcommand(browsing::command())
        .subcommand(
            Command::new("decode")
                .about("Shows encoded values and messages as JSON")
                .long_about(help::DECODE)
                .after_long_help(help::DECODE_MORE)
                .args(decoding::decode_arguments())
                .args(reading())
                .arg(lenient_oneway()),
        )
        .subcommand(
            Command::new("encode")
                .about("Encodes JSON as values and messages")
                .long_about(help::ENCODE)
                .after_long_help(help::ENCODE_MORE)
                .args(decoding::encode_arguments())
                .args(reading())
                .arg(lenient_oneway()),
        )
        .subcommand(
            Command::new("doc")
                .about("Writes the documentation of an IDL file as a page of HTML")
                .long_about(help::DOC)
                .after_long_help(help::DOC_MORE)
                .args([
                    file("file", "FILE", "The file, with all that it includes"),
                    Arg::new("output")
                        .long("output")
                        .short('o')
                        .value_name("PATH")
                        .help("Write to this file, or into this folder")
                        .value_parser(value_parser!(PathBuf)),
                ])
                .args(reading())
                .arg(lenient_oneway()),
        )
        .subcommand(
            Command::new("serve")
                .about("Serves an IDL with answers from a file, and shows the calls")
                .long_about(help::SERVE)
                .after_long_help(help::SERVE_MORE)
                .args(calling::serve_arguments())
                .args(reading())
                .arg(lenient_oneway()),
        )
        .subcommand(
            Command::new("lsp")
                .about("Serves editors: a language server for IDL files")
                .long_about(help::LSP)
                .after_long_help(help::LSP_MORE)
                // Many editors add it, and there is nothing else.
                .arg(flag("stdio", "Serve standard input and output").hide(true))
                .args(reading())
                .arg(lenient_oneway())
                .args(expansion::arguments()),
        )
        .subcommand(
            Command::new("proxy")
                .about("Passes calls on to a server, and shows them")
                .long_about(help::PROXY)
                .after_long_help(help::PROXY_MORE)
                .args(calling::proxy_arguments())
                .args(reading())
                .arg(lenient_oneway()),
        )
        .subcommand(
            Command::new("bench")
                .about("Measures how fast a server answers")
                .long_about(help::BENCH)
                .after_long_help(help::BENCH_MORE)
                .args(calling::bench_arguments())
                .args(reading())
                .arg(lenient_oneway()),
        )
        .subcommand(
            Command::new("init")
                .about("Makes a new project with a service")
                .long_about(help::INIT)
                .after_long_help(help::INIT_MORE)
                .arg(file("folder", "DIR", "The folder to make")),
        )
        .subcommand(
            Command::new("completions")
                .about("Writes a script that completes the command in a shell")
                .long_about(help::COMPLETIONS)
                .after_long_help(help::COMPLETIONS_MORE)
                .arg(
                    Arg::new("shell")
                        .value_name("SHELL")
                        .help("The shell")
                        .required(true)
                        .value_parser(value_parser!(Shell)),
                ),
        )
}

fn check(matches: &ArgMatches) -> Check {
    Check {
        files: paths(matches, "files"),
        options: options(matches),
        expansion: expansion::options(matches),
        format: chosen(matches),
    }
}

fn breaking(matches: &ArgMatches) -> Breaking {
    let tree = |file: &str, directories: &str| {
        let mut options = options(matches);
        let common = std::mem::replace(&mut options.include_dirs, paths(matches, directories));
        options.include_dirs.extend(common);
        Tree { file: path(matches, file), options }
    };
    Breaking {
        old: tree("old", "old-include"),
        new: tree("new", "new-include"),
        format: chosen(matches),
    }
}

// Arguments

fn files(help: &'static str) -> Arg {
    file("files", "FILE", help).num_args(1..)
}

fn file(id: &'static str, name: &'static str, help: &'static str) -> Arg {
    Arg::new(id).value_name(name).help(help).required(true).value_parser(value_parser!(PathBuf))
}

fn flag(id: &'static str, help: &'static str) -> Arg {
    Arg::new(id).long(id).help(help).action(ArgAction::SetTrue)
}

fn directories(id: &'static str, help: &'static str) -> Arg {
    Arg::new(id)
        .long(id)
        .value_name("DIR")
        .help(help)
        .action(ArgAction::Append)
        .value_parser(value_parser!(PathBuf))
}

fn format() -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .help("Write for people, or one JSON object a line")
        .value_parser(PossibleValuesParser::new(["human", "json"]))
        .default_value("human")
}

/// Options for loading files.
fn reading() -> [Arg; 2] {
    let help = "Look for included files here, after the folder of the including file";
    [directories("include", help).short('I'), multiline_strings()]
}

fn multiline_strings() -> Arg {
    flag("multiline-strings", "Let string literals go over several lines")
}

fn lenient_oneway() -> Arg {
    flag("lenient-oneway", "Take oneway methods that return a value as void, with a warning")
}

// Arguments

/// The options from the arguments of a subcommand.
fn options(matches: &ArgMatches) -> Options {
    let flag = |id| matches.try_get_one(id).ok().flatten().copied().unwrap_or(false);
    Options {
        include_dirs: paths(matches, "include"),
        multiline_strings: flag("multiline-strings"),
        lenient_oneway: flag("lenient-oneway"),
        ..Options::default()
    }
}

fn chosen(matches: &ArgMatches) -> Format {
    match matches.get_one::<String>("format").map(String::as_str) {
        Some("json") => Format::Json,
        _ => Format::Human,
    }
}

fn path(matches: &ArgMatches, id: &str) -> PathBuf {
    matches.get_one::<PathBuf>(id).cloned().unwrap_or_default()
}

/// The values of a repeatable argument, if the subcommand has it.
fn paths(matches: &ArgMatches, id: &str) -> Vec<PathBuf> {
    let values = matches.try_get_many::<PathBuf>(id).ok().flatten();
    values.into_iter().flatten().cloned().collect()
}
