//! What the client and the arguments ask for.

use std::path::{Path, PathBuf};

use lsp_types::{InitializeParams, PositionEncodingKind};
use serde_json::Value;
use thriftly_parser::Options;

use super::position::Encoding;
use super::uri;

/// The settings of a session.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) encoding: Encoding,
    /// The canonical paths of the workspace's folders.
    pub(super) folders: Vec<PathBuf>,
    /// Options for loading files.
    pub(super) options: Options,
    /// Whether completions may be snippets.
    pub(super) snippets: bool,
    /// Whether the symbols of a document may be a tree.
    pub(super) trees: bool,
    /// Whether the client can be asked to watch files.
    pub(super) watch: bool,
}

impl Settings {
    /// The settings for a client; `options` are those of the arguments.
    ///
    /// The initialization options may have `includeDirs`, a list of folders, relative to the first folder of the
    /// workspace, and `lints`, whether lints are shown, which they are by default.
    pub(super) fn of(params: &InitializeParams, options: &Options) -> Settings {
        let client = &params.capabilities;
        let offered: &[PositionEncodingKind] = client
            .general
            .as_ref()
            .and_then(|one| one.position_encodings.as_deref())
            .unwrap_or_default();
        let document = client.text_document.as_ref();
        let completion = document.and_then(|one| one.completion.as_ref());
        let snippets = completion
            .and_then(|one| one.completion_item.as_ref())
            .and_then(|one| one.snippet_support);
        let trees = document
            .and_then(|one| one.document_symbol.as_ref())
            .and_then(|one| one.hierarchical_document_symbol_support);
        let watch = client
            .workspace
            .as_ref()
            .and_then(|one| one.did_change_watched_files.as_ref())
            .and_then(|one| one.dynamic_registration);
        let folders = folders(params);
        let given = params.initialization_options.as_ref();
        let text = given.and_then(|given| given.get("includeDirs")).and_then(Value::as_array);
        let dirs = text.into_iter().flatten().filter_map(Value::as_str);
        let base = folders.first().cloned().unwrap_or_default();
        let mut options = options.clone();
        options.include_dirs.extend(dirs.map(|dir| base.join(dir)));
        options.lints = given.and_then(|given| given.get("lints")?.as_bool()).unwrap_or(true);
        Settings {
            encoding: Encoding::of(offered),
            folders,
            options,
            snippets: snippets.unwrap_or(false),
            trees: trees.unwrap_or(false),
            watch: watch.unwrap_or(false),
        }
    }
}

/// The folders of the workspace. Older clients have one root.
#[allow(deprecated, reason = "older clients send nothing else")]
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders.iter().flatten().map(|folder| &folder.uri);
    let mut folders: Vec<PathBuf> = folders.map(uri::path).collect();
    if folders.is_empty() {
        let root = params.root_uri.as_ref().map(uri::path);
        folders.extend(root.or_else(|| params.root_path.as_ref().map(PathBuf::from)));
    }
    folders.iter().map(|folder| canonical(folder)).collect()
}

/// The canonical path of a folder, or the path itself if there is none.
pub(super) fn canonical(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}
