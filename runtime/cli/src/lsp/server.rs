//! The loop of the server: the life cycle, the order of messages, and what is answered by whom.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{self as note, Notification as _};
use lsp_types::request::{self as call, Request as _};
use lsp_types::{
    CancelParams, CompletionOptions, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher,
    GlobPattern, InitializeParams, NumberOrString, OneOf, PublishDiagnosticsParams, Registration,
    RegistrationParams, RenameOptions, ServerCapabilities, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions,
};
use serde_json::{Value, json};

use super::Lsp;
use super::session::{Failure, Session};
use super::settings::Settings;
use super::transport::{self, Incoming};
use crate::status::{Status, complain};

/// Messages that wait for their answers; more stay in the pipe.
const MOST_WAITING: usize = 1024;

/// The server and its client.
pub(super) struct Server<'a> {
    lsp: &'a Lsp,
    out: &'a mut dyn Write,
    /// Requests and notifications that have come and wait.
    waiting: VecDeque<Message>,
    state: State<'a>,
}

/// Where the life cycle is.
enum State<'a> {
    /// `initialize` has not come.
    New,
    Running(Box<Session<'a>>),
    /// `shutdown` has come.
    Shut,
}

/// How the loop goes on.
enum Next {
    Go,
    Exit(Status),
}

impl<'a> Server<'a> {
    pub(super) fn new(lsp: &'a Lsp, out: &'a mut dyn Write) -> Server<'a> {
        Server { lsp, out, waiting: VecDeque::new(), state: State::New }
    }

    /// Answers until the client says `exit` or its end of the stream is gone.
    pub(super) fn serve(mut self, incoming: &Receiver<Incoming>) -> io::Result<Status> {
        loop {
            // What has come is looked at first: a later message may cancel an earlier one.
            while self.waiting.len() < MOST_WAITING
                && let Ok(one) = incoming.try_recv()
            {
                if let Next::Exit(status) = self.take(one)? {
                    return Ok(status);
                }
            }
            if let Some(message) = self.waiting.pop_front() {
                if let Next::Exit(status) = self.handle(message)? {
                    return Ok(status);
                }
            } else if !self.check_one()? {
                match incoming.recv() {
                    Ok(one) => {
                        if let Next::Exit(status) = self.take(one)? {
                            return Ok(status);
                        }
                    }
                    Err(_) => return Ok(self.gone()),
                }
            }
        }
    }

    /// The status when the client has gone without `exit`.
    fn gone(&self) -> Status {
        match self.state {
            State::Shut => Status::Clean,
            _ => Status::Found,
        }
    }

    fn take(&mut self, incoming: Incoming) -> io::Result<Next> {
        match incoming {
            Incoming::Message(Message::Notification(one)) if one.method == note::Cancel::METHOD => {
                self.cancel(&one)?;
            }
            Incoming::Message(message) => self.waiting.push_back(message),
            Incoming::Bad(code, reason, id) => transport::refuse(code, &reason, id, self.out)?,
            Incoming::Broken(reason) => {
                complain(&format!("error: cannot read from the client: {reason}"));
                return Ok(Next::Exit(Status::Unusable));
            }
        }
        Ok(Next::Go)
    }

    /// Answers a request that waits and is not needed any more.
    fn cancel(&mut self, notification: &Notification) -> io::Result<()> {
        let Ok(params) = serde_json::from_value::<CancelParams>(notification.params.clone()) else {
            return Ok(());
        };
        let id: RequestId = match params.id {
            NumberOrString::Number(number) => number.into(),
            NumberOrString::String(text) => text.into(),
        };
        let is_it =
            |message: &Message| matches!(message, Message::Request(request) if request.id == id);
        let Some(at) = self.waiting.iter().position(is_it) else { return Ok(()) };
        self.waiting.remove(at);
        let code = ErrorCode::RequestCanceled as i32;
        self.send(Response::new_err(id, code, "canceled by the client".to_owned()).into())
    }

    fn send(&mut self, message: Message) -> io::Result<()> {
        transport::write(&message, self.out)
    }

    fn handle(&mut self, message: Message) -> io::Result<Next> {
        match message {
            Message::Request(request) => {
                let id = request.id.clone();
                let answer = guarded(|| self.answer(request));
                let response = match answer.unwrap_or_else(|| Err(Failure::internal())) {
                    Ok(value) => Response { id, result: Some(value), error: None },
                    Err(Failure { code, message }) => Response::new_err(id, code as i32, message),
                };
                self.send(response.into())?;
                if let State::Running(session) = &mut self.state {
                    let unpublished = session.take_unpublished();
                    unpublished.into_iter().try_for_each(|one| self.publish(one))?;
                }
            }
            Message::Notification(one) if one.method == note::Exit::METHOD => {
                return Ok(Next::Exit(self.gone()));
            }
            Message::Notification(one) => {
                let complaint = guarded(|| self.notice(one));
                let complaint = complaint.unwrap_or_else(|| Some("a bug of the server".to_owned()));
                if let Some(message) = complaint {
                    self.log(&message)?;
                }
                self.register()?;
            }
            // To a registration, of which nothing depends.
            Message::Response(_) => {}
        }
        Ok(Next::Go)
    }

    /// Writes to the client's log.
    fn log(&mut self, message: &str) -> io::Result<()> {
        let params = json!({ "type": 2, "message": message });
        self.send(Notification { method: note::LogMessage::METHOD.to_owned(), params }.into())
    }

    /// Asks the client to watch `.thrift` files, once.
    fn register(&mut self) -> io::Result<()> {
        let State::Running(session) = &mut self.state else { return Ok(()) };
        if !std::mem::take(&mut session.settings.watch) {
            return Ok(());
        }
        let glob_pattern = GlobPattern::String("**/*.thrift".to_owned());
        let watchers = vec![FileSystemWatcher { glob_pattern, kind: None }];
        let options = DidChangeWatchedFilesRegistrationOptions { watchers };
        let registration = Registration {
            id: "files".to_owned(),
            method: note::DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        let params = RegistrationParams { registrations: vec![registration] };
        let method = call::RegisterCapability::METHOD.to_owned();
        self.send(Request::new("watch".to_owned().into(), method, params).into())
    }

    /// Checks one document that has changed, and publishes its diagnostics. Returns whether there was one.
    fn check_one(&mut self) -> io::Result<bool> {
        let State::Running(session) = &mut self.state else { return Ok(false) };
        let Some(path) = session.next_to_check() else { return Ok(false) };
        let published = guarded(|| session.check(&path)).flatten();
        published.map_or(Ok(()), |params| self.publish(params))?;
        Ok(true)
    }

    fn publish(&mut self, params: PublishDiagnosticsParams) -> io::Result<()> {
        let method = note::PublishDiagnostics::METHOD.to_owned();
        self.send(Notification::new(method, params).into())
    }

    fn notice(&mut self, notification: Notification) -> Option<String> {
        let State::Running(session) = &mut self.state else { return None };
        session.notice(notification)
    }

    fn answer(&mut self, request: Request) -> Result<Value, Failure> {
        match (&mut self.state, request.method.as_str()) {
            (State::New, call::Initialize::METHOD) => {
                let params: InitializeParams = parsed(request.params)?;
                let settings = Settings::of(&params, &self.lsp.options);
                let capabilities = capabilities(&settings);
                self.state = State::Running(Box::new(Session::new(&self.lsp.expansion, settings)));
                let info = json!({ "name": "thriftly", "version": env!("CARGO_PKG_VERSION") });
                Ok(json!({ "capabilities": capabilities, "serverInfo": info }))
            }
            (State::New, _) => {
                Err(Failure::new(ErrorCode::ServerNotInitialized, "`initialize` has not come"))
            }
            (State::Running(_), call::Initialize::METHOD) => {
                Err(Failure::new(ErrorCode::InvalidRequest, "`initialize` has come already"))
            }
            (State::Running(_), call::Shutdown::METHOD) => {
                self.state = State::Shut;
                Ok(Value::Null)
            }
            (State::Running(session), _) => session.answer(request),
            (State::Shut, _) => {
                Err(Failure::new(ErrorCode::InvalidRequest, "the server has been shut down"))
            }
        }
    }
}

/// Parameters of a request.
pub(super) fn parsed<T: serde::de::DeserializeOwned>(params: Value) -> Result<T, Failure> {
    serde_json::from_value(params)
        .map_err(|error| Failure::new(ErrorCode::InvalidParams, error.to_string()))
}

/// Runs a part of the work such that a bug in it ends this part and not the session. Its message goes to standard
/// error, which editors show.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn capabilities(settings: &Settings) -> ServerCapabilities {
    let triggers = [".", "\"", "/", "(", " "].map(str::to_owned).to_vec();
    ServerCapabilities {
        position_encoding: Some(settings.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(true.into()),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(true.into()),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(triggers),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(true.into()),
        document_formatting_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: Default::default(),
        })),
        inlay_hint_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    /// What the server writes if all of these come at once, and how it ends.
    fn session(messages: Vec<Value>) -> (Vec<String>, Status) {
        let (sender, receiver) = sync_channel(messages.len());
        for message in messages {
            sender.send(Incoming::Message(serde_json::from_value(message).unwrap())).unwrap();
        }
        drop(sender);
        let lsp = Lsp {
            options: thriftly_parser::Options::default(),
            expansion: thriftly_codegen::Options::default(),
        };
        let mut out = Vec::new();
        let status = Server::new(&lsp, &mut out).serve(&receiver).unwrap();
        let text = String::from_utf8(out).unwrap();
        let bodies = text.split("Content-Length: ").skip(1).map(|one| {
            let body: Value = serde_json::from_str(one.split_once("\r\n\r\n").unwrap().1).unwrap();
            match body.get("method") {
                Some(method) => method.as_str().unwrap().to_owned(),
                None => format!("{} {}", body["id"], body["error"]["code"]),
            }
        });
        (bodies.collect(), status)
    }

    fn request(id: i32, method: &str, params: Value) -> Value {
        json!({ "id": id, "method": method, "params": params })
    }

    fn notice(method: &str, params: Value) -> Value {
        json!({ "method": method, "params": params })
    }

    fn change(version: i32) -> Value {
        notice(
            note::DidChangeTextDocument::METHOD,
            json!({
                "textDocument": { "uri": "untitled:a", "version": version },
                "contentChanges": [{ "text": "struct A {}" }],
            }),
        )
    }

    #[test]
    fn canceled_requests_are_not_answered_with_a_result() {
        let (answers, status) = session(vec![
            request(1, "initialize", json!({ "capabilities": {} })),
            request(2, "workspace/symbol", json!({ "query": "" })),
            request(3, "workspace/symbol", json!({ "query": "" })),
            notice("$/cancelRequest", json!({ "id": 2 })),
            notice("$/cancelRequest", json!({ "id": 77 })),
            notice("$/cancelRequest", json!({ "id": {} })),
            request(4, "shutdown", Value::Null),
            notice("exit", Value::Null),
        ]);
        assert_eq!(answers, ["2 -32800", "1 null", "3 null", "4 null"]);
        assert_eq!(status, Status::Clean);
    }

    #[test]
    fn several_changes_that_wait_are_checked_once() {
        let document = json!({
            "uri": "untitled:a", "languageId": "thrift", "version": 1, "text": "struct A {",
        });
        let (answers, status) = session(vec![
            request(1, "initialize", json!({ "capabilities": {} })),
            notice(note::DidOpenTextDocument::METHOD, json!({ "textDocument": document })),
            change(2),
            change(3),
        ]);
        assert_eq!(answers, ["1 null", "textDocument/publishDiagnostics"]);
        assert_eq!(status, Status::Found);
    }

    #[test]
    fn a_check_for_a_request_is_published_and_not_made_again() {
        let document = json!({
            "uri": "untitled:a", "languageId": "thrift", "version": 1, "text": "struct A {",
        });
        let place = json!({
            "textDocument": { "uri": "untitled:a" }, "position": { "line": 0, "character": 8 },
        });
        let (answers, _) = session(vec![
            request(1, "initialize", json!({ "capabilities": {} })),
            notice(note::DidOpenTextDocument::METHOD, json!({ "textDocument": document })),
            request(2, call::HoverRequest::METHOD, place.clone()),
            request(3, call::HoverRequest::METHOD, place),
        ]);
        assert_eq!(answers, ["1 null", "2 null", "textDocument/publishDiagnostics", "3 null"]);
    }

    #[test]
    fn a_bug_in_one_part_does_not_end_the_session() {
        assert_eq!(guarded(|| 1), Some(1));
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        assert_eq!(guarded(|| Vec::<i32>::new()[std::hint::black_box(0)]), None);
        std::panic::set_hook(hook);
    }
}
