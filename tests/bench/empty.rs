//! A window of the same engine with nothing in it: the floor under every web view of this system,
//! for `cargo xtask bench window`.

#![expect(
    clippy::expect_used,
    reason = "what is built of constants is right or wrong at once"
)]

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

/// Marks the first paint as the product marks its own.
const PAGE: &[u8] = b"<!doctype html><title>Empty</title><script>\
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('painted')))</script>";

fn main() -> tauri::Result<()> {
    #[cfg(target_os = "linux")]
    let _ = glib::setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1", false);
    tauri::Builder::default()
        .register_uri_scheme_protocol("empty", |_, _| {
            let page = Response::builder().header("content-type", "text/html");
            page.body(PAGE.to_vec()).expect("a page")
        })
        .setup(|app| {
            let page = WebviewUrl::CustomProtocol("empty://localhost/".parse()?);
            WebviewWindowBuilder::new(app, "main", page)
                .title("Empty")
                .inner_size(1180.0, 760.0)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
