//! The command `thriftly`: checks, expands, formats and compares IDL files, generates handler stubs,
//! calls, serves and measures services, decodes bytes, and serves editors.

// Subcommands, and exit statuses.
mod command;
mod status;

// One module for each subcommand.
mod bench;
mod breaking;
mod call;
mod check;
mod console;
mod decode;
mod describe;
mod doc;
mod encode;
mod expand;
mod fmt;
mod init;
mod lint;
mod list;
mod lsp;
mod proxy;
mod serve;
mod stub;

// What several of them do: read bytes and JSON, reach servers, answer calls and record them.
mod coded;
mod mock;
mod recorder;
mod upstream;

// How diagnostics, messages and stacks are shown.
mod color;
mod record;
mod report;
mod stack;

// How definitions are shown.
mod signature;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use crate::command::Request;
use crate::status::Status;

fn main() -> ExitCode {
    let request = command::parse();
    let mut out = BufWriter::new(io::stdout());
    let status = match run(&request, &mut out).and_then(|status| out.flush().map(|()| status)) {
        Ok(status) => status,
        // Whoever reads the output has seen enough, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Status::Clean,
        Err(error) => {
            status::complain(&format!("error: {error}"));
            Status::Unusable
        }
    };
    status.into()
}

fn run(request: &Request, out: &mut dyn Write) -> io::Result<Status> {
    match request {
        Request::Check(check) => check::run(check, out),
        Request::Lint(check) => lint::run(check, out),
        Request::Expand(expand) => expand::run(expand, out),
        Request::Stub(stub) => stub::run(stub, out),
        Request::Fmt(fmt) => fmt::run(fmt, out),
        Request::Breaking(breaking) => breaking::run(breaking, out),
        Request::List(list) => list::run(list, out),
        Request::Describe(describe) => describe::run(describe, out),
        Request::Call(call) => call::run(call, out),
        Request::Console(console) => console::run(console, out),
        Request::Decode(decode) => decode::run(decode, out),
        Request::Encode(encode) => encode::run(encode, out),
        Request::Doc(doc) => doc::run(doc, out),
        Request::Lsp(lsp) => lsp::run(lsp, out),
        Request::Serve(serve) => serve::run(serve),
        Request::Proxy(proxy) => proxy::run(proxy),
        Request::Bench(bench) => bench::run(bench, out),
        Request::Init(init) => init::run(init, out),
        Request::Completions(shell) => {
            out.write_all(&command::completions(*shell)).map(|()| Status::Clean)
        }
    }
}
