//! Values one after the other.

use bytes::Bytes;
use thriftly_core::dynamic::Type;
use thriftly_core::messages::ValueStream;
use thriftly_core::{Error, TType};

use super::shown::{Named, Raw};
use super::source::Source;
use super::wire::{self, Known, Part};
use super::{Decode, Failure, Output, explained, hexdump};

/// Writes a line for each value: of the type, or structs without one.
pub(super) fn decode(
    decode: &Decode,
    ty: Option<&Type>,
    source: &mut Source,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let ttype = ty.map_or(TType::STRUCT, Type::ttype);
    let mut stream = ValueStream::new(decode.protocol, ttype);
    let mut values = Values { decode, ty, ttype, output };
    loop {
        let piece = source.next().map_err(Failure::Input)?;
        stream.push(&piece);
        let next = loop {
            match stream.next() {
                Ok(Some(value)) => values.one(&value, stream.offset() - value.len() as u64)?,
                Ok(None) if piece.is_empty() => break stream.finish(),
                other => break other,
            }
        };
        match next {
            Ok(Some(last)) => values.one(&last, stream.offset() - last.len() as u64)?,
            Ok(None) if piece.is_empty() => return Ok(()),
            Ok(None) => values.output.out.flush()?,
            Err(error) => {
                // The decoder knows the field.
                let rest = Bytes::copy_from_slice(stream.rest());
                return Ok(values.broken(&rest, stream.offset(), &error)?);
            }
        }
    }
}

struct Values<'a, 'o> {
    decode: &'a Decode,
    ty: Option<&'a Type>,
    ttype: TType,
    output: &'a mut Output<'o>,
}

impl Values<'_, '_> {
    /// Writes the value at an offset.
    fn one(&mut self, bytes: &Bytes, offset: u64) -> Result<(), Failure> {
        match self.ty {
            Some(ty) if !self.decode.hexdump => {
                match ty.decode(bytes.clone(), self.decode.protocol) {
                    Ok(value) => {
                        serde_json::to_writer(&mut *self.output.out, &value)
                            .map_err(std::io::Error::from)?;
                        self.output.out.write_all(b"\n")?;
                    }
                    Err(error) => self.broken(bytes, offset, &error)?,
                }
            }
            _ => self.walked(bytes, offset, None)?,
        }
        Ok(())
    }

    /// Writes what can be read of a value, and where it ends.
    fn broken(&mut self, bytes: &Bytes, offset: u64, error: &Error) -> std::io::Result<()> {
        let decoded = self.ty.map(|ty| ty.decode(bytes.clone(), self.decode.protocol));
        let error = match decoded {
            Some(Err(known)) => known,
            _ => error.clone(),
        };
        self.walked(bytes, offset, Some(error))
    }

    fn walked(&mut self, bytes: &Bytes, offset: u64, error: Option<Error>) -> std::io::Result<()> {
        let known = self.ty.cloned().map_or(Known::Nothing, Known::Type);
        let Decode { protocol, hexdump, .. } = *self.decode;
        let mut walked = wire::walk(bytes, protocol, self.ttype, &known, hexdump);
        if !wire::is_bytes(protocol) {
            let (start, end, depth) = (0, bytes.len(), 0);
            walked.parts.push(Part { start, end, depth, text: "value".to_owned() });
        }
        match &walked.node {
            _ if hexdump => hexdump::write(bytes, offset, &walked.parts, self.output.out)?,
            None => {}
            Some(node) => {
                match self.ty {
                    Some(_) => serde_json::to_writer(&mut *self.output.out, &Named(node))?,
                    None => serde_json::to_writer(&mut *self.output.out, &Raw(node))?,
                }
                self.output.out.write_all(b"\n")?;
            }
        }
        let (error, path) = match (error, walked.error) {
            (Some(error), Some((_, path))) => (error, path),
            (Some(error), None) => (error, String::new()),
            (None, Some((error, path))) => (error, path),
            (None, None) => return Ok(()),
        };
        let at = offset + error.offset().unwrap_or_default() as u64;
        self.output.complain("", Some(at), &explained(&error, &path))
    }
}
