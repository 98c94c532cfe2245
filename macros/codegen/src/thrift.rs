//! `thrift!`, from its input to its expansion.

use std::path::{Component, Path, PathBuf};

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use thriftly_parser::diagnostic::{Diagnostic, Severity};
use thriftly_parser::source::Sources;
use thriftly_parser::{Disk, Files, Options as LoadOptions, Outcome, load, load_from, load_str};

use crate::caller::Caller;
use crate::input::{Idl, Input, Options};
use crate::lower::Lowerer;
use crate::projection::project;

/// Expands `thrift!(…)`. `file` is the calling source file, if the compiler provides it.
pub fn thrift(input: TokenStream, file: Option<PathBuf>) -> TokenStream {
    let input: Input = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let caller = Caller::of(file);
    let mut outcome = match load_idl(&input, &caller) {
        Ok(outcome) => outcome,
        Err(error) => return error.into_compile_error(),
    };
    let projected = project(&mut outcome.program, &input.options);
    let lowerer = Lowerer::new(&outcome.program, &outcome.sources, &input.options, input.span);
    let ours = lowerer.check();
    let idl = outcome.diagnostics.iter().chain(&ours.idl).map(|one| (input.span, one));
    let options = projected.iter().chain(&ours.options).map(|(span, one)| (*span, one));
    let all = idl.chain(options);
    let shown =
        |one: &&Diagnostic| one.severity == Severity::Warning && !input.options.hide_warnings;
    for warning in all.clone().map(|(_, one)| one).filter(shown) {
        // A macro cannot warn through the compiler, but its standard error is part of the build's.
        eprintln!("{}\n", warning.render(&outcome.sources));
    }
    let errors = all.filter(|(_, one)| one.severity == Severity::Error).map(|(span, error)| {
        let text = error.render(&outcome.sources);
        // The compiler writes that it is an error.
        compile_error(span, text.strip_prefix("error: ").unwrap_or(&text))
    });
    let errors: Vec<TokenStream> = errors.collect();
    let items = lowerer.with_error(errors.first()).expand();
    let tracked = match input.idl {
        Idl::Path(_) => track(&outcome.sources, &caller, &input),
        Idl::Inline(_) => TokenStream::new(),
    };
    quote!(#(#errors)* #tracked #items)
}

/// Loads a file and adds everything that `thrift!` with these options reports beside the parser's own
/// diagnostics: names that clash in Rust, annotations and options that cannot be used. The program of the outcome
/// lacks the fields that the options leave out. The path is
/// taken as it is, and so are the folders of `load`; nothing is expanded.
pub fn check_file(path: &Path, options: &Options, load: &LoadOptions) -> Outcome {
    check_from(&Disk, path, options, load)
}

/// [`check_file`], with files from anywhere.
pub fn check_from(
    files: &dyn Files,
    path: &Path,
    options: &Options,
    load: &LoadOptions,
) -> Outcome {
    let mut outcome = load_from(files, path, &options.loading(load));
    let projected = project(&mut outcome.program, options);
    let (program, sources) = (&outcome.program, &outcome.sources);
    let ours = Lowerer::new(program, sources, options, Span::call_site()).check();
    // Those of options have no place in the IDL.
    let of_options = projected.into_iter().chain(ours.options).map(|(_, one)| one);
    outcome.diagnostics.extend(ours.idl.into_iter().chain(of_options));
    outcome
}

/// Expands a file as `thrift!` does with these options. The path is taken as it is, and so are the
/// folders of `load`.
///
/// # Errors
///
/// The outcome with all diagnostics of [`check_file`] if there is any error among them.
pub fn expand_file(
    path: &Path,
    options: &Options,
    load: &LoadOptions,
) -> Result<TokenStream, Outcome> {
    let outcome = check_file(path, options, load);
    if outcome.has_errors() {
        return Err(outcome);
    }
    let (program, sources) = (&outcome.program, &outcome.sources);
    Ok(Lowerer::new(program, sources, options, Span::call_site()).expand())
}

/// Impls of the handler traits of a file's services, to be filled in: one text for each service of the
/// file itself, async or blocking. Items of the expansion are named as from the place of `thrift!`.
///
/// # Errors
///
/// The outcome with all diagnostics of [`check_file`] if there is any error among them.
pub fn stubs(
    path: &Path,
    options: &Options,
    load: &LoadOptions,
    blocking: bool,
) -> Result<Vec<String>, Outcome> {
    let outcome = check_file(path, options, load);
    if outcome.has_errors() {
        return Err(outcome);
    }
    let (program, sources) = (&outcome.program, &outcome.sources);
    Ok(Lowerer::new(program, sources, options, Span::call_site()).stubs(blocking))
}

impl Options {
    /// The options of the parser, with those of the macro that are for it.
    fn loading(&self, load: &LoadOptions) -> LoadOptions {
        let mut load = load.clone();
        load.include_dirs.extend(self.include_dirs.iter().map(|dir| PathBuf::from(dir.value())));
        load.multiline_strings |= self.multiline_strings;
        load.lenient_oneway |= self.lenient_oneway;
        load
    }
}

fn load_idl(input: &Input, caller: &Caller) -> syn::Result<Outcome> {
    let mut options = input.options.loading(&LoadOptions::default());
    for (dir, written) in options.include_dirs.iter_mut().zip(&input.options.include_dirs) {
        *dir = caller.package.join(&*dir);
        if !dir.is_dir() {
            let message = format!("there is no folder {:?} in the package", written.value());
            return Err(syn::Error::new(written.span(), message));
        }
    }
    let path = match &input.idl {
        Idl::Path(path) => Path::new(path),
        Idl::Inline(text) => {
            // Included files may be where a file at this place would look for them.
            options.include_dirs.extend(caller.dirs().map(Path::to_path_buf));
            return Ok(load_str("inline.thrift", text, &options));
        }
    };
    let found = caller
        .find(path, &options.include_dirs)
        .map_err(|message| syn::Error::new(input.span, message))?;
    Ok(load(&shortened(&found), &options))
}

/// The path for messages: relative to the compiler's working folder, if inside it.
fn shortened(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&here) {
        Ok(below) => below.to_path_buf(),
        Err(_) => path.to_path_buf(),
    }
}

/// Makes the compiler track the IDL files for rebuilds.
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

    /// The tokens that a struct of so many fields expands to, and the most fields that are decoded in one
    /// function: the cost for rustc grows with the square of those.
    fn of_fields(count: usize) -> (usize, usize) {
        let words = ["", "optional ", "required "];
        let types = ["i32", "string", "list<i64>", "map<string, binary>"];
        let fields =
            (1..=count).map(|id| format!("{id}: {}{} field{id}\n", words[id % 3], types[id % 4]));
        let idl = format!("struct Wide {{ {} }}", fields.collect::<String>());
        let expansion = thrift(quote!(inline: #idl), None);
        let text = expansion.to_string();
        let parts = text.split("__apart");
        let most = parts.map(|part| part.matches("__next").count()).max().unwrap_or(0);
        (tokens(expansion), most)
    }

    fn tokens(stream: TokenStream) -> usize {
        let tokens = stream.into_iter().map(|token| match token {
            proc_macro2::TokenTree::Group(group) => 2 + tokens(group.stream()),
            _ => 1,
        });
        tokens.sum()
    }

    #[test]
    fn wide_structs_expand_in_proportion_and_are_decoded_in_parts() {
        let (small, large) = (of_fields(400), of_fields(800));
        assert!(large.0 * 10 < small.0 * 22, "{} tokens became {}", small.0, large.0);
        assert_eq!((small.1, large.1), (16, 16));
        assert_eq!(of_fields(32).1, 32);
        assert_eq!(of_fields(33).1, 16);
    }

    /// The tokens that an enum of so many values expands to, and the most arms from variants to numbers
    /// or from numbers to variants in one function.
    fn of_values(count: usize) -> (usize, usize) {
        let values = (0..count).map(|at| format!("V{at} = {}\n", 3 * at));
        let idl = format!("enum Wide {{ {} }}", values.collect::<String>());
        let expansion = thrift(quote!(inline: #idl), None);
        let text = expansion.to_string();
        let arms = text.split("fn ").map(|function| function.matches("=>").count());
        (tokens(expansion), arms.max().unwrap_or(0))
    }

    #[test]
    fn wide_enums_expand_in_proportion_and_are_matched_in_parts() {
        let (small, large) = (of_values(1_000), of_values(2_000));
        assert!(large.0 * 10 < small.0 * 22, "{} tokens became {}", small.0, large.0);
        assert_eq!(small.1, large.1);
        assert!(large.1 <= 130, "{} arms in one function", large.1);
        // Those of few values stay matches, which are faster.
        assert!(of_values(128).1 >= 128);
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

    #[test]
    fn defaults_end_where_a_field_is_marked_as_optional() {
        let idl =
            "struct A { 1: list<B> list = [{}] } struct B { 1: A a (rust.optional), 2: i32 n }";
        let expansion = thrift(quote!(inline: #idl), None).to_string();
        assert!(!expansion.contains("compile_error"), "{expansion}");
        let idl = idl.replace("(rust.optional)", "");
        let expansion = thrift(quote!(inline: #idl), None).to_string();
        assert!(expansion.contains("[default-cycle]"), "{expansion}");
    }

    #[test]
    fn defaults_that_contain_themselves_are_errors_and_no_endless_expansion() {
        for idl in [
            "struct A { 1: optional A a = {} }",
            "struct A { 1: optional A a = {\"n\": 1}, 2: i32 n }",
            "struct A { 1: optional A a = C } const A C = {\"n\": 1} struct B { 1: A a = {\"n\": 2}, 2: i32 n }",
            "struct A { 1: required A a = {\"n\": 1}, 2: i32 n }",
            "struct A { 1: B b = {\"n\": 1} } struct B { 1: map<i32, list<A>> m = {1: [{}]}, 2: i32 n }
             service S { void f(1: A a = {}) }",
            "union U { 1: A a } struct A { 1: U u = {\"a\": {\"n\": 1}}, 2: i32 n }",
        ] {
            for options in [quote!(), quote!(, views: true), quote!(, unmarked: optional)] {
                let expansion = thrift(quote!(inline: #idl #options), None).to_string();
                let error = expansion.contains("[default-cycle]") || expansion.contains("[infinite-struct]");
                assert!(error, "{idl}");
            }
        }
    }

    #[test]
    fn long_constants_expand_in_proportion() {
        let expanded = |count: usize| {
            let entries = (0..count).map(|at| format!("\"k{at}\": {at}, ")).collect::<String>();
            let idl = format!("const map<string, i32> M = {{ {entries} }}");
            let expansion = thrift(quote!(inline: #idl), None).to_string();
            // A table of literals: nothing is made for each entry.
            assert_eq!(expansion.matches("__From").count(), 1, "{expansion}");
            expansion.len()
        };
        assert!(expanded(800) < 2 * expanded(400) + 400);
    }
}
