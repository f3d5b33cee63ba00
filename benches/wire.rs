//! The wire layer beside what people use now, in one run: tokio-util's codecs, memchr, simdutf8, std.
//!
//! ```text
//! cargo bench --bench wire
//! cargo bench --bench wire -- lines/8
//! ```
//!
//! `LinesCodec` also checks UTF-8 and allocates a `String` a line; that is what it is chosen for, and part of what is
//! compared. Streams are pushed in pieces of 64 KiB unless said otherwise.

#![expect(
    clippy::expect_used,
    reason = "a benchmark stops at the first thing that is wrong"
)]

use std::hint::black_box;
use std::time::Duration;

use backchat::wire::{FrameDecoder, Framing, LengthPrefix, Utf8Decoder};
use bytes::BytesMut;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use tokio_util::codec::{Decoder, LengthDelimitedCodec, LinesCodec};

/// What one read may bring.
const PUSH: usize = 64 << 10;

/// Bytes of a stream: 1 MiB.
const STREAM: usize = 1 << 20;

const MAX_MESSAGE: usize = 1 << 20;

/// Bytes of a message.
const SIZES: [usize; 3] = [8, 64, 512];

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1500))
        .sample_size(30);
    targets = lines, length_prefixed, single_bytes, utf8
}
criterion_main!(benches);

fn lines(c: &mut Criterion) {
    for size in SIZES {
        let stream = stream_of(&Framing::LINE, size);
        let mut group = group(c, format!("lines/{size}"), &stream);
        ours(&mut group, &Framing::LINE, &stream);
        group.bench_function("LinesCodec", |b| {
            b.iter(|| decoded(LinesCodec::new(), &stream, String::len));
        });
        group.bench_function("memchr_iter, counted", |b| {
            b.iter(|| memchr::memchr_iter(b'\n', black_box(&stream)).count());
        });
    }
}

fn length_prefixed(c: &mut Criterion) {
    let framing = Framing::LengthPrefixed(LengthPrefix::default());
    for size in SIZES {
        let stream = stream_of(&framing, size);
        let mut group = group(c, format!("length_prefixed/{size}"), &stream);
        ours(&mut group, &framing, &stream);
        group.bench_function("LengthDelimitedCodec", |b| {
            b.iter(|| decoded(LengthDelimitedCodec::new(), &stream, BytesMut::len));
        });
    }
}

/// One message, a byte at a time: what a byte costs must not depend on how many there are.
fn single_bytes(c: &mut Criterion) {
    let framings = [
        ("line", Framing::LINE),
        (
            "length_prefixed",
            Framing::LengthPrefixed(LengthPrefix::default()),
        ),
    ];
    for (name, framing) in framings {
        for size in [1 << 10, 1 << 20] {
            let mut stream = Vec::new();
            framing
                .encode(&vec![b'x'; size], &mut stream)
                .expect("it fits");
            let mut group = group(c, format!("single_bytes/{name}"), &stream);
            group.bench_function(format!("{size} bytes, lent"), |b| {
                b.iter(|| lent(&framing, &stream, 1));
            });
            group.bench_function(format!("{size} bytes, kept"), |b| {
                b.iter(|| kept(&framing, &stream, 1));
            });
        }
    }
}

/// Text checked in pieces cut anywhere, beside the fastest that can be had with all of it at hand.
fn utf8(c: &mut Criterion) {
    for (name, sample) in [
        ("ascii", "The quick brown fox jumps over the lazy dog. "),
        (
            "mixed",
            "Zo\u{eb} said \u{201c}h\u{e9}llo\u{201d}, \u{4f60}\u{597d} \u{1f600}. ",
        ),
        (
            "cjk",
            "\u{5929}\u{5730}\u{7384}\u{9ec4}\u{5b87}\u{5b99}\u{6d2a}\u{8352}\u{3002}",
        ),
    ] {
        let text = sample.repeat(STREAM / sample.len());
        let bytes = text.as_bytes();
        let mut group = group(c, format!("utf8/{name}"), bytes);
        for (size, piece) in [("64 KiB", 64 << 10), ("1 KiB", 1 << 10)] {
            group.bench_function(format!("backchat, {size} pieces"), |b| {
                b.iter(|| checked(bytes, piece));
            });
        }
        group.bench_function("simdutf8 basic, whole", |b| {
            b.iter(|| simdutf8::basic::from_utf8(black_box(bytes)).is_ok());
        });
        group.bench_function("std, whole", |b| {
            b.iter(|| std::str::from_utf8(black_box(bytes)).is_ok());
        });
    }
}

/// How many bytes of text there are.
fn checked(bytes: &[u8], piece: usize) -> usize {
    let mut decoder = Utf8Decoder::new();
    let mut total = 0;
    for piece in bytes.chunks(piece) {
        decoder
            .push_with(black_box(piece), |part| total += black_box(part).len())
            .expect("text");
    }
    decoder.finish().expect("text");
    total
}

fn group<'c>(c: &'c mut Criterion, name: String, stream: &[u8]) -> BenchmarkGroup<'c, WallTime> {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Bytes(stream.len() as u64));
    group
}

fn ours(group: &mut BenchmarkGroup<'_, WallTime>, framing: &Framing, stream: &[u8]) {
    group.bench_function("backchat, lent", |b| {
        b.iter(|| lent(framing, stream, PUSH));
    });
    group.bench_function("backchat, kept", |b| {
        b.iter(|| kept(framing, stream, PUSH));
    });
}

fn stream_of(framing: &Framing, size: usize) -> Vec<u8> {
    let message = vec![b'x'; size];
    let mut stream = Vec::new();
    while stream.len() < STREAM {
        framing.encode(&message, &mut stream).expect("it fits");
    }
    stream
}

/// Messages lent out of the pushes.
fn lent(framing: &Framing, stream: &[u8], push: usize) -> usize {
    let mut decoder = FrameDecoder::new(framing.clone(), MAX_MESSAGE);
    let mut total = 0;
    for piece in stream.chunks(push) {
        let mut frames = decoder.frames(black_box(piece));
        while let Some(message) = frames.next_message().expect("a message") {
            total += black_box(message).len();
        }
    }
    total
}

/// Messages kept, then taken.
fn kept(framing: &Framing, stream: &[u8], push: usize) -> usize {
    let mut decoder = FrameDecoder::new(framing.clone(), MAX_MESSAGE);
    let mut total = 0;
    for piece in stream.chunks(push) {
        decoder.push(black_box(piece));
        while let Some(message) = decoder.poll_message().expect("a message") {
            total += black_box(message).len();
        }
    }
    total
}

/// Messages decoded by a codec of tokio-util.
fn decoded<C: Decoder>(mut codec: C, stream: &[u8], len: impl Fn(&C::Item) -> usize) -> usize
where
    C::Error: std::fmt::Debug,
{
    let mut unread = BytesMut::new();
    let mut total = 0;
    for piece in stream.chunks(PUSH) {
        unread.extend_from_slice(black_box(piece));
        while let Some(message) = codec.decode(&mut unread).expect("a message") {
            total += len(black_box(&message));
        }
    }
    total
}
