//! The real window, used as an owner uses it: mouse and keyboard through WebDriver, the owner's
//! browser, the system's opener of links and its keyring; Instagram alone is simulated.
//!
//! It needs the private desktop: `cargo xtask window -- cargo test --all-features --test window`.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod app;
mod attention;
mod browser;
mod desktop;
mod inbox;
mod session;
mod stage;

mod accessibility;
mod connecting;
mod hostile;
mod pictures;
mod replying;
mod shell;
mod thread;
