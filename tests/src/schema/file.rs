//! The IDL files that tests make of random schemas, and that are checked in for `thrift!` to read.

use std::path::{Path, PathBuf};

use super::Schema;

/// A file in `idl`.
#[derive(Debug)]
pub struct IdlFile {
    /// Its name.
    pub name: &'static str,
    /// The test that makes it.
    pub test: &'static str,
}

impl IdlFile {
    /// Where it is.
    pub fn path(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("idl").join(self.name)
    }

    fn text(&self, schema: &Schema) -> String {
        format!("// Made by tests/{}.rs, which says how.\n\n{}", self.test, schema.text())
    }

    /// Compares it with the schema of which it should be made.
    ///
    /// # Panics
    /// It is out of date, or not there.
    pub fn expect(&self, schema: &Schema) {
        let path = self.path();
        let found = std::fs::read_to_string(&path).expect("the file is there");
        assert!(
            found == self.text(schema),
            "{} is out of date; this makes it anew:\ncargo test -p thriftly-tests --test {} -- --ignored",
            path.display(),
            self.test
        );
    }

    /// Makes it anew.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write(&self, schema: &Schema) {
        std::fs::write(self.path(), self.text(schema)).expect("the file can be written");
    }
}
