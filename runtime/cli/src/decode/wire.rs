//! Values as the wire has them: without their IDL, or as far as they can be read.

use bytes::Bytes;
use thriftly_core::codec::{FieldHeader, Reader, StructNames};
use thriftly_core::dynamic::{Field, Kind, Method, Type};
use thriftly_core::{
    Error, ErrorKind, Limits, Protocol, Result, TType, Uuid, binary::BinaryReader,
    compact::CompactReader, json,
};

/// A value by its wire type, with the names of the IDL as far as they are known.
#[derive(Debug)]
pub(crate) enum Node {
    Bool(bool),
    Integer(i64),
    Double(f64),
    /// The name of an enum's value.
    Name(String),
    Uuid(Uuid),
    /// Text, or a blob.
    Bytes {
        bytes: Bytes,
        is_binary: bool,
    },
    /// A list or set.
    List {
        ty: TType,
        element: TType,
        items: Vec<Node>,
    },
    Map {
        key: TType,
        value: TType,
        entries: Vec<(Node, Node)>,
    },
    Struct(Vec<Member>),
    /// A value of ThriftPy's JSON, which has names and no types.
    Json(serde_json::Value),
}

/// A field.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: i16,
    /// Its name, if the IDL has the field with this type.
    pub(crate) name: Option<String>,
    pub(crate) ty: TType,
    pub(crate) value: Node,
}

/// What could be read of a value, and why no more.
#[derive(Debug)]
pub(crate) struct Walked {
    pub(crate) node: Option<Node>,
    /// Why and where it ends, with the offset of the bytes and the path so far.
    pub(crate) error: Option<(Error, String)>,
    /// The parts of the value, in order, if they were wanted.
    pub(crate) parts: Vec<Part>,
}

/// A range of bytes, and what they are.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) depth: usize,
    pub(crate) text: String,
}

/// What the IDL says of a value.
#[derive(Debug, Clone)]
pub(crate) enum Known {
    Nothing,
    Type(Type),
    /// The fields of a struct that has no type of its own: arguments or a result.
    Fields(Vec<(i16, String, Type)>),
}

impl Known {
    /// The arguments of a method.
    pub(crate) fn arguments(method: &Method) -> Known {
        Known::Fields(method.arguments().map(described).collect())
    }

    /// The result of a method.
    pub(crate) fn result(method: &Method) -> Known {
        let success = method.returns().map(|ty| (0, "success".to_owned(), ty));
        Known::Fields(success.into_iter().chain(method.throws().map(described)).collect())
    }

    /// The name and type of a field, if the wire has that type.
    fn field(&self, header: FieldHeader) -> Option<(String, Known)> {
        let (name, ty) = match self {
            Known::Nothing => return None,
            Known::Fields(fields) => {
                let (_, name, ty) = fields.iter().find(|(id, ..)| *id == header.id)?;
                (name.clone(), ty.clone())
            }
            Known::Type(ty) => {
                let (_, name, ty) =
                    ty.fields().find(|field| field.id() == header.id).map(described)?;
                (name, ty)
            }
        };
        (ty.ttype() == header.ty).then_some((name, Known::Type(ty)))
    }

    /// The types of elements, or of keys and values.
    fn inner(&self) -> (Known, Known) {
        let kind = match self {
            Known::Type(ty) => ty.kind(),
            _ => return (Known::Nothing, Known::Nothing),
        };
        match kind {
            Kind::List(of) | Kind::Set(of) => (Known::Type(of), Known::Nothing),
            Kind::Map(key, value) => (Known::Type(key), Known::Type(value)),
            _ => (Known::Nothing, Known::Nothing),
        }
    }

    /// What the path of a value begins with.
    fn name(&self) -> String {
        match self {
            Known::Type(ty) => ty.name(),
            _ => String::new(),
        }
    }
}

fn described(field: Field) -> (i16, String, Type) {
    (field.id(), field.name().to_owned(), field.ty())
}

/// Whether the parts of values are ranges of bytes; JSON shows itself what they are.
pub(crate) fn is_bytes(protocol: Protocol) -> bool {
    !matches!(protocol, Protocol::Json | Protocol::ThriftPyJson)
}

/// Reads as much of a value as can be read.
pub(crate) fn walk(
    bytes: &Bytes,
    protocol: Protocol,
    ty: TType,
    known: &Known,
    wants_parts: bool,
) -> Walked {
    let limits = Limits::DEFAULT;
    let parts = (wants_parts && is_bytes(protocol)).then(Vec::new);
    let mut walk = Walk { path: known.name(), depth: 0, parts };
    let result = match protocol {
        Protocol::Binary | Protocol::BinaryOld => {
            let mut reader = BinaryReader::shared(bytes, &limits);
            let walked = walk.value(ty, known, Label::None, 0, &mut reader);
            walked.and_then(|node| ended(node, reader.finish()))
        }
        Protocol::Compact => {
            let mut reader = CompactReader::shared(bytes, &limits);
            let walked = walk.value(ty, known, Label::None, 0, &mut reader);
            walked.and_then(|node| ended(node, reader.finish()))
        }
        Protocol::Json => {
            let mut found = None;
            let read = json::read(bytes, ty, &limits, |reader| {
                match walk.value(ty, known, Label::None, 0, reader) {
                    Ok(node) => found = Some(node),
                    Err(broken) => {
                        found = broken.node;
                        return Err(broken.error);
                    }
                }
                Ok(())
            });
            match (found, read) {
                (Some(node), Ok(())) => Ok(node),
                (node, Err(error)) => Err(Box::new(Broken { node, error })),
                (None, Ok(())) => Err(nothing("nothing was read")),
            }
        }
        _ => payload(bytes),
    };
    let Walk { path, parts, .. } = walk;
    let (node, error) = match result {
        Ok(node) => (Some(node), None),
        Err(broken) => (broken.node, Some((broken.error, path))),
    };
    Walked { node, error, parts: parts.unwrap_or_default() }
}

/// The value of ThriftPy's JSON, in an envelope or without.
fn payload(bytes: &[u8]) -> Step {
    let is_bare = bytes.first() == Some(&b'{');
    let text = if is_bare { bytes } else { bytes.get(4..).unwrap_or_default() };
    match serde_json::from_slice::<serde_json::Value>(text) {
        Ok(value) if is_bare => Ok(Node::Json(value)),
        Ok(mut whole) => Ok(Node::Json(whole["payload"].take())),
        Err(error) => {
            let message = format!("this is not ThriftPy's JSON: {error}");
            Err(Error::new(ErrorKind::InvalidData, message).into())
        }
    }
}

fn ended(node: Node, end: Result<()>) -> Result<Node, Box<Broken>> {
    match end {
        Ok(()) => Ok(node),
        Err(error) => Err(Box::new(Broken { node: Some(node), error })),
    }
}

fn nothing(message: &'static str) -> Box<Broken> {
    Box::new(Broken { node: None, error: Error::new(ErrorKind::InvalidData, message) })
}

/// An error, and what could be read before it.
#[derive(Debug)]
struct Broken {
    node: Option<Node>,
    error: Error,
}

impl From<Error> for Box<Broken> {
    fn from(error: Error) -> Box<Broken> {
        Box::new(Broken { node: None, error })
    }
}

/// A walk through a value.
struct Walk {
    /// The path to the value that is read; after an error, to the one that cannot be.
    path: String,
    depth: usize,
    parts: Option<Vec<Part>>,
}

type Step = Result<Node, Box<Broken>>;

impl Walk {
    /// Reads a value. `start` is where its field begins, or itself.
    fn value<'de, R: Reader<'de>>(
        &mut self,
        ty: TType,
        known: &Known,
        label: Label,
        start: usize,
        r: &mut R,
    ) -> Step {
        match ty {
            TType::STRUCT => self.structure(known, label, start, r),
            TType::LIST | TType::SET => self.list(ty, known, label, start, r),
            TType::MAP => self.map(known, label, start, r),
            _ => {
                let node = scalar(ty, known, r)?;
                self.part(start, r, || label.scalar(ty, &node));
                Ok(node)
            }
        }
    }

    // Separate functions keep the stack frame of one nesting level small.

    #[inline(never)]
    fn structure<'de, R: Reader<'de>>(
        &mut self,
        known: &Known,
        label: Label,
        start: usize,
        r: &mut R,
    ) -> Step {
        let outer = r.struct_begin(StructNames::NONE)?;
        if !matches!(label, Label::None) {
            self.part(start, r, || label.container("struct"));
        }
        self.depth += 1;
        let (mut members, length) = (Vec::new(), self.path.len());
        loop {
            let at = place(r);
            let header = match r.field() {
                Ok(header) => header,
                Err(error) => return Err(broken(Node::Struct(members), error)),
            };
            if header.ty == TType::STOP {
                self.depth -= 1;
                self.part(at, r, || "end".to_owned());
                r.struct_end(outer);
                return Ok(Node::Struct(members));
            }
            if let Err(error) = r.room_for::<Member>(1) {
                return Err(broken(Node::Struct(members), error));
            }
            let FieldHeader { id, ty } = header;
            let (name, of) = match known.field(header) {
                Some((name, of)) => (Some(name), of),
                None => (None, Known::Nothing),
            };
            if !self.path.is_empty() {
                self.path.push('.');
            }
            match &name {
                Some(name) => self.path.push_str(name),
                None => self.path.push_str(&id.to_string()),
            }
            let label = self.wants(|| match &name {
                Some(name) => Label::Field(format!("{id} {name}")),
                None => Label::Field(id.to_string()),
            });
            match self.value(ty, &of, label, at, r) {
                Ok(value) => members.push(Member { id, name, ty, value }),
                Err(inner) => {
                    let Broken { node, error } = *inner;
                    members.extend(node.map(|value| Member { id, name, ty, value }));
                    return Err(broken(Node::Struct(members), error));
                }
            }
            self.path.truncate(length);
        }
    }

    #[inline(never)]
    fn list<'de, R: Reader<'de>>(
        &mut self,
        ty: TType,
        known: &Known,
        label: Label,
        start: usize,
        r: &mut R,
    ) -> Step {
        let (element, count) = r.any_list_begin()?;
        let (of, _) = known.inner();
        self.part(start, r, || label.container(&format!("{ty}<{element}>, {count}")));
        let mut items = Vec::with_capacity(r.room_for::<Node>(count)?);
        let length = self.path.len();
        self.depth += 1;
        for index in 0..count {
            self.path.push_str(&format!("[{index}]"));
            let label = self.wants(|| Label::Element(format!("[{index}]")));
            match self.value(element, &of, label, place(r), r) {
                Ok(item) => items.push(item),
                Err(inner) => {
                    let Broken { node, error } = *inner;
                    items.extend(node);
                    return Err(broken(Node::List { ty, element, items }, error));
                }
            }
            self.path.truncate(length);
        }
        self.depth -= 1;
        match ty {
            TType::SET => r.set_end()?,
            _ => r.list_end()?,
        }
        Ok(Node::List { ty, element, items })
    }

    #[inline(never)]
    fn map<'de, R: Reader<'de>>(
        &mut self,
        known: &Known,
        label: Label,
        start: usize,
        r: &mut R,
    ) -> Step {
        let (key, value, count) = r.any_map_begin()?;
        let (of_key, of_value) = known.inner();
        self.part(start, r, || label.container(&format!("map<{key},{value}>, {count}")));
        let mut entries = Vec::with_capacity(r.room_for::<(Node, Node)>(count)?);
        let length = self.path.len();
        self.depth += 1;
        for _ in 0..count {
            self.path.push_str("[key]");
            let label = self.wants(|| Label::Element("key".to_owned()));
            let one = match self.value(key, &of_key, label, place(r), r) {
                Ok(one) => one,
                // A key without its value is no entry.
                Err(inner) => return Err(broken(Node::Map { key, value, entries }, inner.error)),
            };
            self.path.truncate(length);
            self.path.push_str("[value]");
            let label = self.wants(|| Label::Element("value".to_owned()));
            match self.value(value, &of_value, label, place(r), r) {
                Ok(other) => entries.push((one, other)),
                Err(inner) => {
                    let Broken { node, error } = *inner;
                    entries.extend(node.map(|other| (one, other)));
                    return Err(broken(Node::Map { key, value, entries }, error));
                }
            }
            self.path.truncate(length);
        }
        self.depth -= 1;
        r.map_end()?;
        Ok(Node::Map { key, value, entries })
    }

    /// Notes what the bytes up to here are.
    fn part<'de, R: Reader<'de>>(&mut self, start: usize, r: &R, text: impl FnOnce() -> String) {
        let depth = self.depth;
        if let Some(parts) = &mut self.parts {
            parts.push(Part { start, end: place(r), depth, text: text() });
        }
    }

    /// A label, if it is used.
    fn wants(&self, label: impl FnOnce() -> Label) -> Label {
        if self.parts.is_some() { label() } else { Label::None }
    }
}

fn broken(node: Node, error: Error) -> Box<Broken> {
    Box::new(Broken { node: Some(node), error })
}

fn place<'de, R: Reader<'de>>(r: &R) -> usize {
    r.offset().unwrap_or_default()
}

/// What a value is called in the description of its bytes.
enum Label {
    None,
    /// The id and name of a field, whose type is shown.
    Field(String),
    /// An element, whose type its container shows.
    Element(String),
}

impl Label {
    fn scalar(&self, ty: TType, node: &Node) -> String {
        let value = node.shown();
        match self {
            Label::None => value,
            Label::Field(name) => format!("{name}: {ty} = {value}"),
            Label::Element(name) => format!("{name} = {value}"),
        }
    }

    fn container(&self, ty: &str) -> String {
        match self {
            Label::None => ty.to_owned(),
            Label::Field(name) | Label::Element(name) => format!("{name}: {ty}"),
        }
    }
}

fn scalar<'de, R: Reader<'de>>(ty: TType, known: &Known, r: &mut R) -> Result<Node> {
    let kind = match known {
        Known::Type(ty) => Some(ty.kind()),
        _ => None,
    };
    Ok(match ty {
        TType::BOOL => Node::Bool(r.bool()?),
        TType::I8 => Node::Integer(r.i8()?.into()),
        TType::I16 => Node::Integer(r.i16()?.into()),
        TType::I32 => {
            let number = r.i32()?;
            let name = match (known, kind) {
                (Known::Type(ty), Some(Kind::Enum)) => {
                    let value = ty.enum_values().find(|(_, value)| *value == number);
                    value.map(|(name, _)| name.to_owned())
                }
                _ => None,
            };
            name.map_or(Node::Integer(number.into()), Node::Name)
        }
        TType::I64 => Node::Integer(r.i64()?),
        TType::DOUBLE => Node::Double(r.double()?),
        TType::UUID => Node::Uuid(Uuid(r.uuid()?)),
        TType::STRING => match kind {
            Some(Kind::Binary) => Node::Bytes { bytes: r.shared()?, is_binary: true },
            _ => {
                let bytes = r.string_or_binary()?;
                let is_binary = std::str::from_utf8(bytes).is_err();
                r.room_for::<u8>(bytes.len())?;
                Node::Bytes { bytes: Bytes::copy_from_slice(bytes), is_binary }
            }
        },
        _ => return Err(Error::new(ErrorKind::InvalidData, format!("a value of {ty}"))),
    })
}
