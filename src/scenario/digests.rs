//! The filters that compute digests and numbers of bytes.
//!
//! A digest is text, in hexadecimal digits, as programs print it: its bytes as they are would be text in one run and
//! bytes in the next, by chance.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use minijinja::{Environment, Error, State};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::Value;
use super::encoding::to_hex;
use super::filters::{fuel_of, octets, refused};

/// How many bytes a number may be made of.
const MAX_NUMBER: usize = 8;

/// Adds the filters.
pub(super) fn install(env: &mut Environment<'static>) {
    env.add_filter("sha1", |state: &mut State<'_, '_>, value: Value| {
        digest::<Sha1>("sha1", state, &value)
    });
    env.add_filter("sha256", |state: &mut State<'_, '_>, value: Value| {
        digest::<Sha256>("sha256", state, &value)
    });
    env.add_filter("md5", |state: &mut State<'_, '_>, value: Value| {
        digest::<Md5>("md5", state, &value)
    });
    env.add_filter("crc32", |state: &mut State<'_, '_>, value: Value| {
        paid("crc32", state, &value).map(crc32fast::hash)
    });
    env.add_filter(
        "hmac_sha256",
        |state: &mut State<'_, '_>, value: Value, key: Value| {
            hmac::<Hmac<Sha256>>("hmac_sha256", state, &value, &key)
        },
    );
    env.add_filter(
        "hmac_md5",
        |state: &mut State<'_, '_>, value: Value, key: Value| {
            hmac::<Hmac<Md5>>("hmac_md5", state, &value, &key)
        },
    );
    env.add_filter("uint", uint);
}

/// The bytes of a value, once reading them is paid for: they may be many, and read again and again.
fn paid<'a>(filter: &str, state: &State<'_, '_>, value: &'a Value) -> Result<&'a [u8], Error> {
    let bytes = octets(filter, value)?;
    state.consume_fuel(fuel_of(bytes.len()))?;
    Ok(bytes)
}

fn digest<D: Digest>(filter: &str, state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    let bytes = paid(filter, state, value)?;
    Ok(to_hex(&D::digest(bytes)))
}

fn hmac<M: Mac + KeyInit>(
    filter: &str,
    state: &State<'_, '_>,
    value: &Value,
    key: &Value,
) -> Result<String, Error> {
    let key = paid(filter, state, key)?;
    let bytes = paid(filter, state, value)?;
    let mut mac = <M as KeyInit>::new_from_slice(key)
        .map_err(|_| refused(format!("`{filter}` cannot use this key")))?;
    mac.update(bytes);
    Ok(to_hex(&mac.finalize().into_bytes()))
}

/// The number that bytes are.
fn uint(value: Value, endian: Option<Value>) -> Result<u64, Error> {
    let bytes = octets("uint", &value)?;
    if bytes.is_empty() || bytes.len() > MAX_NUMBER {
        return Err(refused(format!(
            "`uint` makes a number of 1 to {MAX_NUMBER} bytes, not of {}",
            bytes.len()
        )));
    }
    let push = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    match endian.as_ref().map(|endian| endian.as_str()) {
        None | Some(Some("big")) => Ok(bytes.iter().fold(0, push)),
        Some(Some("little")) => Ok(bytes.iter().rev().fold(0, push)),
        _ => Err(refused("`uint` takes \"big\" or \"little\"".to_owned())),
    }
}
