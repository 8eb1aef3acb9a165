//! The pictures behind signed links: a plain drawing, so that a picture can be shown and kept.

use crate::reply::{Content, Reply};
use crate::request::Call;

/// Answers `GET /ig_messaging_cdn/?asset_id=..&signature=..`.
pub(crate) fn picture(call: &Call) -> Reply {
    let id = call.param("asset_id").unwrap_or_default();
    if call.param("signature").is_none() || id.is_empty() {
        return Reply::html(
            403,
            "<!doctype html><title>URL signature mismatch</title>".to_owned(),
        );
    }
    let hue = id.bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    }) % 360;
    let drawing = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 240 240' width='240' height='240'>\
         <rect width='240' height='240' fill='hsl({hue},35%,88%)'/>\
         <path d='M70 90h100v40a50 50 0 0 1-100 0z' fill='hsl({hue},35%,45%)'/>\
         <path d='M170 100a22 22 0 0 1 0 44' fill='none' stroke='hsl({hue},35%,45%)' \
         stroke-width='10'/></svg>"
    );
    Reply {
        status: 200,
        content: Content::Svg(drawing),
        headers: Vec::new(),
    }
}
