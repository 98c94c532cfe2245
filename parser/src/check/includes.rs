//! Headers: include cycles, unused includes, duplicate namespaces.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::check::Checker;
use crate::check::types::{SHOWN, cycle_text};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{Include, Namespace, Program};
use crate::source::{FileId, Sources};

impl Checker<'_> {
    /// Reports files that include themselves, directly or through others.
    pub(crate) fn include_cycles(&mut self, program: &Program, sources: &Sources) {
        // For each file: not visited, on the path at an index, or done.
        let mut visits: Vec<Option<Option<usize>>> = vec![None; program.files.len()];
        let mut closing = HashSet::new();
        for root in 0..program.files.len() {
            if visits[root].is_some() {
                continue;
            }
            let mut path = vec![(FileId(root as u32), program.files[root].includes.iter())];
            visits[root] = Some(Some(0));
            while let Some((file, includes)) = path.last_mut() {
                let Some(include) = includes.next() else {
                    visits[file.0 as usize] = Some(None);
                    path.pop();
                    continue;
                };
                let file = *file;
                let next = include.file;
                match visits[next.0 as usize] {
                    Some(None) => {}
                    // One message for each file that closes a cycle is enough to find them all.
                    Some(Some(_)) if !closing.insert(file) => {}
                    Some(Some(start)) => {
                        let cycle: Vec<FileId> =
                            path[start..].iter().take(SHOWN).map(|step| step.0).collect();
                        self.include_cycle(include, &cycle, path.len() - start, sources);
                    }
                    None => {
                        visits[next.0 as usize] = Some(Some(path.len()));
                        path.push((next, program.file(next).includes.iter()));
                    }
                }
            }
        }
    }

    fn include_cycle(
        &mut self,
        include: &Include,
        cycle: &[FileId],
        length: usize,
        sources: &Sources,
    ) {
        let names: Vec<String> =
            cycle.iter().map(|&file| shown(&sources.file(file).path)).collect();
        let title = format!("`{}` includes itself", names[0]);
        let error = Diagnostic::error(codes::INCLUDE_CYCLE, title)
            .at(include.span, "this include closes the cycle");
        self.reporter.report(match length {
            1 => error,
            _ => error.note(cycle_text(names.iter().map(String::as_str), length)),
        });
    }

    /// Reports duplicate namespaces of one language.
    pub(crate) fn namespaces(&mut self, program: &Program) {
        for file in &program.files {
            let mut seen: HashMap<&str, &Namespace> = HashMap::new();
            for namespace in &file.namespaces {
                if let Some(first) = seen.insert(&namespace.scope, namespace) {
                    let title = format!("the namespace for `{}` is given twice", namespace.scope);
                    let warning = Diagnostic::warning(codes::DUPLICATE_NAMESPACE, title);
                    self.reporter.report(
                        warning
                            .at(namespace.span, "this entry wins")
                            .and(first.span, "this entry is ignored"),
                    );
                }
            }
        }
    }

    /// Reports unused includes.
    pub(crate) fn unused_includes(&mut self, program: &Program) {
        for file in &program.files {
            let used = self.names.used(file.id);
            for include in &file.includes {
                if !used.contains(&include.file) {
                    let title = format!("the include `{}` is unused", include.path);
                    let lint = Diagnostic::lint(codes::UNUSED_INCLUDE, title);
                    self.reporter.report(lint.at(include.span, "").fix(include.header, ""));
                }
            }
        }
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
