//! Generated code compiles wherever it stands: without a prelude, among names that shadow those
//! of std, in a function, under another name of the crate, and with keywords for names.

#![deny(warnings)]

/// No prelude, and every name that generated code could mean is something else.
mod without_prelude {
    #![no_implicit_prelude]
    #![allow(dead_code)]

    struct Option;
    struct Result;
    struct Vec;
    struct String;
    struct Box;
    struct Some;
    struct Default;
    mod core {}
    mod std {}
    mod thriftly {}

    pub(crate) mod inner {
        #![allow(dead_code)]
        struct Ok;
        struct Err;
        struct From;
        struct Clone;
        mod core {}
        mod std {}
        ::thriftly::thrift!("../../idl/interop.thrift");
    }

    #[derive(::thriftly::ThriftStruct)]
    pub(crate) struct Derived {
        #[thrift(id = 1)]
        pub(crate) number: i32,
        #[thrift(id = 2, required)]
        pub(crate) text: ::std::string::String,
    }
}

/// The names of an IDL are those of std, and keywords.
mod odd_names {
    thriftly::thrift!(inline: "
        struct Option { 1: i32 type, 2: string self, 3: list<Option> r }
        struct Result { 1: optional Option ok }
        struct Vec {}
        struct String { 1: string string }
        struct Box { 1: Box next }
        enum Some { None, Self, UNRECOGNIZED, crate }
        union Ok { 1: String string, 2: Err err }
        exception Err { 1: string message }
        struct Error { 1: required double d }
        struct f64 { 1: required double d }
        struct str { 1: string s }
        typedef i64 Send
        struct R { 1: R2 first = R2.W, 2: W w = {'r': 1} }
        struct Holder { 1: R r = {'w': {'w': 'x'}} }
        struct W { 1: i32 r = 5, 2: string w }
        enum R2 { R, W }
        const i32 loop = 1
        const Some SOME = Some.Self
        service Future { void await(1: i32 fn, 2: Result self) throws (1: Err err), Option new(1: string connect) }
        service Clone extends Future { oneway void drop(), void builder(), void super() }
    ");
}

/// A type that the IDL of `deprecated` names.
#[deprecated]
pub type OldText = String;

/// Deprecated items cause warnings only where they are used.
mod deprecated {
    thriftly::thrift!(inline: r#"
        struct Old { 1: i32 a (deprecated = "use b"), 2: optional Old b (deprecated) } (deprecated = "use New")
        union Either { 1: Old old (deprecated), 2: i32 number } (deprecated)
        enum Level { LOW (deprecated), HIGH, TOP = 1 (deprecated) } (deprecated = "no levels any more")
        exception Gone { 1: Level level = Level.LOW } (deprecated)
        typedef Old Older (deprecated)
        struct Key { 1: double number, 2: string text } (deprecated)
        struct Keys { 1: map<Key, i32> keys, 2: Text text, 3: string own (rust.type = "crate::hygiene::OldText") }
        typedef string Text (rust.type = "crate::hygiene::OldText")
        const Level LEVEL = Level.LOW
        service Past { Old get(1: Older old (deprecated)) throws (1: Gone gone) (deprecated = "use put") } (deprecated)
        service Later extends Past { void put(1: map<Level, Either> levels) }
    "#, warnings: hidden);
}

#[test]
#[expect(deprecated)]
fn deprecated_items_are_marked() {
    let old = deprecated::Old::default();
    assert_eq!(old.a, 0);
}

#[test]
fn names_of_std_and_keywords_are_usable() {
    let value = odd_names::Option { r#type: 1, self_: "me".to_string(), r: vec![] };
    let bytes = thriftly::binary::to_vec(&value).expect("it can be encoded");
    assert_eq!(thriftly::binary::from_slice::<odd_names::Option>(&bytes).expect("and read"), value);
    assert_eq!(odd_names::SOME, odd_names::Some::Self_);
    assert_eq!(odd_names::LOOP, 1);
}

#[test]
fn it_works_without_a_prelude() {
    use without_prelude::inner;
    let value = inner::Tree { value: 1, kids: vec![inner::Tree::default()] };
    let bytes = thriftly::binary::to_vec(&value).expect("it can be encoded");
    assert_eq!(thriftly::binary::from_slice::<inner::Tree>(&bytes).expect("and read"), value);
    let derived = without_prelude::Derived { number: 5, text: "five".into() };
    let bytes = thriftly::binary::to_vec(&derived).expect("it can be encoded");
    let back: without_prelude::Derived = thriftly::binary::from_slice(&bytes).expect("and read");
    assert_eq!((back.number, back.text), (5, "five".to_string()));
}

#[test]
fn it_works_in_a_function() {
    thriftly::thrift!("../../../examples/calculator.thrift");
    let task = Task { left: 1, right: 2, op: Operation::Add, comment: None };
    let bytes = thriftly::binary::to_vec(&task).expect("it can be encoded");
    assert_eq!(thriftly::binary::from_slice::<Task>(&bytes).expect("and read"), task);
    assert_eq!(shared::Work::default().number, 0);
}

/// The crate under another name.
mod renamed {
    pub(crate) use thriftly as rpc;
}

mod under_another_name {
    thriftly::thrift!(inline: "struct Point { 1: i32 x }", crate: crate::hygiene::renamed::rpc);

    #[derive(thriftly::ThriftStruct)]
    #[thrift(crate = crate::hygiene::renamed::rpc)]
    pub(crate) struct Derived {
        #[thrift(id = 1)]
        pub(crate) x: i32,
    }
}

#[test]
fn it_works_under_another_name() {
    let derived = under_another_name::Derived { x: 5 };
    let bytes = thriftly::binary::to_vec(&derived).expect("it can be encoded");
    let point: under_another_name::Point = thriftly::binary::from_slice(&bytes).expect("and read");
    assert_eq!(point.x, 5);
}

/// An included file that is a module elsewhere.
mod shared {
    thriftly::thrift!("../../../examples/shared.thrift");
}

mod with_a_module_elsewhere {
    thriftly::thrift!(
        "../../../examples/calculator.thrift",
        with: { "shared.thrift": crate::hygiene::shared },
        maps: hashed,
    );
}

#[test]
fn an_included_file_may_be_a_module_elsewhere() {
    fn is_shared<T: shared::SharedService>() {}
    fn is_calculator<T: with_a_module_elsewhere::Calculator>() {
        is_shared::<T>();
    }
    let _ = is_calculator::<Nobody>;
    let constant: &std::collections::HashMap<String, String> =
        &with_a_module_elsewhere::MAPCONSTANT;
    assert_eq!(constant["hello"], "world");
}

struct Nobody;

impl shared::SharedService for Nobody {
    async fn lookup(&self, key: i32) -> Result<shared::Work, shared::LookupError> {
        Err(shared::NotFound { key }.into())
    }
}

impl with_a_module_elsewhere::Calculator for Nobody {
    async fn ping(&self) -> thriftly::Result<()> {
        Ok(())
    }
    async fn add(&self, left: i32, right: i32) -> thriftly::Result<i32> {
        Ok(left + right)
    }
    async fn calculate(
        &self,
        _: i32,
        task: with_a_module_elsewhere::Task,
    ) -> Result<i32, with_a_module_elsewhere::CalculateError> {
        Ok(task.left)
    }
    async fn clear(&self) -> thriftly::Result<()> {
        Ok(())
    }
}
