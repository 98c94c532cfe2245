//! Arguments of `console`.

use std::net::SocketAddr;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::{calling, file, flag, help, lenient_oneway, options, path, reading};
use crate::console::Console;

/// The port that is not in use by anything else of Thrift.
const LISTEN: &str = "127.0.0.1:8080";

pub(super) fn command() -> Command {
    Command::new("console")
        .about("Serves a page in the browser that shows a server's methods and calls them")
        .long_about(help::CONSOLE)
        .after_long_help(help::CONSOLE_MORE)
        .args([
            calling::address(),
            file("idl", "FILE", "The IDL file").long("idl"),
            Arg::new("listen")
                .long("listen")
                .value_name("ADDRESS")
                .help("Serve the page at this IP address and port; port 0 is any free one")
                .value_parser(value_parser!(SocketAddr))
                .default_value(LISTEN),
            Arg::new("allow-host")
                .long("allow-host")
                .value_name("NAME")
                .help("Also serve the page to browsers that know it by this name")
                .action(ArgAction::Append),
            flag("open", "Open the page in the browser"),
            flag("multiplexed", "Name the service in each call, for a server with several"),
        ])
        .args(calling::channel_arguments())
        .args(reading())
        .arg(lenient_oneway())
}

pub(super) fn console(matches: &ArgMatches) -> Console {
    let texts = |id| matches.get_many::<String>(id).into_iter().flatten().cloned().collect();
    Console {
        idl: path(matches, "idl"),
        options: options(matches),
        upstream: calling::upstream(matches),
        listen: matches.get_one("listen").copied().unwrap_or(([127, 0, 0, 1], 8080).into()),
        hosts: texts("allow-host"),
        open: matches.get_flag("open"),
        multiplexed: matches.get_flag("multiplexed"),
        headers: calling::headers_of(matches),
        timeout: calling::timeout_of(matches),
    }
}
