//! A session: the open documents, their programs, and the answers about them.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use lsp_server::{ErrorCode, Notification, Request};
use lsp_types::notification::{self as note, Notification as _};
use lsp_types::request::{self as call, Request as _};
use lsp_types::{
    CodeActionOrCommand, CodeActionParams, CompletionParams, CompletionResponse,
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DocumentFormattingParams, DocumentHighlightParams, DocumentSymbolParams,
    DocumentSymbolResponse, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams,
    InlayHintParams, Position, PrepareRenameResponse, PublishDiagnosticsParams, Range,
    ReferenceParams, RenameParams, TextDocumentPositionParams, Uri, WorkspaceSymbolParams,
    WorkspaceSymbolResponse,
};
use serde_json::Value;
use thriftly_codegen::check_from;
use thriftly_parser::index::Symbol;
use thriftly_parser::source::FileId;
use thriftly_parser::{Options, load_all};

use super::analysis::{Analysis, View};
use super::completion::Surroundings;
use super::documents::{Document, Documents};
use super::server::parsed;
use super::settings::Settings;
use super::workspace::Found;
use super::{
    actions, completion, diagnostics, formatting, hints, hover, navigation, rename, symbols,
    workspace,
};

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into() }
    }

    pub(super) fn internal() -> Failure {
        Failure::new(ErrorCode::InternalError, "this is a bug of thriftly")
    }
}

/// A session after `initialize`.
pub(super) struct Session<'a> {
    expansion: &'a thriftly_codegen::Options,
    pub(super) settings: Settings,
    documents: Documents,
    /// The program of each open document, of its text when it was checked last.
    programs: HashMap<PathBuf, Rc<Analysis>>,
    /// The last program of each open document in which it had no errors.
    good: HashMap<PathBuf, Rc<Analysis>>,
    /// Documents whose programs are out of date, the most urgent first.
    stale: VecDeque<PathBuf>,
    /// Diagnostics of programs that were checked for a request, to be published after its answer.
    unpublished: Vec<PublishDiagnosticsParams>,
    /// The program of all files of the workspace.
    workspace: Option<Workspace>,
    /// How many changes there have been.
    changes: u64,
}

/// All files of the workspace and what they were read from.
struct Workspace {
    changes: u64,
    files: Vec<Found>,
    analysis: Rc<Analysis>,
}

/// A document, and the offset of a position in it.
struct Place {
    path: PathBuf,
    analysis: Rc<Analysis>,
    offset: u32,
}

impl<'a> Session<'a> {
    pub(super) fn new(expansion: &'a thriftly_codegen::Options, settings: Settings) -> Session<'a> {
        Session {
            expansion,
            settings,
            documents: Documents::default(),
            programs: HashMap::new(),
            good: HashMap::new(),
            stale: VecDeque::new(),
            unpublished: Vec::new(),
            workspace: None,
            changes: 0,
        }
    }

    // Notifications

    /// Takes a notification. Returns what is to be logged.
    pub(super) fn notice(&mut self, notification: Notification) -> Option<String> {
        let Notification { method, params } = notification;
        let done = match method.as_str() {
            note::DidOpenTextDocument::METHOD => parsed(params).map(|params| self.opened(params)),
            note::DidChangeTextDocument::METHOD => {
                parsed(params).map(|params| self.changed(params))
            }
            note::DidCloseTextDocument::METHOD => parsed(params).map(|params| self.closed(params)),
            note::DidSaveTextDocument::METHOD | note::DidChangeWatchedFiles::METHOD => {
                self.all_changed();
                return None;
            }
            // Everything else is nothing that this server acts upon.
            _ => return None,
        };
        match done {
            Ok(Ok(())) => None,
            Ok(Err(reason)) => Some(reason),
            Err(failure) => Some(format!("{method}: {}", failure.message)),
        }
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) -> Result<(), String> {
        let document = params.text_document;
        let (uri, version, text) = (document.uri, document.version, document.text);
        let path = self.documents.open(Document { uri, version, text })?;
        self.changed_at(&path);
        Ok(())
    }

    fn changed(&mut self, params: DidChangeTextDocumentParams) -> Result<(), String> {
        let document = params.text_document;
        let (changes, encoding) = (params.content_changes, self.settings.encoding);
        let path = self.documents.change(&document.uri, document.version, changes, encoding)?;
        self.changed_at(&path);
        Ok(())
    }

    fn closed(&mut self, params: DidCloseTextDocumentParams) -> Result<(), String> {
        let Some(path) = self.documents.close(&params.text_document.uri) else {
            return Err(format!("{} is not open", params.text_document.uri.as_str()));
        };
        self.programs.remove(&path);
        self.good.remove(&path);
        self.changed_at(&path);
        // Once more, to take its diagnostics back.
        self.stale.push_back(path);
        Ok(())
    }

    /// Marks the programs with a file. Those that lack an include may be waiting for it.
    fn changed_at(&mut self, path: &Path) {
        self.changes += 1;
        let concerned = self.programs.iter().filter(|(root, program)| {
            let lacks = thriftly_parser::codes::MISSING_INCLUDE;
            root.as_path() != path
                && (program.file(path).is_some()
                    || program.outcome.diagnostics.iter().any(|one| one.code == lacks))
        });
        let mut concerned: Vec<PathBuf> = concerned.map(|(root, _)| root.clone()).collect();
        concerned.sort();
        self.stale.retain(|one| one != path && !concerned.contains(one));
        self.stale.extend(concerned);
        if self.documents.get(path).is_some() {
            self.stale.push_front(path.to_owned());
        }
    }

    /// Marks all programs: files on the disk may have changed.
    fn all_changed(&mut self) {
        self.changes += 1;
        let mut paths: Vec<PathBuf> = self.documents.paths().cloned().collect();
        paths.sort();
        paths.retain(|path| !self.stale.contains(path));
        self.stale.extend(paths);
    }

    // Programs

    /// The document to check next, if any has changed.
    pub(super) fn next_to_check(&mut self) -> Option<PathBuf> {
        self.stale.pop_front()
    }

    /// The diagnostics that are known and not published.
    pub(super) fn take_unpublished(&mut self) -> Vec<PublishDiagnosticsParams> {
        std::mem::take(&mut self.unpublished)
    }

    /// Checks a document, and gives its diagnostics: none if it has been closed.
    pub(super) fn check(&mut self, path: &Path) -> Option<PublishDiagnosticsParams> {
        let Some(document) = self.documents.get(path) else {
            let uri = self.documents.uri(path)?;
            return Some(PublishDiagnosticsParams { uri, diagnostics: vec![], version: None });
        };
        let (uri, version) = (document.uri.clone(), Some(document.version));
        let options = &self.settings.options;
        let outcome = check_from(&self.documents, path, self.expansion, options);
        let analysis = Rc::new(Analysis::of(outcome, &self.documents));
        self.programs.insert(path.to_owned(), analysis.clone());
        if !analysis.has_errors(FileId(0)) {
            self.good.insert(path.to_owned(), analysis.clone());
        }
        let diagnostics = diagnostics::of_root(self.view(&analysis));
        Some(PublishDiagnosticsParams { uri, diagnostics, version })
    }

    fn view<'v>(&'v self, analysis: &'v Analysis) -> View<'v> {
        View { analysis, documents: &self.documents, encoding: self.settings.encoding }
    }

    /// The program of an open document, of its text now.
    fn program(&mut self, uri: &Uri) -> Result<(PathBuf, Rc<Analysis>), Failure> {
        let path = self.documents.key(uri);
        if self.documents.get(&path).is_none() {
            let message = format!("{} is not open", uri.as_str());
            return Err(Failure::new(ErrorCode::InvalidParams, message));
        }
        if self.stale.contains(&path) || !self.programs.contains_key(&path) {
            self.stale.retain(|one| *one != path);
            let published = self.check(&path);
            self.unpublished.extend(published);
        }
        match self.programs.get(&path) {
            Some(analysis) if !analysis.paths.is_empty() => Ok((path, analysis.clone())),
            _ => Err(Failure::new(ErrorCode::RequestFailed, "the file cannot be checked")),
        }
    }

    fn place(&mut self, params: &TextDocumentPositionParams) -> Result<Place, Failure> {
        let (path, analysis) = self.program(&params.text_document.uri)?;
        let offset = self.offset(&path, params.position);
        Ok(Place { path, analysis, offset })
    }

    fn offset(&self, path: &Path, position: Position) -> u32 {
        let text = self.documents.get(path).map_or("", |document| document.text.as_str());
        self.settings.encoding.offset(text, position) as u32
    }

    fn offsets(&self, path: &Path, range: Range) -> std::ops::Range<u32> {
        let start = self.offset(path, range.start);
        start..self.offset(path, range.end).max(start)
    }

    /// The program of all files of the workspace and all open documents.
    fn workspace(&mut self) -> Rc<Analysis> {
        let files = workspace::files(&self.settings.folders);
        if let Some(workspace) = &self.workspace
            && workspace.changes == self.changes
            && workspace.files == files
        {
            return workspace.analysis.clone();
        }
        let mut paths: Vec<&PathBuf> = self.documents.paths().collect();
        paths.extend(files.iter().map(|file| &file.path));
        paths.sort();
        paths.dedup();
        let options = self.plain_options();
        let outcome = load_all(&self.documents, paths, &options);
        let analysis = Rc::new(Analysis::of(outcome, &self.documents));
        let changes = self.changes;
        self.workspace = Some(Workspace { changes, files, analysis: analysis.clone() });
        analysis
    }

    /// The options without lints, which nobody sees.
    fn plain_options(&self) -> Options {
        Options { lints: false, ..self.settings.options.clone() }
    }

    /// The program of the workspace, and the name at a position in it.
    fn in_workspace(
        &mut self,
        params: &TextDocumentPositionParams,
    ) -> Result<(Rc<Analysis>, FileId, u32), Failure> {
        let (path, _) = self.program(&params.text_document.uri)?;
        let analysis = self.workspace();
        let file = analysis.file(&path).ok_or_else(Failure::internal)?;
        Ok((analysis, file, self.offset(&path, params.position)))
    }

    // Requests

    /// Answers a request.
    pub(super) fn answer(&mut self, request: Request) -> Result<Value, Failure> {
        let Request { method, params, .. } = request;
        match method.as_str() {
            call::GotoDefinition::METHOD => answer(params, |params| self.definition(params)),
            call::References::METHOD => answer(params, |params| self.references(params)),
            call::DocumentHighlightRequest::METHOD => {
                answer(params, |params| self.highlights(params))
            }
            call::HoverRequest::METHOD => answer(params, |params| self.hover(params)),
            call::Completion::METHOD => answer(params, |params| self.completion(params)),
            call::PrepareRenameRequest::METHOD => {
                answer(params, |params| self.prepare_rename(params))
            }
            call::Rename::METHOD => answer(params, |params| self.rename(params)),
            call::DocumentSymbolRequest::METHOD => answer(params, |params| self.symbols(params)),
            call::WorkspaceSymbolRequest::METHOD => answer(params, |params| self.search(params)),
            call::Formatting::METHOD => answer(params, |params| self.formatting(params)),
            call::CodeActionRequest::METHOD => answer(params, |params| self.actions(params)),
            call::InlayHintRequest::METHOD => answer(params, |params| self.hints(params)),
            method => {
                let message = format!("there is no method {method:?} in this server");
                Err(Failure::new(ErrorCode::MethodNotFound, message))
            }
        }
    }

    fn definition(
        &mut self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>, Failure> {
        let place = self.place(&params.text_document_position_params)?;
        let view = self.view(&place.analysis);
        let found = navigation::definition(view, FileId(0), place.offset).or_else(|| {
            let (view, symbol) = self.word_in_good(&place)?;
            view.location(view.declared(symbol)?)
        });
        Ok(found.map(GotoDefinitionResponse::Scalar))
    }

    /// What the word at a place meant when the document had no errors.
    fn word_in_good<'s>(&'s self, place: &Place) -> Option<(View<'s>, Symbol)> {
        if !place.analysis.has_errors(FileId(0)) {
            return None;
        }
        let text = &self.documents.get(&place.path)?.text;
        let view = self.view(self.good.get(&place.path)?);
        Some((view, navigation::definition_of_word(view, text, place.offset)?))
    }

    fn references(&mut self, params: ReferenceParams) -> Result<Value, Failure> {
        let (analysis, file, offset) = self.in_workspace(&params.text_document_position)?;
        let view = self.view(&analysis);
        let Some((name, _)) = analysis.index.at(file, offset) else { return Ok(Value::Null) };
        let with_declaration = params.context.include_declaration;
        json(navigation::references(view, name.symbol, with_declaration))
    }

    fn highlights(&mut self, params: DocumentHighlightParams) -> Result<Value, Failure> {
        let place = self.place(&params.text_document_position_params)?;
        json(navigation::highlights(self.view(&place.analysis), FileId(0), place.offset))
    }

    fn hover(&mut self, params: HoverParams) -> Result<Option<Hover>, Failure> {
        let place = self.place(&params.text_document_position_params)?;
        let found = hover::hover(self.view(&place.analysis), FileId(0), place.offset);
        Ok(found.or_else(|| {
            let (view, symbol) = self.word_in_good(&place)?;
            Some(Hover { contents: hover::symbol(view, symbol, FileId(0))?, range: None })
        }))
    }

    fn completion(&mut self, params: CompletionParams) -> Result<CompletionResponse, Failure> {
        let place = self.place(&params.text_document_position)?;
        let good = self.good.get(&place.path).filter(|_| place.analysis.has_errors(FileId(0)));
        let files = || self.files();
        let around = Surroundings {
            text: self.documents.get(&place.path).map_or("", |document| &document.text),
            path: &place.path,
            good: good.map(|analysis| self.view(analysis)),
            include_dirs: &self.settings.options.include_dirs,
            files: &files,
            snippets: self.settings.snippets,
        };
        let items = completion::items(self.view(&place.analysis), &around, place.offset);
        Ok(CompletionResponse::Array(items))
    }

    /// The paths of all files in the workspace's folders.
    fn files(&self) -> Vec<PathBuf> {
        let mut folders = self.settings.folders.clone();
        folders.extend(self.settings.options.include_dirs.iter().cloned());
        workspace::files(&folders).into_iter().map(|file| file.path).collect()
    }

    fn prepare_rename(
        &mut self,
        params: TextDocumentPositionParams,
    ) -> Result<PrepareRenameResponse, Failure> {
        let (analysis, file, offset) = self.in_workspace(&params)?;
        let view = self.view(&analysis);
        let name = rename::name_at(view, file, offset).map_err(refused)?;
        let placeholder = name.symbol.name(view.program()).unwrap_or_default().to_owned();
        let range = view.range(name.span);
        Ok(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder })
    }

    fn rename(&mut self, params: RenameParams) -> Result<Value, Failure> {
        let (analysis, file, offset) = self.in_workspace(&params.text_document_position)?;
        let view = self.view(&analysis);
        let name = rename::name_at(view, file, offset).map_err(refused)?;
        let folders = &self.settings.folders;
        let options = self.plain_options();
        let edit = rename::rename(view, name.symbol, &params.new_name, folders, &options);
        json(edit.map_err(refused)?)
    }

    fn symbols(&mut self, params: DocumentSymbolParams) -> Result<DocumentSymbolResponse, Failure> {
        let uri = params.text_document.uri;
        let (_, analysis) = self.program(&uri)?;
        let view = self.view(&analysis);
        let tree = symbols::of_source(view.source(FileId(0)), view.encoding);
        Ok(match self.settings.trees {
            true => DocumentSymbolResponse::Nested(tree),
            false => DocumentSymbolResponse::Flat(symbols::flat(tree, &uri)),
        })
    }

    fn search(
        &mut self,
        params: WorkspaceSymbolParams,
    ) -> Result<WorkspaceSymbolResponse, Failure> {
        let analysis = self.workspace();
        let found = symbols::search(self.view(&analysis), &params.query);
        Ok(WorkspaceSymbolResponse::Flat(found))
    }

    fn formatting(&mut self, params: DocumentFormattingParams) -> Result<Value, Failure> {
        let (path, _) = self.program(&params.text_document.uri)?;
        let text = self.documents.get(&path).map_or("", |document| &document.text);
        json(formatting::edits(text, &self.settings.options))
    }

    fn actions(&mut self, params: CodeActionParams) -> Result<Vec<CodeActionOrCommand>, Failure> {
        let uri = params.text_document.uri;
        let (path, analysis) = self.program(&uri)?;
        let range = self.offsets(&path, params.range);
        let files = || self.files();
        let actions = actions::actions(self.view(&analysis), &uri, range, &files);
        Ok(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect())
    }

    fn hints(&mut self, params: InlayHintParams) -> Result<Value, Failure> {
        let (path, analysis) = self.program(&params.text_document.uri)?;
        let range = self.offsets(&path, params.range);
        json(hints::hints(self.view(&analysis), FileId(0), range))
    }
}

fn refused(message: String) -> Failure {
    Failure::new(ErrorCode::RequestFailed, message)
}

fn json(value: impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|_| Failure::internal())
}

/// Answers a request with parameters and a result of these types.
fn answer<P: serde::de::DeserializeOwned, R: serde::Serialize>(
    params: Value,
    handle: impl FnOnce(P) -> Result<R, Failure>,
) -> Result<Value, Failure> {
    json(handle(parsed(params)?)?)
}
