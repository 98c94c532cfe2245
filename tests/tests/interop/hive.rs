//! HiveServer2's service, as Apache Spark serves it: without SASL, with SASL PLAIN, and over HTTP.

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thriftly::blocking::{self, BlockOn};
use thriftly::{Bytes, Channel, ClientBuilder, ErrorKind, Result};
use thriftly_tests::peers::{Program, free_port, python};

use super::folder;

thriftly::thrift!("../../idl/hive.thrift");

const SPARK: &str = "pyspark==4.3.0";

/// How long Spark may take to start, and for a query. Only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(300);

type Service = Arc<dyn blocking::Service>;
type Hive = BlockingTCLIServiceClient<Service>;

/// Spark's server in one of its modes. It ends when this is dropped.
struct Spark {
    _program: Program,
    port: u16,
    /// What the server logged.
    log: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Spark {
    fn start(mode: &str, settings: &[&str]) -> Spark {
        // It uses all cores while it starts.
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let python = python(folder(), &[SPARK]);
        let port = free_port();
        // Spark's tables, and the database that describes them.
        let files = folder().join(format!("spark-{mode}"));
        let _ = std::fs::remove_dir_all(&files);
        std::fs::create_dir_all(&files).expect("the folder is writable");
        let log = files.join("log");
        let mut command = Command::new(python.with_file_name("spark-submit"));
        command.args(["--master", "local[2]", "--conf", "spark.ui.enabled=false"]);
        command.args(["--conf", "spark.driver.bindAddress=127.0.0.1"]);
        command.args(["--conf", "spark.driver.host=127.0.0.1"]);
        command.args(["--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"]);
        command.arg("spark-internal");
        let place = [
            "hive.server2.thrift.bind.host=127.0.0.1".to_owned(),
            format!("hive.server2.thrift.port={port}"),
            format!("hive.server2.thrift.http.port={port}"),
        ];
        for setting in place.iter().map(String::as_str).chain(settings.iter().copied()) {
            command.args(["--hiveconf", setting]);
        }
        command.current_dir(&files).env("PYSPARK_PYTHON", &python).env_remove("SPARK_HOME");
        command.stderr(File::create(&log).expect("the folder is writable"));
        let program = Program::spawn(command).try_listening_within(PATIENCE, port);
        let program = program.unwrap_or_else(|error| panic!("{error}: see {}", log.display()));
        Spark { _program: program, port, log, _turn: turn }
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address())
    }

    /// How often the server has logged a text.
    fn logged(&self, text: &str) -> usize {
        std::fs::read_to_string(&self.log).expect("there is a log").matches(text).count()
    }
}

/// Both shells with the same settings: an async and a blocking client, or why they cannot connect.
macro_rules! clients {
    ($address:expr $(, $setting:ident($($argument:expr),*))*) => {{
        let connecting = ClientBuilder::<Channel>::new()$(.$setting($($argument),*))*.connect($address);
        let channel = tokio::runtime::Handle::current().block_on(connecting);
        let channel = channel.map(|channel| Arc::new(BlockOn::new(channel)) as Service);
        let blocking = blocking::ClientBuilder::<blocking::Channel>::new();
        let blocking = blocking$(.$setting($($argument),*))*.connect($address);
        let blocking = blocking.map(|channel| Arc::new(channel) as Service);
        [("async", channel.map(Hive::new)), ("blocking", blocking.map(Hive::new))]
    }};
}

/// The runtime of the async clients.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("there are threads")
}

#[test]
#[ignore = "it needs Java, and installs Spark: see README.md"]
fn spark_answers_without_sasl() -> Result<()> {
    let spark = Spark::start("nosasl", &["hive.server2.authentication=NOSASL"]);
    let runtime = runtime();
    let _inside = runtime.enter();
    for (shell, hive) in clients!(spark.address(), timeout(PATIENCE)) {
        check(shell, &hive?)?;
    }
    // It takes the login for a message without a version, and closes the connection.
    for (shell, hive) in clients!(spark.address(), sasl_plain("ada", "lovelace")) {
        let error = hive.err().expect(shell);
        assert_eq!(error.kind(), ErrorKind::Connect, "{shell}: {error}");
        assert!(error.to_string().contains("the peer may not speak SASL"), "{shell}: {error}");
    }
    Ok(())
}

#[test]
#[ignore = "it needs Java, and installs Spark: see README.md"]
fn spark_answers_over_sasl_and_rejects_logins() -> Result<()> {
    // Without a setting, it accepts any password but an empty one.
    let spark = Spark::start("sasl", &[]);
    let runtime = runtime();
    let _inside = runtime.enter();
    for (shell, hive) in clients!(spark.address(), sasl_plain("ada", "lovelace"), timeout(PATIENCE))
    {
        check(shell, &hive?)?;
    }
    for (shell, hive) in clients!(spark.address(), sasl_plain("ada", "")) {
        let error = hive.err().expect(shell);
        assert_eq!(error.kind(), ErrorKind::Connect, "{shell}: {error}");
        let reason = "the server rejected the login: \"Error validating the login\"";
        assert!(error.to_string().contains(reason), "{shell}: {error}");
    }
    for (shell, hive) in clients!(spark.address()) {
        let error = hive?.open_session(&OpenSessionReq::default()).expect_err(shell);
        assert_eq!(error.kind(), ErrorKind::Closed, "{shell}: {error}");
        assert!(error.to_string().contains("or a login (`.sasl_plain(…)`)"), "{shell}: {error}");
    }
    Ok(())
}

#[test]
#[ignore = "it needs Java, and installs Spark: see README.md"]
fn spark_answers_over_http_and_rejects_requests() -> Result<()> {
    let settings = [
        "hive.server2.transport.mode=http",
        // Otherwise clients may return the cookie over HTTPS only.
        "hive.server2.thrift.http.cookie.is.secure=false",
    ];
    let spark = Spark::start("http", &settings);
    let runtime = runtime();
    let _inside = runtime.enter();
    let logins = || spark.logged("Cookie added for clientUserName ada");
    let mut before = 0;
    for (shell, hive) in clients!(
        spark.url("cliservice"),
        basic_auth("ada", "lovelace"),
        cookies(true),
        timeout(PATIENCE)
    ) {
        let hive = hive?;
        Session::open(&hive)?.check_types()?;
        let after = logins();
        assert_eq!(
            after - before,
            1,
            "{shell}: all calls but the first are authenticated by the cookie"
        );
        check(shell, &hive)?;
        before = logins();
    }
    for (shell, hive) in clients!(spark.url("cliservice")) {
        let error = hive?.open_session(&OpenSessionReq::default()).expect_err(shell);
        assert_eq!(error.kind(), ErrorKind::BadReply, "{shell}: {error}");
        assert!(
            error.to_string().contains("401 Unauthorized: Authentication Error"),
            "{shell}: {error}"
        );
    }
    for (shell, hive) in clients!(spark.url("nowhere"), basic_auth("ada", "lovelace")) {
        let error = hive?.open_session(&OpenSessionReq::default()).expect_err(shell);
        assert_eq!(error.kind(), ErrorKind::BadReply, "{shell}: {error}");
        assert!(error.to_string().contains("405 Method Not Allowed"), "{shell}: {error}");
    }
    for (shell, hive) in clients!(spark.address()) {
        let error = hive?.open_session(&OpenSessionReq::default()).expect_err(shell);
        assert!(error.to_string().contains("looks like HTTP"), "{shell}: {error}");
    }
    for (shell, hive) in clients!(spark.address(), sasl_plain("ada", "lovelace")) {
        let error = hive.err().expect(shell);
        assert!(error.to_string().contains("looks like HTTP, not like SASL"), "{shell}: {error}");
    }
    Ok(())
}

/// Everything that clients do with the service.
fn check(shell: &str, hive: &Hive) -> Result<()> {
    let session = Session::open(hive)?;
    session.check_types()?;
    session.check_state()?;
    session.check_large_results()?;
    session.check_failures()?;
    session.check_operations()?;
    // Calls at the same time, of several sessions, share the connections of the client.
    std::thread::scope(|scope| {
        let queries: Vec<_> = (0..8)
            .map(|number| {
                scope.spawn(move || -> Result<()> {
                    let session = Session::open(hive)?;
                    let columns = session.query(&format!("SELECT {number} * 2"))?;
                    assert_eq!(columns, [ints(vec![number * 2], b"")]);
                    session.close()
                })
            })
            .collect();
        queries.into_iter().try_for_each(|query| query.join().expect(shell))
    })?;
    session.close()
}

/// A session of a client.
struct Session<'a> {
    hive: &'a Hive,
    handle: SessionHandle,
}

impl<'a> Session<'a> {
    fn open(hive: &'a Hive) -> Result<Session<'a>> {
        let response = hive.open_session(&OpenSessionReq::default())?;
        assert_eq!(response.status.code, StatusCode::Success, "{response:?}");
        assert_eq!(response.protocol, OpenSessionReq::default().protocol);
        Ok(Session { hive, handle: response.session.expect("the session is open") })
    }

    /// Closes the session, and asserts that it is closed.
    fn close(self) -> Result<()> {
        let closed = self.hive.close_session(&CloseSessionReq { session: self.handle.clone() })?;
        assert_eq!(closed.status.code, StatusCode::Success, "{closed:?}");
        let status = self.execute("SELECT 1", false)?.status;
        assert_eq!(status.code, StatusCode::Error);
        let message = status.message.unwrap_or_default();
        assert!(message.starts_with("Invalid SessionHandle"), "{message}");
        Ok(())
    }

    fn execute(&self, statement: &str, run_async: bool) -> Result<ExecuteStatementResp> {
        self.hive.execute_statement(&ExecuteStatementReq {
            session: self.handle.clone(),
            statement: statement.to_owned(),
            run_async: Some(run_async),
        })
    }

    /// Executes a statement, to its end or in the background.
    fn start(&self, statement: &str, run_async: bool) -> Result<OperationReq> {
        let response = self.execute(statement, run_async)?;
        assert_eq!(response.status.code, StatusCode::Success, "{response:?}");
        Ok(OperationReq { operation: response.operation.expect("it is an operation") })
    }

    /// The first rows of a result.
    fn fetch(&self, operation: &OperationReq) -> Result<Vec<Column>> {
        let response = self.hive.fetch_results(&FetchResultsReq {
            operation: operation.operation.clone(),
            max_rows: 1 << 20,
            ..FetchResultsReq::default()
        })?;
        assert_eq!(response.status.code, StatusCode::Success, "{response:?}");
        Ok(response.results.and_then(|rows| rows.columns).unwrap_or_default())
    }

    /// Executes a statement and returns its result.
    fn query(&self, statement: &str) -> Result<Vec<Column>> {
        let operation = self.start(statement, false)?;
        let columns = self.fetch(&operation)?;
        self.hive.close_operation(&operation)?;
        Ok(columns)
    }

    fn check_types(&self) -> Result<()> {
        let operation = self.start("SELECT 1 + 1 AS two, 1.5BD AS exact, 'a' AS text", false)?;
        let schema =
            self.hive.get_result_set_metadata(&operation)?.schema.expect("it has a result");
        let primitive = |column: &ColumnDesc| match &column.r#type.types[..] {
            [TypeEntry::Primitive(primitive)] => primitive.clone(),
            other => panic!("{other:?}"),
        };
        let found: Vec<_> = schema
            .columns
            .iter()
            .map(|column| (column.name.as_str(), primitive(column).r#type, column.position))
            .collect();
        // From 0, in Spark.
        let expected =
            [("two", TypeId::Int, 0), ("exact", TypeId::Decimal, 1), ("text", TypeId::String, 2)];
        assert_eq!(found, expected);
        let exact = primitive(&schema.columns[1]).qualifiers.expect("digits").values;
        assert_eq!(exact["precision"], QualifierValue::Number(2));
        assert_eq!(exact["scale"], QualifierValue::Number(1));
        let expected = [ints(vec![2], b""), strings(&["1.5"], b""), strings(&["a"], b"")];
        assert_eq!(self.fetch(&operation)?, expected);
        self.hive.close_operation(&operation)?;

        let columns = self.query(
            "SELECT * FROM VALUES
                (true, -1Y, -2S, 2147483647, -9223372036854775808L, 0.5F, -1.5D, 'é', X'00FF', 12.34BD,
                    DATE'2024-02-29', TIMESTAMP'2024-02-29 12:34:56.789', array(1, 2), map('a', 1),
                    named_struct('x', 1), INTERVAL 1 MONTH),
                (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                    NULL, NULL, NULL, NULL,
                    NULL, NULL)",
        )?;
        let nulls = || Bytes::from_static(b"\x02");
        let text = |text| strings(&[text, ""], b"\x02");
        let expected = [
            // The value of a null is not specified.
            Column::Booleans(BoolColumn { values: vec![true, true], nulls: nulls() }),
            Column::Bytes(ByteColumn { values: vec![-1, 0], nulls: nulls() }),
            Column::Shorts(I16Column { values: vec![-2, 0], nulls: nulls() }),
            ints(vec![i32::MAX, 0], b"\x02"),
            Column::Longs(I64Column { values: vec![i64::MIN, 0], nulls: nulls() }),
            Column::Doubles(DoubleColumn { values: vec![0.5, 0.0], nulls: nulls() }),
            Column::Doubles(DoubleColumn { values: vec![-1.5, 0.0], nulls: nulls() }),
            text("é"),
            Column::Binaries(BinaryColumn {
                values: vec![b"\x00\xff"[..].into(), Bytes::new()],
                nulls: nulls(),
            }),
            text("12.34"),
            text("2024-02-29"),
            text("2024-02-29 12:34:56.789"),
            text("[1,2]"),
            text("{\"a\":1}"),
            text("{\"x\":1}"),
            text("0-1"),
        ];
        assert_eq!(columns, expected);

        // Nulls in several bytes.
        let columns = self.query("SELECT IF(id % 3 = 0, NULL, id) FROM range(20)")?;
        let values = (0..20).map(|id| if id % 3 == 0 { 0 } else { id }).collect();
        let nulls = Bytes::from_static(&[0b0100_1001, 0b1001_0010, 0b0000_0100]);
        assert_eq!(columns, [Column::Longs(I64Column { values, nulls })]);
        Ok(())
    }

    /// A session remembers what its statements defined, and no other session does.
    fn check_state(&self) -> Result<()> {
        self.query("CREATE TEMPORARY VIEW few AS SELECT 1 AS n UNION ALL SELECT 2")?;
        assert_eq!(self.query("SELECT n FROM few ORDER BY n")?, [ints(vec![1, 2], b"")]);
        let other = Session::open(self.hive)?;
        assert_eq!(other.execute("SELECT n FROM few", false)?.status.code, StatusCode::Error);
        other.close()
    }

    /// A reply above the limit of frames, in one message.
    fn check_large_results(&self) -> Result<()> {
        let columns = self.query("SELECT repeat(chr(97 + id % 26), 1000) FROM range(20000)")?;
        let [Column::Strings(column)] = &columns[..] else { panic!("{columns:.100?}") };
        assert_eq!(column.values.len(), 20_000);
        for (id, text) in (0_u32..).zip(&column.values) {
            let letter = char::from_u32(u32::from(b'a') + id % 26).expect("a letter");
            assert!(text.len() == 1000 && text.chars().all(|found| found == letter), "{id}");
        }
        Ok(())
    }

    /// Statements that fail, with their reasons.
    fn check_failures(&self) -> Result<()> {
        for (statement, sql_state, reason) in [
            ("SELECT n FROM nowhere", "42P01", "[TABLE_OR_VIEW_NOT_FOUND]"),
            ("SELEKT 1", "42601", "[PARSE_SYNTAX_ERROR]"),
            ("SELECT 1 / 0", "22012", "[DIVIDE_BY_ZERO]"),
        ] {
            let response = self.execute(statement, false)?;
            assert_eq!(response.status.code, StatusCode::Error, "{statement}");
            assert_eq!(response.status.sql_state.as_deref(), Some(sql_state), "{statement}");
            let message = response.status.message.unwrap_or_default();
            assert!(message.contains(reason), "{statement}: {message}");
            assert_eq!(response.operation, None, "{statement}");
        }
        Ok(())
    }

    /// Statements in the background: their states, and their end.
    fn check_operations(&self) -> Result<()> {
        use OperationState::{Canceled, Finished, Initialized, Pending, Running};
        let operation = self.start("SELECT count(*) FROM range(1000)", true)?;
        let end = self.state_after(&operation, &[Initialized, Pending, Running])?;
        assert_eq!(end, Finished);
        let expected = Column::Longs(I64Column { values: vec![1000], nulls: Bytes::new() });
        assert_eq!(self.fetch(&operation)?, [expected]);
        self.hive.close_operation(&operation)?;

        let endless = self.start("SELECT count(*) FROM range(0, 1000000000000000, 1, 2)", true)?;
        // The server answers when the operation ends, or after some seconds: then the query has tasks, without which it
        // would not be canceled.
        assert_eq!(self.state_after(&endless, &[Initialized, Pending])?, Running);
        let canceled = self.hive.cancel_operation(&endless)?;
        assert_eq!(canceled.status.code, StatusCode::Success, "{canceled:?}");
        assert_eq!(self.state_after(&endless, &[Running])?, Canceled);
        Ok(())
    }

    /// Waits until an operation is in none of the states, and returns that which it is in.
    fn state_after(
        &self,
        operation: &OperationReq,
        states: &[OperationState],
    ) -> Result<OperationState> {
        loop {
            let state = self.hive.get_operation_status(operation)?.state.expect("it has a state");
            if !states.contains(&state) {
                return Ok(state);
            }
        }
    }
}

fn ints(values: Vec<i32>, nulls: &'static [u8]) -> Column {
    Column::Ints(I32Column { values, nulls: Bytes::from_static(nulls) })
}

fn strings(values: &[&str], nulls: &'static [u8]) -> Column {
    let values = values.iter().map(|&text| text.to_owned()).collect();
    Column::Strings(StringColumn { values, nulls: Bytes::from_static(nulls) })
}
