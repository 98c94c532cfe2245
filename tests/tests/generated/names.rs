//! Names of IDL that the world has: what equals another name in Rust, or a name that thriftly adds,
//! compiles, and can be named otherwise.

#![deny(warnings)]

use thriftly::{Error, Result};

/// Names of types, values and arms follow one rule for acronyms.
mod rules {
    thriftly::thrift!(inline: "
        struct TStatus { 1: i32 URL }
        struct fb_status {}
        struct TT_Note {}
        exception EDAMUserException {}
        enum Code { TT_Transfer, LLM_Agent, ISL, kRed, LIGHT_RED, iOS }
        union Ways { 1: i32 TT_Transfer, 2: i32 HTTP, 3: i32 fb_status }
        service Notes { void createNote() throws (1: EDAMUserException userException) }
    ");
}

#[test]
fn one_rule_names_types_values_and_arms() {
    use rules::{Code, CreateNoteError, EDAMUserException, FbStatus, TStatus, TtNote, Ways};
    let _ = (TStatus { url: 1 }, FbStatus {}, TtNote {});
    let all = [Code::TtTransfer, Code::LlmAgent, Code::Isl, Code::KRed, Code::LightRed, Code::IOS];
    assert_eq!(Code::VALUES, all);
    let _ = [Ways::TtTransfer(1), Ways::Http(2), Ways::FbStatus(3)];
    let _ = CreateNoteError::EDAMUserException(EDAMUserException {});
}

/// Two names that would be equal in Rust keep the IDL's spelling.
mod equal {
    thriftly::thrift!(
        inline: "
            struct Q { 1: string URL, 2: string url, 3: i32 userId, 4: i32 user_id, 5: i32 self, 6: i32 self_ }
            struct Any { 1: i32 a }
            struct _Any { 1: Any any }
            service TestService { void ping(1: i32 userId, 2: i32 user_id), i32 getName(), i32 get_name() }
            service testService { void ping() }
            enum Level { HIGH = 1, high = 2, High = 3, other = 4 }
            union Either { 1: i32 ID, 2: string id }
            const i32 MAX = 1
            const i32 max = 2
            const Level TOP = Level.high
            const Q EMPTY = { 'URL': 'a', 'url': 'b' }
            service Limited { void limit(1: i32 max) }
        ",
        warnings: hidden,
        views: true,
    );
}

#[test]
fn equal_names_keep_the_spelling_of_the_idl() {
    use equal::{_Any, Any, EMPTY, Either, Level, MAX, Q, TOP};
    let q = Q { URL: "a".into(), url: "b".into(), userId: 1, user_id: 2, ..Q::default() };
    assert_eq!((&EMPTY.URL, &EMPTY.url), (&q.URL, &q.url));
    assert_eq!((q.self_, q.self__), (0, 0));
    let _ = _Any { any: Any { a: 1 } };
    assert_eq!(Level::VALUES, [Level::HIGH, Level::high, Level::High, Level::Other]);
    assert_eq!((MAX, equal::max_, TOP), (1, 2, Level::high));
    let bytes = thriftly::binary::to_vec(&Either::ID(3)).expect("it is small");
    assert_eq!(thriftly::binary::from_slice::<Either>(&bytes).expect("valid"), Either::ID(3));
}

struct Both;

impl equal::BlockingTestService for Both {
    fn ping(&self, first: i32, second: i32) -> Result<()> {
        assert_eq!((first, second), (1, 2));
        Ok(())
    }

    fn getName(&self) -> Result<i32> {
        Ok(1)
    }

    fn get_name(&self) -> Result<i32> {
        Ok(2)
    }
}

impl equal::BlockingtestService for Both {
    fn ping(&self) -> Result<()> {
        Ok(())
    }
}

/// Names that thriftly adds step aside for those of the IDL.
mod added {
    thriftly::thrift!(
        inline: "
            service Repository { void a() throws (1: AError e) }
            service RepositoryClient { void b() }
            struct RepositoryServer { 1: string BlockingRepository }
            typedef i32 BlockingRepository
            exception AError {}
            struct RepositoryServerRef {}
            service Base { void getName() }
            service Derived extends Base { i32 get_name() }
            service A_b { void c(1: i32 x) }
            service A { void b_c(1: string y) }
            struct Kept { 1: i32 unknown_fields }
            enum Code { Unrecognized = 1 }
            union Either { 1: i32 Unrecognized }
        ",
        warnings: hidden,
        views: true,
        unknown_fields: kept,
    );
}

struct Repository;

impl added::BlockingRepository_ for Repository {
    fn a(&self) -> std::result::Result<(), added::AError_> {
        Err(added::AError_::AError(added::AError::default()))
    }
}

impl added::BlockingRepositoryClient for Repository {
    fn b(&self) -> Result<()> {
        Ok(())
    }
}

impl added::BlockingBase for Repository {
    fn get_name(&self) -> Result<()> {
        Ok(())
    }
}

impl added::BlockingDerived for Repository {
    fn get_name_(&self) -> Result<i32> {
        Ok(1)
    }
}

#[test]
fn added_names_step_aside() {
    use added::{
        BlockingRepositoryServer, Code, Either, Kept, RepositoryServer, RepositoryServerRef_,
    };
    let server = BlockingRepositoryServer::new(Repository);
    let client = added::BlockingRepositoryClient_::new(server);
    let error = Error::from(client.a().expect_err("it throws"));
    assert_eq!(error.kind(), thriftly::ErrorKind::Exception);
    let derived = added::BlockingDerivedClient::new(added::BlockingDerivedServer::new(Repository));
    derived.get_name().expect("it answers");
    assert_eq!(derived.get_name_().expect("it answers"), 1);
    let _ =
        RepositoryServer { blocking_repository: String::new(), unknown_fields: Default::default() };
    let _ = RepositoryServerRef_::default();
    let _ = Kept { unknown_fields: 1, unknown_fields_: Default::default() };
    assert_eq!(Code::from(2), Code::Unrecognized_(2));
    assert!(matches!(Either::default(), Either::Unrecognized_(_)));
}

/// The option `names` and the annotation `rust.name` name everything that has a name.
mod given {
    thriftly::thrift!(
        inline: "
            struct Q { 1: string URL, 2: string url }
            enum Color { RED = 1, red = 2 }
            union Either { 1: i32 left }
            typedef i32 Id
            service Test { Id get(1: i32 userId, 2: i32 user_id) }
            const i32 MAX = 1 (rust.name = 'Most')
            const Color BEST = Color.red
        ",
        names: {
            "Q": "Query", "Q.URL": "url2", "Color.red": "LightRed", "Either.left": "Sinister", "Id": "Number",
            "Test": "Exam", "Test.get": "fetch", "Test.get.userId": "user", "BEST": "r#type", "inline.Q.url": "plain",
        },
    );
}

struct Exam;

impl given::BlockingExam for Exam {
    fn fetch(&self, user: i32, user_id: i32) -> Result<given::Number> {
        Ok(user + user_id)
    }
}

#[test]
fn options_and_annotations_name_everything() {
    use given::{BlockingExamClient, BlockingExamServer, Color, Either, Most, Query};
    let _ = Query { url2: "a".into(), plain: "b".into() };
    let _ = Either::Sinister(1);
    assert_eq!((Most, given::r#type), (1, Color::LightRed));
    assert_eq!(Color::LightRed.name(), Some("red"));
    let client = BlockingExamClient::new(BlockingExamServer::new(Exam));
    assert_eq!(client.fetch(1, 2).expect("it answers"), 3);
}
