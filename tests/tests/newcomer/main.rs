//! A newcomer's program, with nothing but what the guide teaches: three exceptions, state, a layer, graceful shutdown,
//! and a test with a mock, which runs as a test of this file.

mod program;

const TEXT: &str = include_str!("program.rs");

#[test]
fn the_program_runs_and_shuts_down() -> thriftly::Result<()> {
    program::main()
}

#[test]
fn the_program_has_60_lines_of_code_and_copies_no_argument() {
    let lines = TEXT.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines <= 60, "{lines} lines");
    for call in [".to_string()", ".to_owned()", "String::from(", ".clone()"] {
        assert!(!TEXT.contains(call), "{call}");
    }
}
