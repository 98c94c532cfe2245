//! Long `--help` texts, in lines of at most 100 columns.

use std::fmt::Write;

use crate::breaking::change;

pub(super) const THRIFTLY: &str = "\
Checks, expands, formats and compares Thrift IDL files, writes stubs of handlers; calls, serves, watches and
measures services, and shows encoded values and messages.

It reads them as the macro thriftly::thrift! does, with the same messages. `thriftly COMMAND --help` says
what a command does, what it writes, and how it ends.";

pub(super) const THRIFTLY_MORE: &str = "\
Exit status:
  0  nothing was found
  1  what the command looks for was found
  2  the arguments are wrong, or a file cannot be read or written

Examples:
  thriftly check idl/*.thrift
  thriftly fmt --check idl/*.thrift
  git show main:sleep.thrift > old.thrift && thriftly breaking old.thrift sleep.thrift
  thriftly call --idl store.thrift 127.0.0.1:9090 Store.get '{\"key\": \"a\"}'

There are colors on terminals, unless the environment variable NO_COLOR is set.";

pub(super) const CHECK: &str = "\
Shows the errors and warnings of IDL files.

Each file is checked with all that it includes, and everything is reported that thrift! reports: syntax,
names, types, ids, constants; names that Rust cannot have, annotations and options that cannot be used.
All mistakes are shown at once, each with its place, the line and a caret, and each once even if several
files include it. Nothing is shown if there is nothing to report.

Give the options with which the program calls thrift!, since some errors depend on them.";

pub(super) const CHECK_MORE: &str = "\
Output:
  Diagnostics go to standard output. With --format json each is an object on a line of its own:

    severity    \"error\" or \"warning\"
    code        a stable short name, such as \"unknown-type\"
    message     what is wrong, in one line
    file        the path, or null if there is no place
    line, column, end_line, end_column
                where, counted from 1, columns in characters; the end is just after the last one
    text        what there is to say of the place, or \"\"
    labels      other places that matter: objects of file, line, column, end_line, end_column, text
    notes       lines that start with \"help: \" or \"note: \"

Exit status:
  0  there are no errors; there may be warnings
  1  there are errors
  2  the arguments are wrong, or a file cannot be read

Examples:
  thriftly check sleep.thrift
  thriftly check --with shared.thrift=crate::shared --maps hashed sleep.thrift
  thriftly check -I vendor/idl --format json idl/*.thrift | jq -r .code | sort | uniq -c";

pub(super) const LINT: &str = "\
Shows the errors, warnings and lints of IDL files.

Lints are what is allowed but often regretted: includes that nothing uses, names that differ in case
only, names that other languages reserve, list<byte> in place of binary.";

pub(super) const LINT_MORE: &str = "\
Output:
  As of `thriftly check`; the severity of a lint is \"lint\".

Exit status:
  0  there is nothing to say
  1  there is an error, a warning or a lint
  2  the arguments are wrong, or a file cannot be read

Examples:
  thriftly lint sleep.thrift";

pub(super) const EXPAND: &str = "\
Writes the Rust that thrift! makes of an IDL file.

It is what the macro puts in its place with the same options: the items of the file, and a module for
each included file. It is for reading; programs use the macro. The async side is there as with the
feature `async` of thriftly.";

pub(super) const EXPAND_MORE: &str = "\
Output:
  Rust goes to standard output, errors to standard error.

Exit status:
  0  the file was expanded
  1  there are errors in the file, or in what it includes
  2  the arguments are wrong, or the file cannot be read

Examples:
  thriftly expand sleep.thrift | less";

pub(super) const STUB: &str = "\
Writes an impl of each service's handler trait to fill in.

For each service of the file there is a struct and an impl of the trait that thrift! makes of it, and of
those of the services that it extends. Each body is `todo!()`. The impl compiles beside the call of
thrift! with the same options.";

pub(super) const STUB_MORE: &str = "\
Output:
  Rust goes to standard output, errors to standard error.

Exit status:
  0  a handler was written for each service
  1  there are errors in the file, or there is no service in it
  2  the arguments are wrong, or the file cannot be read

Examples:
  thriftly stub sleep.thrift >> src/main.rs
  thriftly stub --blocking sleep.thrift";

pub(super) const FMT: &str = "\
Lays IDL files out anew.

Files are changed where they are; of - the new layout goes to standard output. The program stays the
same, and so do the comments and their order. A second run changes nothing.";

pub(super) const FMT_MORE: &str = "\
Layout:
  - Four blanks of indent; each field, value and method stands on a line of its own.
  - If any of those ends with a comma or semicolon, all in the file end with a comma; else none does.
  - Headers, constants, typedefs and closing braces end with nothing: separators there are removed.
  - Arguments, exceptions, annotations and the parts of values stand on one line if they fit in 100
    columns and the line did not end after their opening bracket; else one on a line, with a comma.
  - At most one blank line is kept in a row, and none next to the braces. Definitions with a body have
    one on both sides, and so has each group of headers of one kind.
  - Comments stay above what follows or behind what they follow; columns are not aligned.
  - Numbers, quotes and words stay as they are. So do line ends, LF or CR LF, as the first one is.
    A byte order mark is removed.

Output:
  Nothing, unless - is given. With --check, what would change goes to standard output, as a unified diff
  for each file. Syntax errors go to standard error; such a file stays as it is.

Exit status:
  0  every file has the layout now; with --check, had it
  1  with --check, a file would change; or there are syntax errors in one
  2  the arguments are wrong, or a file cannot be read or written

Examples:
  thriftly fmt idl/*.thrift
  thriftly fmt --check idl/*.thrift
  thriftly fmt - < sleep.thrift";

pub(super) const BREAKING: &str = "\
Compares two versions of an IDL file for changes that break peers.

A change breaks peers if a program with the old file and one with the new file cannot tell each other
everything they could before. What the files include is compared too. Definitions belong together by
name, also if one was moved to another file; fields, arguments and exceptions by id. Types are compared
by their bytes: typedefs are what they stand for, an enum is like i32, string is like binary, and a
struct in the place of another is compared by its fields.

Fields that are added, unless they are required, and new definitions are not worth a line. The other
options of thrift! have no arguments here: none of them changes what a peer can decode. With
`unmarked: optional` a field of default requiredness may be absent, which every reader allows.";

pub(super) const LIST: &str = "\
Lists the methods of an IDL file.

There is a line for each method of each service, in the file and in what it includes, with the name that
`thriftly call` takes. Inherited methods are listed with the service that inherits them.";

pub(super) const LIST_MORE: &str = "\
Output:
  A line for each method goes to standard output:

    string Store.get(string key) throws (NotFound missing)

  With --format json each is an object of service, method, oneway, returns (null for void), arguments,
  throws and doc; an argument or exception is an object of id, name, type, optional and doc.

Exit status:
  0  the methods were listed
  2  the arguments are wrong, or the file cannot be read or has errors

Examples:
  thriftly list sleep.thrift
  thriftly list --format json sleep.thrift | jq -r .method";

pub(super) const DESCRIBE: &str = "\
Shows a type, service, method or constant of an IDL file.

NAME is as the IDL has it: Entry, shared.Color, Store, Store.get, LIMIT. Typedefs are shown as what they
stand for, constants and defaults by their values in JSON.";

pub(super) const DESCRIBE_MORE: &str = "\
Output:
  The definition goes to standard output in the form of IDL, with its docs as comments.

Exit status:
  0  it was shown
  1  there is nothing of that name
  2  the arguments are wrong, or the file cannot be read or has errors

Examples:
  thriftly describe store.thrift Entry
  thriftly describe store.thrift Store.get";

pub(super) const CALL: &str = "\
Calls a method of a server, by an IDL file.

METHOD is Service.method, or the method alone if only one service of the file has it. ARGUMENTS is JSON:
an object of the arguments by their names, or an array in their order. Arguments that are optional or have
a default in the IDL may be left out. Structs are objects by the names of their fields, enums the names of
their values, binary is base64; a map whose keys are no text is an array of pairs. @FILE reads the JSON from
a file, - from standard input.

ADDRESS is host:port, unix:/path, tls://host:port, http://host/path or https://host/path.";

pub(super) const CALL_MORE: &str = "\
Output:
  The result goes to standard output as JSON; nothing for void and oneway methods. An exception that the
  method declares goes there, too, as an object with its name: {\"NotFound\": {\"key\": \"b\"}}. Everything
  else that fails goes to standard error.

Exit status:
  0  the method returned
  1  the method answered with an exception that it declares
  2  the arguments are wrong, the file has errors, or the call failed

Examples:
  thriftly call --idl sleep.thrift 127.0.0.1:6000 sleep '[1]'
  thriftly call --idl store.thrift --framing framed --protocol compact \\
      store.internal:9090 Store.get '{\"key\": \"a\"}'
  thriftly call --idl store.thrift --multiplexed Store 127.0.0.1:9090 put @entry.json";

pub(super) const DECODE: &str = "\
Shows encoded values and messages as JSON.

With --idl, FILE is a stream of messages: calls and replies, whose framing and protocol are detected. With
--type as well, it has values of that type, one after the other and nothing else, as files and queues have
them. --raw does without the IDL, since Thrift says the types of its fields: a field is an object by its
type, as in {\"1\":{\"string\":\"a\"},\"2\":{\"list<i32>\":[1,2]}}; text that is no UTF-8 is base64, as binary.

A capture of network traffic, as tcpdump and Wireshark write it (pcap and pcapng), is recognized: its TCP
connections are put together, and the messages of each direction are shown.

FILE may have any size, and is shown as it is read. Any bytes will do: what can be read is shown.";

pub(super) const DECODE_MORE: &str = "\
Output:
  Each value is a line of JSON. Each message is an object on a line:

    offset      where it begins, in bytes
    framing, protocol
                as they are given to `thriftly call`
    headers     an object, if there are any
    kind        \"call\", \"oneway\", \"reply\" or \"exception\"
    method      as in the message: Service:method if it is multiplexed
    seqid       the number that a reply has from its call
    arguments   of a call; else one of these:
    result      null for void
    exception   an exception that the method declares, in an object by its name
    error       any other failure: an object of kind, as \"UNKNOWN_METHOD\", and message
    body        with --raw, and of methods that the IDL does not have
    incomplete  why it cannot be decoded; what could be is in arguments, reply or body
    from, to, time
                in captures: addresses, and seconds since 1970

  With --hexdump each line has an offset, bytes in hexadecimal, and what they are. Of what cannot be decoded,
  the path, the offset and the reason go to standard error.

Exit status:
  0  everything was decoded
  1  something cannot be decoded; what could be was written
  2  the arguments are wrong, the IDL has errors, or a file cannot be read

Examples:
  thriftly decode --idl store.thrift --type Entry entries.bin | jq -r .key
  tcpdump -i lo -w - port 9090 | thriftly decode --idl store.thrift
  echo 0b000100000001610c00020800010000000700 00 | thriftly decode --raw --struct --hex --hexdump";

pub(super) const ENCODE: &str = "\
Encodes JSON as values and messages, the other way round from `thriftly decode`.

FILE has JSON values, one after the other. With --idl and --type they are values of that type, as the
arguments of `thriftly call` are written. With --idl alone they are messages, as `thriftly decode` shows them:
method and arguments, result, exception or error; kind, seqid, protocol, framing and headers may be left out.
--raw does without the IDL: structs and bodies have the types of their fields, as `decode --raw` shows them.";

pub(super) const ENCODE_MORE: &str = "\
Output:
  The bytes go to standard output, one value or message after the other. Values that cannot be encoded end the
  output; why goes to standard error.

Exit status:
  0  everything was encoded
  1  something is not JSON, or does not fit its type
  2  the arguments are wrong, the IDL has errors, or a file cannot be read

Examples:
  echo '{\"key\": \"a\"}' | thriftly encode --idl store.thrift --type Entry --protocol compact > entry.bin
  echo '{\"method\": \"Store.get\", \"arguments\": [\"a\"]}' |
      thriftly encode --idl store.thrift --framing framed | nc -N localhost 9090 |
      thriftly decode --idl store.thrift";

pub(super) const DOC: &str = "\
Writes the documentation of an IDL file as a page of HTML.

The page has all services, methods, types and constants of the file and of what it includes, with their
docs, links between them, and a search. It is one file that needs no network. Docs are read as Markdown;
nothing in the IDL becomes HTML or a script.";

pub(super) const DOC_MORE: &str = "\
Output:
  The page goes to standard output, or to the path after -o. In a folder it has the name of the IDL file.
  Errors in the IDL go to standard error.

Exit status:
  0  the page was written
  1  there are errors in the file, or in what it includes
  2  the arguments are wrong, or a file cannot be read or written

Examples:
  thriftly doc store.thrift -o store.html
  thriftly doc -I vendor/idl idl/store.thrift -o target/doc/";

pub(super) const LSP: &str = "\
Serves editors: a language server for IDL files.

It speaks the Language Server Protocol on standard input and output; editors start it. It shows the
diagnostics of `thriftly lint` while you type, and has definitions and references across includes, hover
texts, completion, renaming, symbols, formatting, quick fixes, and hints for ids that are not written.

The page `editors` of thriftly's guide has the setup for VS Code, Neovim, Helix and Zed. Clients may send
initialization options: {\"includeDirs\": [\"vendor/idl\"], \"lints\": false}.";

pub(super) const LSP_MORE: &str = "\
Exit status:
  0  the client has shut the server down
  1  the client has gone without that
  2  the arguments are wrong, or what comes from the client cannot be read";

pub(super) const CONSOLE: &str = "\
Serves a page in the browser that shows a server's methods and calls them.

The page has the services, methods and types of the IDL file with their docs, a form for the
arguments of each method, the same arguments as JSON with completion, the answer beside them, and a
history. The JSON is that of `thriftly call`. The server need not run yet: each call tells whether
it can be reached.

Whoever opens the page can call every method. It is served on loopback unless --listen says
otherwise, and never to pages of other sites: it has to be opened by an IP address, as localhost, or
by a name of --allow-host.

ADDRESS is host:port, unix:/path, tls://host:port, http://host/path or https://host/path.";

pub(super) const CONSOLE_MORE: &str = "\
Output:
  The address of the page goes to standard output, errors and warnings to standard error.

Exit status:
  0  the console was ended by Ctrl-C or SIGTERM
  2  the arguments are wrong, the file has errors, or the address of the page is in use

Examples:
  thriftly console --idl store.thrift --open 127.0.0.1:9090
  thriftly console --idl store.thrift --framing header -H tenant=acme store.internal:9090
  curl -H 'Content-Type: application/json' -d '{\"method\": \"Store.get\", \"arguments\": [\"a\"]}' \\
      http://127.0.0.1:8080/call";

pub(super) const SERVE: &str = "\
Serves an IDL with answers from a file, and shows the calls.

Clients speak whatever they speak: framing and protocol of each are detected, and so is HTTP. All services
of the IDL are served, for calls that name them (multiplexed) and for others; of methods with one name, plain
calls reach the one of the first service.

ANSWERS is a JSON object of methods and their answers, which are checked against the IDL at the start. A
method without an answer returns a value with nothing in it: zero, empty text, the first value of an enum.

  {
    \"Store.get\": {\"key\": \"{{args.key}}\", \"content\": \"aGk=\"},
    \"Store.size\": {\"$turns\": [1, 2, {\"$error\": \"out of memory\"}]},
    \"Store.put\": {\"$delay\": 500, \"$exception\": {\"Full\": {\"message\": \"no {{args.key}}\"}}}
  }

A result is written as `thriftly call` writes it. A text \"{{args.key}}\" is the argument `key` itself, of any
type; within a longer text it is inserted; {{args.entry.key}} is a part of it. An object with one of these is an
answer of another kind:

  $result     the result, beside a $delay
  $exception  an exception that the method declares, by its name
  $error      any other failure: a text, or an object of kind (as \"UNKNOWN_METHOD\") and message
  $delay      the number of milliseconds before the answer
  $turns      several answers, one after the other; the last one stays";

pub(super) const SERVE_MORE: &str = "\
Output:
  A line of JSON for each call, when it has been answered:

    time        when it came, in seconds since 1970
    from        the address of the client
    protocol    as given to `thriftly call`; headers, if there are any
    kind        \"call\" or \"oneway\"
    method, arguments
                as `thriftly decode` shows them; then one of these:
    result, exception, error
                the answer; cause has what the client is not told
    abandoned   true if the client did not wait for the answer
    milliseconds
                how long it took

Exit status:
  0  it was told to end, by Ctrl-C or SIGTERM
  2  the arguments are wrong, the IDL or the answers have errors, or nobody can listen there

Examples:
  thriftly serve store.thrift
  thriftly serve store.thrift --mock answers.json --listen 0.0.0.0:9090 | jq -c '[.method, .arguments]'";

pub(super) const PROXY: &str = "\
Passes calls on to a server, and shows them.

Clients call the proxy in place of the server. Framing and protocol of each client are detected; calls go to
UPSTREAM in the framing that --framing says, and in the protocol that they have, or in the one that --protocol
says. Methods and fields that the IDL does not have are passed on as well, unless the protocol is another one.
Headers are passed on if both sides carry them.";

pub(super) const PROXY_MORE: &str = "\
Output:
  A line of JSON for each call, as of `thriftly serve`.

Exit status:
  0  it was told to end, by Ctrl-C or SIGTERM
  2  the arguments are wrong, the IDL has errors, or nobody can listen there

Examples:
  thriftly proxy --idl store.thrift --listen 127.0.0.1:9091 store.internal:9090
  thriftly proxy --idl store.thrift --framing framed --protocol compact tls://store.internal:9090 |
      jq -c 'select(.error) | [.method, .error.kind]'";

pub(super) const BENCH: &str = "\
Measures how fast a server answers.

The same call is made again and again: on each of so many connections, so many at a time. Each call is made
when the one before it has been answered; with --rate, so many are made in each second, answered or not. Then
a call that has to wait because all connections wait for answers counts from the time at which it was due,
so that a server that stands still for a while does not look fast (\"coordinated omission\").";

pub(super) const BENCH_MORE: &str = "\
Output:
  Numbers and times of answered calls, and the numbers of failed ones by what has failed: declared exceptions by
  their names, application exceptions by their kinds, and others such as Timeout and Connect. With --format json
  an object of calls, seconds, per_second, rate, milliseconds (mean, p50 to p99.99, max), failed and errors.

Exit status:
  0  all calls were answered
  1  some calls failed
  2  the arguments are wrong, the IDL has errors, or there is no such server or method

Examples:
  thriftly bench --idl store.thrift --connections 8 --in-flight 16 127.0.0.1:9090 Store.get '[\"a\"]'
  thriftly bench --idl store.thrift --rate 5000 --connections 4 --duration 60 127.0.0.1:9090 ping";

pub(super) const INIT: &str = "\
Makes a new project with a service.

DIR gets the files of a program that is server and client: Cargo.toml, src/hello.thrift and src/main.rs, with a
test. The package has the name of the folder. Files that exist are never changed.";

pub(super) const INIT_MORE: &str = "\
Output:
  The paths of the files go to standard output.

Exit status:
  0  the project was made
  1  there is a project already
  2  the arguments are wrong, or a file cannot be written

Examples:
  thriftly init hello && cd hello && cargo test";

pub(super) const COMPLETIONS: &str = "\
Writes a script that completes the command in a shell.

The shell reads it when it starts: a file in a folder of its own, or a line in its settings.";

pub(super) const COMPLETIONS_MORE: &str = "\
Output:
  The script goes to standard output.

Exit status:
  0  it was written
  2  the arguments are wrong

Examples:
  thriftly completions bash > ~/.local/share/bash-completion/completions/thriftly
  thriftly completions zsh > ~/.zfunc/_thriftly
  thriftly completions fish > ~/.config/fish/completions/thriftly.fish";

const BREAKING_OUTPUT: &str = "\
Output:
  Changes go to standard output, sorted by place: in NEW, or in OLD for a definition that is gone.

    new.thrift:12:5: struct Person: field 3 `age` changed from i32 to i64 [field-type]
    new.thrift:14:5: note: struct Person: field 5 was `mail`, and is `email` now [field-renamed]

  With --format json each is an object on a line of its own, with severity (\"breaking\" or \"note\"),
  code, subject, message, file, line and column. Errors in the files go to standard error.

Exit status:
  0  nothing breaks peers; there may be notes
  1  there is a change that breaks peers
  2  the arguments are wrong, a file cannot be read, or has errors

Examples:
  thriftly breaking released/sleep.thrift sleep.thrift
  thriftly breaking --old-include released --new-include idl released/a.thrift idl/a.thrift
";

/// The text after the options of `thriftly breaking`, with all codes.
pub(super) fn breaking_more() -> String {
    let mut text = BREAKING_OUTPUT.to_owned();
    for (title, breaks) in [("Changes that break peers", true), ("Notes", false)] {
        let _ = write!(text, "\n{title}:");
        for code in change::ALL.iter().filter(|code| code.breaks == breaks) {
            let _ = write!(text, "\n  {:27}{}", code.name, code.meaning);
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}
