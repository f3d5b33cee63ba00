//! A tree of folders in which every file is there.

use std::path::Path;

use crate::scenario::{FileError, Files, OtherFile};

/// Gives a table for `.csv`, a fragment for `.json`, a certificate with its key for `.pem`, a key for `.key`, and some bytes for everything else.
#[derive(Debug)]
pub(in crate::scenario) struct AnyFile;

impl Files for AnyFile {
    fn read(&self, _: Option<&Path>, path: &str, _: usize) -> Result<OtherFile, FileError> {
        let bytes: &[u8] = match path.rsplit('.').next() {
            Some("csv") => b"case,user\nfirst,ann\n",
            Some("json") => br#"{ "steps": [{ "wait": "1s" }] }"#,
            Some("pem") => {
                b"-----BEGIN CERTIFICATE-----\nAP8=\n-----END CERTIFICATE-----\n\
                  -----BEGIN PRIVATE KEY-----\nAP8=\n-----END PRIVATE KEY-----\n"
            }
            Some("key") => b"-----BEGIN PRIVATE KEY-----\nAP8=\n-----END PRIVATE KEY-----\n",
            _ => b"\x00\xff",
        };
        Ok(OtherFile {
            name: path.into(),
            place: path.into(),
            bytes: bytes.into(),
        })
    }
}
