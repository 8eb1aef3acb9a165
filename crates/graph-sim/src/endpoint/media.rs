//! What lies behind signed links: small things that are what they claim to be, or on request
//! something that is not.

use crate::reply::{Content, Reply};
use crate::request::Call;
use crate::state::World;

/// The edge of a picture, in pixels.
const EDGE: u32 = 120;

/// Answers `GET /ig_messaging_cdn/?asset_id=..&signature=..`.
pub(crate) fn media(world: &World, call: &Call) -> Reply {
    let id = call.param("asset_id").unwrap_or_default();
    let generation = world.settings.media_generation;
    let given = call.param("generation").unwrap_or("0".into());
    let is_old = given.parse() != Ok(generation);
    if call.param("signature").is_none() || id.is_empty() || is_old || world.settings.media_gone {
        return Reply::html(
            403,
            "<!doctype html><title>URL signature mismatch</title>".to_owned(),
        );
    }
    if let Some(word) = &world.settings.media_hostile {
        return hostile(word);
    }
    match call.param("kind").as_deref() {
        Some("video") => bytes("video/mp4", film()),
        Some("audio") => bytes("audio/wav", sound()),
        Some("pdf") => bytes("application/pdf", b"%PDF-1.4\n%%EOF\n".to_vec()),
        _ => bytes("image/png", picture(&id)),
    }
}

fn bytes(kind: &'static str, body: Vec<u8>) -> Reply {
    Reply {
        status: 200,
        content: Content::Bytes(kind, body),
        headers: Vec::new(),
    }
}

/// Things that no client should show.
fn hostile(word: &str) -> Reply {
    match word {
        "bomb" => bytes("image/png", png(50_000, 50_000, &[])),
        "cut" => {
            let mut whole = picture("cut");
            whole.truncate(whole.len() / 2);
            bytes("image/png", whole)
        }
        "page" => bytes(
            "image/jpeg",
            b"<!doctype html><script>alert(1)</script>".to_vec(),
        ),
        "drawing" => bytes(
            "image/png",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(),
        ),
        "huge" => {
            let mut body = b"\xff\xd8\xff\xe0".to_vec();
            body.resize(20 * 1024 * 1024, 0);
            bytes("image/jpeg", body)
        }
        "elsewhere" => Reply::redirect("http://169.254.169.254/latest/meta-data".to_owned()),
        _ => Reply::redirect("/ig_messaging_cdn/?asset_id=1&signature=x&again=1".to_owned()),
    }
}

/// A cup in a colour of its own.
fn picture(id: &str) -> Vec<u8> {
    let hue = id.bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    let channel = |shift: u32| u8::try_from(90 + (hue >> shift) % 110).unwrap_or(120);
    let dark = [channel(0), channel(7), channel(14)];
    let light = dark.map(|c| c / 4 + 190);
    let mut rows = Vec::new();
    for y in 0..EDGE {
        rows.push(0);
        for x in 0..EDGE {
            let cup = (35..80).contains(&x) && (40..90).contains(&y);
            let (dx, dy) = (i64::from(x) - 80, i64::from(y) - 62);
            let handle = x >= 80 && (100..200).contains(&(dx * dx + dy * dy));
            rows.extend(if cup || handle { dark } else { light });
        }
    }
    png(EDGE, EDGE, &rows)
}

/// A PNG of rows that are not packed.
fn png(width: u32, height: u32, rows: &[u8]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = width.to_be_bytes().to_vec();
    head.extend(height.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]);
    chunk(&mut out, b"IHDR", &head);
    let mut packed = vec![0x78, 0x01];
    let mut pieces = rows.chunks(0xffff).peekable();
    while let Some(piece) = pieces.next() {
        let length = u16::try_from(piece.len()).unwrap_or(u16::MAX);
        packed.push(u8::from(pieces.peek().is_none()));
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(piece);
    }
    packed.extend(adler(rows).to_be_bytes());
    chunk(&mut out, b"IDAT", &packed);
    chunk(&mut out, b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    out.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend(name);
    out.extend(body);
    let checked = name.iter().chain(body).fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            }
        })
    });
    out.extend((!checked).to_be_bytes());
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    (b << 16) | a
}

/// The head of a film without pictures.
fn film() -> Vec<u8> {
    let mut out = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
    out.extend(b"\0\0\0\x08mdat");
    out.resize(256, 0);
    out
}

/// A second of a quiet tone.
fn sound() -> Vec<u8> {
    const RATE: u32 = 8000;
    let mut out = b"RIFF".to_vec();
    out.extend((36 + RATE).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    out.extend(RATE.to_le_bytes());
    out.extend(RATE.to_le_bytes());
    out.extend(b"\x01\0\x08\0data");
    out.extend(RATE.to_le_bytes());
    out.extend((0..RATE).map(|n| if n / 10 % 2 == 0 { 118 } else { 138 }));
    out
}
