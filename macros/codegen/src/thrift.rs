//! `thrift!`, from its input to its expansion.

use std::path::{Component, Path, PathBuf};

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use thriftly_parser::diagnostic::{Diagnostic, Severity};
use thriftly_parser::source::Sources;
use thriftly_parser::{Options as LoadOptions, Outcome, load, load_str};

use crate::input::{Idl, Input, Options};
use crate::lower::Lowerer;

/// Expands `thrift!(…)`. `file` is the source file that the macro is called in, if the compiler
/// tells it.
pub fn thrift(input: TokenStream, file: Option<PathBuf>) -> TokenStream {
    let input: Input = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let caller = Caller::of(file);
    let outcome = match load_idl(&input, &caller) {
        Ok(outcome) => outcome,
        Err(message) => return compile_error(input.span, &message),
    };
    let lowerer = Lowerer::new(&outcome.program, &outcome.sources, &input.options, input.span);
    let ours = lowerer.check();
    let all = outcome.diagnostics.iter().chain(&ours);
    let shown =
        |one: &&Diagnostic| one.severity == Severity::Warning && !input.options.hide_warnings;
    for warning in all.clone().filter(shown) {
        // A macro cannot warn through the compiler, but what it writes here is seen in the build.
        eprintln!("{}\n", warning.render(&outcome.sources));
    }
    let errors = all.filter(|one| one.severity == Severity::Error).map(|error| {
        let text = error.render(&outcome.sources);
        // The compiler writes that it is an error.
        compile_error(input.span, text.strip_prefix("error: ").unwrap_or(&text))
    });
    let items = lowerer.expand();
    let tracked = match input.idl {
        Idl::Path(_) => track(&outcome.sources, &caller, &input),
        Idl::Inline(_) => TokenStream::new(),
    };
    quote!(#(#errors)* #tracked #items)
}

/// Expands a file as `thrift!` does without options, for `thriftly expand`. The path is taken as it is.
///
/// # Errors
///
/// What could be read, if there is any error in it or in what Rust would make of it.
pub fn expand_file(path: &Path, options: &LoadOptions) -> Result<TokenStream, Outcome> {
    let mut outcome = load(path, options);
    let defaults = Options::default();
    let lowerer = Lowerer::new(&outcome.program, &outcome.sources, &defaults, Span::call_site());
    let ours = lowerer.check();
    let expansion = if outcome.has_errors() { None } else { Some(lowerer.expand()) };
    outcome.diagnostics.extend(ours);
    match expansion {
        Some(expansion) if !outcome.has_errors() => Ok(expansion),
        _ => Err(outcome),
    }
}

/// The source file that the macro is called in.
struct Caller {
    /// Its folder, if the compiler tells it.
    dir: Option<PathBuf>,
    /// The folder of its package.
    package: PathBuf,
}

impl Caller {
    fn of(file: Option<PathBuf>) -> Caller {
        let dir = file.and_then(|file| {
            let file = std::path::absolute(file).ok()?;
            // Under some tools the compiler tells paths that are relative to a folder it is not in.
            file.is_file().then(|| file.parent().map(Path::to_path_buf)).flatten()
        });
        let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        Caller { dir, package: package.unwrap_or_default() }
    }

    /// The folders that a path is looked up in, in order.
    fn dirs(&self) -> impl Iterator<Item = &Path> {
        self.dir.iter().chain([&self.package]).map(PathBuf::as_path)
    }
}

fn load_idl(input: &Input, caller: &Caller) -> Result<Outcome, String> {
    let include_dirs: Vec<PathBuf> =
        input.options.include_dirs.iter().map(|dir| caller.package.join(dir)).collect();
    let mut options = LoadOptions::default();
    options.include_dirs = include_dirs;
    options.multiline_strings = input.options.multiline_strings;
    let path = match &input.idl {
        Idl::Path(path) => Path::new(path),
        Idl::Inline(text) => {
            // Included files may be where a file at this place would look for them.
            options.include_dirs.extend(caller.dirs().map(Path::to_path_buf));
            return Ok(load_str("inline.thrift", text, &options));
        }
    };
    let mut candidates: Vec<PathBuf> = Vec::new();
    for dir in caller.dirs().chain(options.include_dirs.iter().map(PathBuf::as_path)) {
        let candidate = dir.join(path);
        if !candidates.contains(&candidate) {
            candidates.push(candidate);
        }
    }
    let Some(found) = candidates.iter().find(|candidate| candidate.is_file()) else {
        let tried: Vec<String> =
            candidates.iter().map(|path| format!("\n  {}", path.display())).collect();
        return Err(format!(
            "there is no file `{}`; looked for it at{}",
            path.display(),
            tried.concat()
        ));
    };
    Ok(load(&shortened(found), &options))
}

/// The path as messages show it: below the folder that the compiler runs in, if it is there.
fn shortened(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&here) {
        Ok(below) => below.to_path_buf(),
        Err(_) => path.to_path_buf(),
    }
}

/// Makes the compiler look at the files that were read whether they have changed.
fn track(sources: &Sources, caller: &Caller, input: &Input) -> TokenStream {
    let paths = sources.paths().filter_map(|path| {
        let path = std::path::absolute(path).ok()?;
        let path = match &caller.dir {
            Some(dir) => relative(&path, dir),
            None => path,
        };
        Some(path.to_str()?.to_owned())
    });
    quote_spanned! {input.span=>
        #(const _: &[__u8] = __include_bytes!(#paths);)*
    }
}

/// The path as seen from a folder; both are absolute.
fn relative(path: &Path, from: &Path) -> PathBuf {
    let normal = |path: &Path| {
        let mut parts: Vec<Component<'_>> = Vec::new();
        for part in path.components() {
            match part {
                Component::ParentDir => drop(parts.pop()),
                Component::CurDir => {}
                part => parts.push(part),
            }
        }
        parts.iter().collect::<PathBuf>()
    };
    let (path, from) = (normal(path), normal(from));
    let shared = path.components().zip(from.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared)).collect()
}

fn compile_error(span: Span, message: &str) -> TokenStream {
    quote_spanned!(span=> ::core::compile_error!{#message})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many levels of structs, each with two fields whose defaults are of the next.
    fn expanded(levels: usize, default: &str) -> usize {
        let structs = (0..levels).map(|at| {
            let inner = at + 1;
            format!("struct A{at} {{ 1: A{inner} a = {default}, 2: A{inner} b = {default} }}\n")
        });
        let idl = structs.collect::<String>() + &format!("struct A{levels} {{ 1: i32 number }}");
        let expansion = thrift(quote!(inline: #idl), None).to_string();
        assert!(!expansion.contains("compile_error"));
        expansion.len()
    }

    #[test]
    fn defaults_in_defaults_do_not_multiply() {
        assert!(expanded(40, "{}") < 3 * expanded(20, "{}"));
    }

    #[test]
    fn constants_in_constants_do_not_overflow() {
        let idl = (1..70).fold(
            "struct N { 1: list<N> kids }\nconst N N0 = {}\n".to_owned(),
            |idl, at| {
                let before = at - 1;
                format!("{idl}const N N{at} = {{\"kids\": [N{before}, N{before}]}}\n")
            },
        );
        let idl = idl + "struct H { 1: required N n = N69, 2: N m = N69 }";
        let expansion = thrift(quote!(inline: #idl), None).to_string();
        assert!(!expansion.contains("compile_error"), "{expansion}");
    }
}
