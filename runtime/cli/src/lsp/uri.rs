//! URIs of files and their paths.

use std::path::{Component, Path, PathBuf, Prefix};
use std::str::FromStr;

use lsp_types::Uri;

/// The path of a URI. What is not on a disk, such as `untitled:Untitled-1`, has itself as its path.
pub(super) fn path(uri: &Uri) -> PathBuf {
    let is_file = uri.scheme().is_some_and(|scheme| scheme.as_str().eq_ignore_ascii_case("file"));
    if !is_file {
        return PathBuf::from(uri.as_str());
    }
    let decoded = uri.path().as_estr().decode().into_string_lossy().into_owned();
    let host = uri.authority().map(|authority| authority.host().as_str().to_owned());
    match host.filter(|host| !host.is_empty() && host != "localhost") {
        Some(host) if cfg!(windows) => PathBuf::from(format!("//{host}{decoded}")),
        _ => PathBuf::from(without_slash(&decoded)),
    }
}

/// `C:/a` for `/C:/a`.
fn without_slash(path: &str) -> &str {
    match path.as_bytes() {
        [b'/', drive, b':', ..] if cfg!(windows) && drive.is_ascii_alphabetic() => &path[1..],
        _ => path,
    }
}

/// The URI of a path; `None` if it has none, as paths that are not absolute.
pub(super) fn uri(path: &Path) -> Option<Uri> {
    let mut text = String::from("file://");
    for component in path.components() {
        match component {
            Component::Prefix(prefix) => match prefix.kind() {
                Prefix::Disk(drive) | Prefix::VerbatimDisk(drive) => {
                    text.push_str(&format!("/{}:", char::from(drive)));
                }
                Prefix::UNC(host, share) | Prefix::VerbatimUNC(host, share) => {
                    text.push_str(&host.to_string_lossy());
                    text.push('/');
                    encode(share.as_encoded_bytes(), &mut text);
                }
                _ => return None,
            },
            Component::Normal(part) => {
                text.push('/');
                encode(part.as_encoded_bytes(), &mut text);
            }
            Component::RootDir | Component::CurDir => {}
            Component::ParentDir => text.push_str("/.."),
        }
    }
    if text == "file://" {
        text.push('/');
    }
    if path.is_absolute() { Uri::from_str(&text).ok() } else { Uri::from_str(path.to_str()?).ok() }
}

fn encode(bytes: &[u8], text: &mut String) {
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn paths_survive_the_way_through_a_uri() {
        for text in ["/a/b.thrift", "/with blank/\u{e9}#?%41.thrift", "/"] {
            let uri = uri(Path::new(text)).unwrap();
            assert_eq!(path(&uri), Path::new(text), "{}", uri.as_str());
        }
        let path = |text| path(&Uri::from_str(text).unwrap());
        assert_eq!(path("file:///a%20b"), Path::new("/a b"));
        assert_eq!(path("file://localhost/a"), Path::new("/a"));
        assert_eq!(path("untitled:Untitled-1"), Path::new("untitled:Untitled-1"));
    }

    #[test]
    fn what_is_not_on_a_disk_keeps_its_uri() {
        let untitled = Uri::from_str("untitled:Untitled-1").unwrap();
        assert_eq!(uri(&path(&untitled)), Some(untitled));
    }
}
