//! The IDL for the page: `idl.json`.
//!
//! Types refer to definitions by their positions in `types`, so that names may occur in several files:
//! `"i32"`, `7`, `["list", 7]`, `["map", "string", ["set", "i32"]]`. Defaults are JSON in text, so that the page
//! keeps all digits of their numbers.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::service::Settings;
use crate::dynamic::{Field, Idl, Kind, Method, Service, Type};

/// Maximum size of a default, in bytes of memory.
const DEFAULT: u64 = 16 << 10;

/// The text of `idl.json`.
pub(super) fn description(idl: &Idl, settings: &Settings) -> Vec<u8> {
    let types: Vec<Type> = idl.types().collect();
    let identities = types.iter().enumerate().filter_map(|(at, ty)| Some((ty.identity()?, at)));
    let describer = Describer { numbers: identities.collect() };
    let services: Vec<Service> = idl.services().collect();
    let json = json!({
        "title": settings.title,
        "timeout_ms": millis(settings.timeout),
        "max_timeout_ms": millis(settings.max_timeout),
        "headers": settings.headers,
        "services": services.iter().map(|one| describer.service(one)).collect::<Vec<_>>(),
        "types": types.iter().map(|one| describer.definition(one)).collect::<Vec<_>>(),
    });
    json.to_string().into_bytes()
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

struct Describer {
    /// The position of each definition in `types`.
    numbers: HashMap<usize, usize>,
}

impl Describer {
    fn service(&self, service: &Service) -> Json {
        let mut json = about(service.doc(), service.annotations());
        json.insert("name".into(), qualified(service.prefix(), service.name()).into());
        if let Some(base) = service.extends() {
            json.insert("extends".into(), qualified(base.prefix(), base.name()).into());
        }
        // Inherited ones are those of the other service.
        let methods: Vec<_> = service.own_methods().map(|one| self.method(&one)).collect();
        json.insert("methods".into(), methods.into());
        json.into()
    }

    fn method(&self, method: &Method) -> Json {
        let mut json = about(method.doc(), method.annotations());
        json.insert("name".into(), method.name().into());
        json.insert("arguments".into(), self.fields(method.arguments()));
        json.insert("throws".into(), self.fields(method.throws()));
        if let Some(ty) = method.returns() {
            json.insert("returns".into(), self.ty(&ty));
        }
        for (name, is_so) in
            [("oneway", method.is_oneway()), ("idempotent", method.is_idempotent())]
        {
            if is_so {
                json.insert(name.into(), true.into());
            }
        }
        json.into()
    }

    fn definition(&self, ty: &Type) -> Json {
        let mut json = about(ty.doc(), ty.annotations());
        json.insert("name".into(), qualified(ty.prefix(), &ty.name()).into());
        let kind = match ty.kind() {
            Kind::Enum => "enum",
            Kind::Union => "union",
            Kind::Exception => "exception",
            _ => "struct",
        };
        json.insert("kind".into(), kind.into());
        if kind == "enum" {
            let value = |(name, number, doc): (&str, i32, Option<&str>)| {
                let mut json = about(doc, std::iter::empty());
                json.insert("name".into(), name.into());
                json.insert("number".into(), number.into());
                Json::Object(json)
            };
            json.insert("values".into(), ty.documented_values().map(value).collect());
        } else {
            json.insert("fields".into(), self.fields(ty.fields()));
        }
        json.into()
    }

    fn fields(&self, fields: impl Iterator<Item = Field>) -> Json {
        fields.map(|field| self.field(&field)).collect()
    }

    fn field(&self, field: &Field) -> Json {
        let mut json = about(field.doc(), field.annotations());
        json.insert("id".into(), field.id().into());
        json.insert("name".into(), field.name().into());
        json.insert("type".into(), self.ty(&field.ty()));
        if field.is_required() {
            json.insert("required".into(), true.into());
        }
        if field.is_optional() {
            json.insert("optional".into(), true.into());
        }
        if field.has_default() {
            let small = field.default_size() <= DEFAULT;
            let default = small.then(|| field.default().ok().flatten()).flatten();
            let text = default.and_then(|value| serde_json::to_string(&value).ok());
            // The page shows that there is one.
            json.insert("default".into(), text.unwrap_or_default().into());
        }
        json.into()
    }

    fn ty(&self, ty: &Type) -> Json {
        match ty.kind() {
            Kind::List(of) => json!(["list", self.ty(&of)]),
            Kind::Set(of) => json!(["set", self.ty(&of)]),
            Kind::Map(key, of) => json!(["map", self.ty(&key), self.ty(&of)]),
            _ => match ty.identity().and_then(|identity| self.numbers.get(&identity)) {
                Some(&number) => number.into(),
                None => ty.name().into(),
            },
        }
    }
}

/// The name of a definition: with the prefix of its file, if that is not the loaded one.
fn qualified(prefix: Option<&str>, name: &str) -> String {
    match prefix {
        Some(prefix) => format!("{prefix}.{name}"),
        None => name.to_owned(),
    }
}

fn about<'a>(
    doc: Option<&str>,
    mut annotations: impl Iterator<Item = (&'a str, &'a str)>,
) -> Map<String, Json> {
    let mut json = Map::new();
    if let Some(doc) = doc {
        json.insert("doc".into(), doc.into());
    }
    if let Some((_, reason)) = annotations.find(|(key, _)| *key == "deprecated") {
        json.insert("deprecated".into(), reason.into());
    }
    json
}
