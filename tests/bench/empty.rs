//! A window of the same engine with nothing in it: the floor under every web view of this system,
//! for `cargo xtask bench window`.

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

const PAGE: &[u8] = b"<!doctype html><title>Empty</title>";
/// Marks the first paint as the product marks its own.
const MARK: &str =
    "requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('painted')))";

fn main() -> tauri::Result<()> {
    #[cfg(target_os = "linux")]
    let _ = glib::setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1", false);
    tauri::Builder::default()
        .register_uri_scheme_protocol("empty", |_, _| Response::new(PAGE.to_vec()))
        .setup(|app| {
            let page = WebviewUrl::CustomProtocol("empty://localhost/".parse()?);
            WebviewWindowBuilder::new(app, "main", page)
                .title("Empty")
                .inner_size(1180.0, 760.0)
                .initialization_script(MARK)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
