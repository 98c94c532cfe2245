//! Structs from JSON that says their types, as `decode --raw` writes it.

use data_encoding::BASE64;
use serde_json::{Map, Value};
use thriftly_core::binary::BinaryWriter;
use thriftly_core::codec::{StructNames, Writer};
use thriftly_core::compact::CompactWriter;
use thriftly_core::{Error, ErrorKind, Protocol, Result, TType, Uuid, json};

/// Encodes a struct.
pub(super) fn encode(value: &Value, protocol: Protocol) -> Result<Vec<u8>> {
    let structure = Typed { ty: TType::STRUCT, is_binary: false, of: Vec::new() };
    match protocol {
        Protocol::Binary | Protocol::BinaryOld => {
            let mut writer = BinaryWriter::new(Vec::new());
            structure.write(value, &mut writer)?;
            let (bytes, written) = writer.finish();
            written.map(|()| bytes)
        }
        Protocol::Compact => {
            let mut writer = CompactWriter::new(Vec::new());
            structure.write(value, &mut writer)?;
            let (bytes, written) = writer.finish();
            written.map(|()| bytes)
        }
        Protocol::Json => {
            let mut written = Ok(());
            let json =
                json::write(TType::STRUCT, |writer| written = structure.write(value, writer));
            written.and(json)
        }
        _ => Err(wrong("ThriftPy's JSON has names, not ids: give the IDL")),
    }
}

/// A type by its name: `i32`, `list<binary>`, `map<string,struct>`.
struct Typed {
    ty: TType,
    /// Whether its text is base64.
    is_binary: bool,
    /// The types of elements, or of keys and values.
    of: Vec<Typed>,
}

const TYPES: [TType; 12] = [
    TType::BOOL,
    TType::I8,
    TType::DOUBLE,
    TType::I16,
    TType::I32,
    TType::I64,
    TType::STRING,
    TType::STRUCT,
    TType::MAP,
    TType::SET,
    TType::LIST,
    TType::UUID,
];

impl Typed {
    fn named(name: &str) -> Result<Typed> {
        let (plain, of) = match name.split_once('<') {
            Some((plain, rest)) => (plain, rest.strip_suffix('>')),
            None => (name, None),
        };
        let is_binary = plain == "binary";
        let found = TYPES.into_iter().find(|ty| ty.name() == Some(plain));
        let ty = match (found, is_binary) {
            (Some(ty), _) => ty,
            (None, true) => TType::STRING,
            // The type of no elements, which may be anything.
            (None, false) if plain == "stop" => TType::STOP,
            (None, false) => return Err(wrong(&format!("`{}` is no type", name.escape_debug()))),
        };
        let of = of.map_or(Ok(Vec::new()), |of| of.split(',').map(Typed::named).collect())?;
        Ok(Typed { ty, is_binary, of })
    }

    fn write<W: Writer>(&self, value: &Value, w: &mut W) -> Result<()> {
        match (self.ty, value) {
            (TType::STRUCT, Value::Object(fields)) => fields_of(fields, w),
            (TType::LIST | TType::SET, Value::Array(items)) => {
                let [of] = &self.of[..] else { return Err(wrong("expected the type of elements")) };
                match self.ty {
                    TType::SET => w.set_begin(of.ty, items.len()),
                    _ => w.list_begin(of.ty, items.len()),
                }
                for (index, item) in items.iter().enumerate() {
                    of.element(item, w).map_err(|error| within(&format!("[{index}]"), &error))?;
                }
                match self.ty {
                    TType::SET => w.set_end(),
                    _ => w.list_end(),
                }
                Ok(())
            }
            (TType::MAP, Value::Object(_) | Value::Array(_)) => self.entries(value, w),
            _ => self.scalar(value, w),
        }
    }

    /// An element; a container says its type itself.
    fn element<W: Writer>(&self, value: &Value, w: &mut W) -> Result<()> {
        if !matches!(self.ty, TType::LIST | TType::SET | TType::MAP) {
            return self.write(value, w);
        }
        let (own, value) = typed(value)?;
        match own.ty == self.ty {
            true => own.write(value, w),
            false => Err(wrong(&format!("expected {}, found {}", self.ty, own.ty))),
        }
    }

    fn entries<W: Writer>(&self, value: &Value, w: &mut W) -> Result<()> {
        let [key, of] = &self.of[..] else {
            return Err(wrong("expected the types of keys and values"));
        };
        let inner = |result: Result<()>| result.map_err(|error| within("[value]", &error));
        match value {
            Value::Object(entries) => {
                w.map_begin(key.ty, of.ty, entries.len());
                for (name, value) in entries {
                    key.key(name, w).map_err(|error| within("[key]", &error))?;
                    inner(of.element(value, w))?;
                }
            }
            Value::Array(pairs) => {
                w.map_begin(key.ty, of.ty, pairs.len());
                for pair in pairs {
                    let Some([name, value]) = pair.as_array().map(Vec::as_slice) else {
                        return Err(wrong("expected a pair of key and value"));
                    };
                    key.element(name, w).map_err(|error| within("[key]", &error))?;
                    inner(of.element(value, w))?;
                }
            }
            _ => return Err(self.unfit(value)),
        }
        w.map_end();
        Ok(())
    }

    /// A key that JSON has as text.
    fn key<W: Writer>(&self, name: &str, w: &mut W) -> Result<()> {
        let value = match self.ty {
            TType::STRING | TType::UUID | TType::DOUBLE => Value::from(name),
            _ => serde_json::from_str(name).map_err(|_| self.unfit(&Value::from(name)))?,
        };
        self.scalar(&value, w)
    }

    fn scalar<W: Writer>(&self, value: &Value, w: &mut W) -> Result<()> {
        let unfit = || self.unfit(value);
        let integer = || value.as_i64().ok_or_else(unfit);
        match self.ty {
            TType::BOOL => w.bool(value.as_bool().ok_or_else(unfit)?),
            TType::I8 => w.i8(integer()?.try_into().map_err(|_| unfit())?),
            TType::I16 => w.i16(integer()?.try_into().map_err(|_| unfit())?),
            TType::I32 => w.i32(integer()?.try_into().map_err(|_| unfit())?),
            TType::I64 => w.i64(integer()?),
            TType::DOUBLE => {
                let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
                w.double(number.ok_or_else(unfit)?);
            }
            TType::UUID => {
                let Uuid(uuid) =
                    value.as_str().and_then(|text| text.parse().ok()).ok_or_else(unfit)?;
                w.uuid(uuid);
            }
            TType::STRING => {
                let text = value.as_str().ok_or_else(unfit)?;
                match self.is_binary {
                    false => w.string(text),
                    true => w.binary(&BASE64.decode(text.as_bytes()).map_err(|_| unfit())?),
                }
            }
            _ => return Err(unfit()),
        }
        Ok(())
    }

    #[cold]
    fn unfit(&self, value: &Value) -> Error {
        let expected = if self.is_binary { "base64".to_owned() } else { self.ty.to_string() };
        let mut found = value.to_string();
        if let Some((end, _)) = found.char_indices().nth(60) {
            found.truncate(end);
            found.push('…');
        }
        wrong(&format!("expected {expected}, found {found}"))
    }
}

/// The fields of a struct, by their ids.
fn fields_of<W: Writer>(fields: &Map<String, Value>, w: &mut W) -> Result<()> {
    let mut sorted = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let id: i16 = name
            .parse()
            .map_err(|_| wrong(&format!("`{}` is no id of a field", name.escape_debug())))?;
        sorted.push((id, value));
    }
    sorted.sort_by_key(|(id, _)| *id);
    let outer = w.struct_begin(StructNames::NONE);
    for (id, value) in sorted {
        field(id, value, w).map_err(|error| within(&format!(".{id}"), &error))?;
    }
    w.stop();
    w.struct_end(outer);
    Ok(())
}

fn field<W: Writer>(id: i16, value: &Value, w: &mut W) -> Result<()> {
    let (own, value) = typed(value)?;
    match (own.ty, value) {
        (TType::BOOL, Value::Bool(value)) => {
            w.field_bool(id, *value);
            Ok(())
        }
        (TType::BOOL | TType::STOP, _) => Err(own.unfit(value)),
        _ => {
            w.field(own.ty, id);
            own.write(value, w)
        }
    }
}

/// A value that says its type, as in `{"i32": 7}`.
fn typed(value: &Value) -> Result<(Typed, &Value)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1);
    match fields.and_then(|fields| fields.iter().next()) {
        Some((name, value)) => Ok((Typed::named(name)?, value)),
        None => Err(wrong("expected an object of a type and its value, such as {\"i32\":7}")),
    }
}

fn wrong(message: &str) -> Error {
    Error::new(ErrorKind::TypeMismatch, message.to_owned())
}

/// Adds the place of a value to the message, as there is no type that has its name.
fn within(place: &str, error: &Error) -> Error {
    let message = error.message();
    let inner = message.starts_with(['.', '[']);
    wrong(&format!("{place}{}{message}", if inner { "" } else { ": " }))
}
