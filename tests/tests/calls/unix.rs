//! Unix sockets: calls over them, and who owns the path.

use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use thriftly::blocking::{self, Threads};
use thriftly::{Address, Context, ErrorKind, Scheme, Server};
use tokio::sync::oneshot;

thriftly::thrift!(inline: "service Who { string caller(), i32 process() }");

struct Handler;

impl Who for Handler {
    async fn caller(&self) -> thriftly::Result<String> {
        BlockingWho::caller(self)
    }
    async fn process(&self) -> thriftly::Result<i32> {
        BlockingWho::process(self)
    }
}

impl BlockingWho for Handler {
    fn caller(&self) -> thriftly::Result<String> {
        let context = Context::current();
        Ok(format!("{:?} {:?}", context.peer_addr(), context.local_addr()))
    }
    fn process(&self) -> thriftly::Result<i32> {
        let peer = Context::current().peer_credentials();
        Ok(peer.and_then(|peer| peer.pid).unwrap_or_default())
    }
}

/// A directory that is removed when this is dropped.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Directory {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("thriftly-unix-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("the directory for temporary files can be written to");
        Directory(path)
    }

    fn path(&self) -> PathBuf {
        self.0.join("server.sock")
    }

    /// The path of a socket on which nobody listens.
    fn stale(&self) -> PathBuf {
        drop(UnixListener::bind(self.path()).expect("the path is free"));
        assert!(self.path().exists());
        self.path()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const KINDS: [Option<Threads>; 4] = [
    None,
    Some(Threads::PerConnection),
    Some(Threads::Workers(NonZeroUsize::new(2).unwrap())),
    Some(Threads::One),
];

/// A server in a thread of its own, async or blocking, which shuts down when this is dropped.
struct Running {
    address: Address,
    stop: Option<Box<dyn FnOnce() + Send>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start(
        kind: Option<Threads>,
        address: &Address,
        mode: Option<u32>,
    ) -> thriftly::Result<Running> {
        match kind {
            None => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                let mut server = Server::new(WhoServer::new(Handler));
                if let Some(mode) = mode {
                    server = server.unix_mode(mode);
                }
                let server = runtime.block_on(server.bind(address))?;
                let address = server.local_addr();
                let (stop, stopped) = oneshot::channel::<()>();
                let thread = std::thread::spawn(move || {
                    runtime.block_on(server.serve_until(stopped)).expect("it never fails");
                });
                let stop: Box<dyn FnOnce() + Send> = Box::new(move || drop(stop));
                Ok(Running { address, stop: Some(stop), thread: Some(thread) })
            }
            Some(threads) => {
                let server = blocking::Server::new(BlockingWhoServer::new(Handler));
                let mut server = server.threads(threads);
                if let Some(mode) = mode {
                    server = server.unix_mode(mode);
                }
                let server = server.bind(address)?;
                let (address, handle) = (server.local_addr(), server.handle());
                let thread = std::thread::spawn(move || server.serve().expect("it can poll"));
                let stop: Box<dyn FnOnce() + Send> = Box::new(move || handle.shutdown());
                Ok(Running { address, stop: Some(stop), thread: Some(thread) })
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let (Some(stop), Some(thread)) = (self.stop.take(), self.thread.take()) {
            stop();
            thread.join().expect("the server does not panic");
        }
    }
}

fn caller(address: &Address) -> thriftly::Result<String> {
    BlockingWhoClient::connect(address)?.caller()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be built").block_on(future)
}

#[test]
fn clients_of_both_kinds_call_servers_of_all_kinds() -> thriftly::Result<()> {
    for kind in KINDS {
        let directory = Directory::new();
        let server = Running::start(kind, &directory.path().into(), None)?;
        assert_eq!(server.address.scheme(), Scheme::Unix);
        assert_eq!(server.address.unix_path(), Some(&*directory.path()));
        block_on(async {
            let client = WhoClient::connect(&server.address).await?;
            assert_eq!(client.caller().await?, "None None");
            let client: WhoClient = WhoClient::builder().framed().connect_lazy(&server.address)?;
            assert_eq!(client.caller().await?, "None None");
            Ok::<(), thriftly::Error>(())
        })?;
        assert_eq!(caller(&server.address)?, "None None");
    }
    Ok(())
}

#[test]
fn a_handler_of_the_async_server_sees_the_process_of_its_caller() -> thriftly::Result<()> {
    let directory = Directory::new();
    let server = Running::start(None, &directory.path().into(), None)?;
    let process = block_on(async { WhoClient::connect(&server.address).await?.process().await })?;
    assert_eq!(process.unsigned_abs(), std::process::id());
    Ok(())
}

#[test]
fn a_stale_path_is_replaced() -> thriftly::Result<()> {
    for kind in KINDS {
        let directory = Directory::new();
        let server = Running::start(kind, &directory.stale().into(), None)?;
        assert_eq!(caller(&server.address)?, "None None");
    }
    Ok(())
}

#[test]
fn a_live_path_is_refused_and_goes_on_being_served() -> thriftly::Result<()> {
    for kind in KINDS {
        let directory = Directory::new();
        let address = Address::from(directory.path());
        let first = Running::start(kind, &address, None)?;
        for second in KINDS {
            let error = Running::start(second, &address, None).err().expect("it is in use");
            assert_eq!(error.kind(), ErrorKind::Connect);
            let path = directory.path();
            let message =
                format!("cannot listen on unix:{}: another server listens there", path.display());
            assert_eq!(error.to_string(), message);
        }
        assert_eq!(caller(&first.address)?, "None None");
    }
    Ok(())
}

#[test]
fn of_servers_that_start_at_once_on_a_stale_path_one_gets_it() {
    for _ in 0..20 {
        let directory = Directory::new();
        let address = Address::from(directory.stale());
        let start = || {
            let server = blocking::Server::new(BlockingWhoServer::new(Handler));
            server.bind(&address).ok()
        };
        let bound: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
            threads.into_iter().filter_map(|thread| thread.join().expect("no panic")).collect()
        });
        assert_eq!(bound.len(), 1);
        UnixStream::connect(directory.path()).expect("it listens");
    }
}

#[test]
fn a_file_that_is_no_socket_is_kept() {
    for kind in KINDS {
        let directory = Directory::new();
        fs::write(directory.path(), "precious").expect("it can be written");
        let error =
            Running::start(kind, &directory.path().into(), None).err().expect("it is a file");
        assert!(error.to_string().ends_with("there is a file at this path, which is not a socket"));
        assert_eq!(fs::read(directory.path()).expect("it is there"), b"precious");
    }
}

#[tokio::test]
async fn a_path_that_is_too_long_is_an_error_with_its_length() {
    let path = format!("unix:/tmp/{}", "x".repeat(200));
    let error = Server::new(WhoServer::new(Handler)).bind(&path).await.expect_err("too long");
    let why = "the path has 205 bytes, but that of a unix socket has at most 107";
    if cfg!(target_os = "linux") {
        assert_eq!(error.to_string(), format!("cannot listen on {path}: {why}"));
        let error = WhoClient::connect(&path).await.expect_err("too long");
        assert_eq!(error.to_string(), format!("cannot connect to {path}: {why}"));
        let error = BlockingWhoClient::connect(&path).expect_err("too long");
        assert_eq!(error.to_string(), format!("cannot connect to {path}: {why}"));
    }
}

#[test]
fn the_file_is_removed_at_shutdown_unless_it_is_anothers() -> thriftly::Result<()> {
    for kind in KINDS {
        let directory = Directory::new();
        let path = directory.path();
        drop(Running::start(kind, &path.clone().into(), None)?);
        assert!(!path.exists());

        let server = Running::start(kind, &path.clone().into(), None)?;
        fs::remove_file(&path)?;
        let other = UnixListener::bind(&path)?;
        let inode = fs::metadata(&path)?.ino();
        drop(server);
        assert_eq!(fs::metadata(&path)?.ino(), inode);
        drop(other);
    }
    Ok(())
}

#[test]
fn the_mode_of_the_file_is_that_of_the_setting() -> thriftly::Result<()> {
    for kind in KINDS {
        for mode in [0o600, 0o660, 0o777] {
            let directory = Directory::new();
            let _server = Running::start(kind, &directory.path().into(), Some(mode))?;
            let metadata = fs::metadata(directory.path())?;
            assert!(metadata.file_type().is_socket());
            assert_eq!(metadata.permissions().mode() & 0o777, mode);
        }
    }
    Ok(())
}

#[test]
#[cfg(target_os = "linux")]
fn an_abstract_name_has_no_file_and_one_owner() -> thriftly::Result<()> {
    for kind in KINDS {
        let address = Address::try_from(format!("unix:@thriftly-{}", std::process::id()))?;
        let server = Running::start(kind, &address, None)?;
        assert_eq!(server.address, address);
        assert!(!Path::new(address.unix_path().expect("it is a unix socket")).exists());
        assert_eq!(caller(&address)?, "None None");
        let error = Running::start(kind, &address, None).err().expect("it is in use");
        assert!(error.to_string().starts_with(&format!("cannot listen on {address}: ")), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_socket_that_listens_already_can_be_served() -> thriftly::Result<()> {
    let directory = Directory::new();
    let listener = UnixListener::bind(directory.path())?;
    let server = Server::new(WhoServer::new(Handler)).bind_unix_listener(listener)?;
    let client = WhoClient::connect(server.local_addr()).await?;
    let serving = tokio::spawn(server.serve());
    assert_eq!(client.caller().await?, "None None");
    serving.abort();
    let _ = serving.await;
    // Its owner removes it.
    assert!(directory.path().exists());

    let listener = UnixListener::bind(directory.0.join("other.sock"))?;
    let server = blocking::Server::new(BlockingWhoServer::new(Handler));
    let server = server.bind_unix_listener(listener)?;
    let (address, handle) = (server.local_addr(), server.handle());
    let serving = std::thread::spawn(move || server.serve());
    let called = tokio::task::spawn_blocking(move || caller(&address)).await;
    assert_eq!(called.expect("no panic")?, "None None");
    handle.shutdown();
    serving.join().expect("no panic")?;
    Ok(())
}

#[test]
fn clients_connect_again_after_a_restart() -> thriftly::Result<()> {
    let directory = Directory::new();
    let address = Address::from(directory.path());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    for kind in KINDS {
        let first = Running::start(kind, &address, None)?;
        let client = runtime.block_on(WhoClient::connect(&address))?;
        let blocking = BlockingWhoClient::connect(&address)?;
        runtime.block_on(client.caller())?;
        blocking.caller()?;
        drop(first);
        let error = runtime.block_on(client.caller()).expect_err("there is no server");
        assert_eq!(error.kind(), ErrorKind::Connect);
        let _second = Running::start(kind, &address, None)?;
        runtime.block_on(client.caller())?;
        blocking.caller()?;
    }
    Ok(())
}

#[tokio::test]
async fn a_full_backlog_is_waited_for_until_the_time_limit() -> thriftly::Result<()> {
    let directory = Directory::new();
    let path = directory.path();
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None)?;
    socket.bind(&socket2::SockAddr::unix(&path)?)?;
    socket.listen(0)?;
    let _waits = UnixStream::connect(&path)?;
    let limit = Duration::from_millis(200);
    let message = format!("cannot connect to unix:{}: timed out after 200ms", path.display());
    let error = WhoClient::builder().connect_timeout(limit).connect(&*path).await;
    assert_eq!(error.expect_err("it is full").to_string(), message);
    let error = BlockingWhoClient::builder().connect_timeout(limit).connect(&*path);
    assert_eq!(error.expect_err("it is full").to_string(), message);
    Ok(())
}
