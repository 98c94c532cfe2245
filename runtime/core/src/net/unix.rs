//! Unix sockets: paths and abstract names, connecting and listening.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};

/// The longest path of a socket in bytes, that of `sockaddr_un` without its NUL byte.
const LONGEST: usize =
    if cfg!(any(target_os = "linux", target_os = "android")) { 107 } else { 103 };

/// Connects without waiting.
///
/// # Errors
/// [`io::ErrorKind::WouldBlock`] while the listen backlog of the server is full.
pub(crate) fn connect(path: &Path) -> io::Result<UnixStream> {
    let address = socket_address(path)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.connect(&address)?;
    Ok(socket.into())
}

/// Listens on a path or an abstract name, with the file mode of a path.
///
/// A path at which no server listens any more is replaced. All servers of this crate do this under a
/// lock on the directory, so that two which start at the same time do not take it from each other.
pub(crate) fn listen(
    path: &Path,
    mode: Option<u32>,
    backlog: i32,
) -> io::Result<(UnixListener, Option<SocketFile>)> {
    let address = socket_address(path)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    if is_abstract(path) {
        socket.bind(&address)?;
        socket.listen(backlog)?;
        return Ok((socket.into(), None));
    }
    let _lock = lock_directory(path);
    match socket.bind(&address) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            remove_stale(path)?;
            socket.bind(&address)?;
        }
        bound => bound?,
    }
    // Nobody can connect before it listens.
    let file = SocketFile::new(path)?;
    if let Some(mode) = mode {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    socket.listen(backlog)?;
    Ok((socket.into(), Some(file)))
}

/// Locks the directory of the path until the file is dropped. Without the right to read the directory
/// there is no lock, and the small risk that another server starts on the same path at the same time.
fn lock_directory(path: &Path) -> Option<File> {
    let directory = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return None,
    };
    let directory = File::open(directory).ok()?;
    directory.lock().ok()?;
    Some(directory)
}

/// Removes the file of a socket on which nobody listens.
fn remove_stale(path: &Path) -> io::Result<()> {
    let in_use = |message: &str| Err(io::Error::new(io::ErrorKind::AddrInUse, message));
    if !fs::symlink_metadata(path)?.file_type().is_socket() {
        return in_use("there is a file at this path, which is not a socket");
    }
    match connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        // It may have been removed by its owner.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(_) => in_use("another server listens there"),
        // Its backlog is full.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            in_use("another server listens there")
        }
        Err(error) => in_use(&format!("there is a socket at this path already ({error})")),
    }
}

fn is_abstract(path: &Path) -> bool {
    path.as_os_str().as_bytes().first() == Some(&b'@')
}

fn socket_address(path: &Path) -> io::Result<SockAddr> {
    let bytes = path.as_os_str().as_bytes();
    let invalid = |message: String| Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    if bytes.len() > LONGEST {
        let length = bytes.len();
        return invalid(format!(
            "the path has {length} bytes, but that of a unix socket has at most {LONGEST}"
        ));
    }
    if !is_abstract(path) {
        return SockAddr::unix(path);
    }
    if !cfg!(any(target_os = "linux", target_os = "android")) {
        return invalid("only Linux has an abstract namespace of unix sockets".to_owned());
    }
    let mut name = bytes.to_vec();
    name[0] = 0;
    SockAddr::unix(OsString::from_vec(name))
}

/// The file of a listening socket, which is removed when this is dropped, unless another one has taken
/// its place.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl SocketFile {
    fn new(path: &Path) -> io::Result<SocketFile> {
        let metadata = fs::symlink_metadata(path)?;
        let (device, inode) = (metadata.dev(), metadata.ino());
        // The working directory may change.
        Ok(SocketFile { path: std::path::absolute(path)?, device, inode })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_ours = |file: fs::Metadata| (file.dev(), file.ino()) == (self.device, self.inode);
        let _lock = lock_directory(&self.path);
        if fs::symlink_metadata(&self.path).is_ok_and(is_ours)
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::debug!(path = %self.path.display(), %error, "cannot remove a socket");
        }
    }
}

#[cfg(test)]
#[cfg(not(miri))]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_too_long_is_an_error_with_its_length() {
        let path = format!("/tmp/{}", "x".repeat(LONGEST));
        let error = connect(Path::new(&path)).expect_err("it is too long");
        let length = LONGEST + 5;
        let message =
            format!("the path has {length} bytes, but that of a unix socket has at most {LONGEST}");
        assert_eq!(error.to_string(), message);
        let error = listen(Path::new(&path), None, 1).expect_err("it is too long");
        assert_eq!(error.to_string(), message);
    }
}
