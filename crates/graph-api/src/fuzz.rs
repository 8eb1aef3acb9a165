//! Hostile input for everything that reads the network: nothing may panic, and what is read must
//! hold what the readers promise.

#[path = "../../desk-testkit/src/mutate.rs"]
mod mutate;

use crate::media::guard::{HOSTS, Rules};
use crate::media::sniff;
use crate::model::{Conversation, Me, Message, Profile};
use crate::page::Page;
use crate::read::{Document, lossy};
use crate::usage::Usage;
use crate::webhook;
use mutate::feed;
use url::Url;

const CONVERSATIONS: &[u8] = include_bytes!("../tests/fixtures/conversations.json");
const MESSAGES: &[u8] = include_bytes!("../tests/fixtures/messages_every_kind.json");
const ME: &[u8] = include_bytes!("../tests/fixtures/me_documented.json");
const FAULT: &[u8] = include_bytes!("../tests/fixtures/error_window_closed.json");
const DELIVERY: &[u8] = br#"{"object":"instagram","entry":[{"time":1789459200640,"id":"178","messaging":[{"sender":{"id":"1"},"recipient":{"id":"178"},"timestamp":1789459200311,"message":{"mid":"m1","text":"hi","quick_reply":{"payload":"P"},"reply_to":{"story":{"id":"9","url":"https:\/\/lookaside.fbsbx.com\/x"}},"attachments":[{"type":"ig_post","payload":{"ig_post_media_id":"5","title":"t","url":"u"}}]}},{"sender":{"id":"1"},"recipient":{"id":"178"},"timestamp":1,"reaction":{"mid":"m1","action":"react","reaction":"love","emoji":"\u2764\ufe0f"}}]}]}"#;
const CHANGES: &[u8] = br#"[{"object":"instagram","entry":[{"id":"178","time":1769000000,"changes":[{"field":"comments","value":{"id":"1789","from":{"id":"1"}}},{"field":"messages","value":{"sender":{"id":"1"},"recipient":{"id":"178"},"timestamp":"1527459824","message_edit":{"mid":"m","text":"x","num_edit":"2"}}}]}]}]"#;

#[test]
fn fuzz_pages_and_objects_of_the_graph() {
    feed(
        &[CONVERSATIONS, MESSAGES, ME, FAULT, b"{\"data\":[]}"],
        |bytes| {
            let Ok(document) = Document::from_string(lossy(bytes.to_vec())) else {
                return;
            };
            let _ = crate::error::in_body(&document, &["secret-secret"]);
            let _ = Me::from_document(&document);
            let _ = Profile::from_document(&document);
            if let Ok(page) = Page::<Conversation>::read(document.raw()) {
                assert!(page.items.len() <= bytes.len());
            }
            if let Ok(page) = Page::<Message>::read(document.raw()) {
                for message in page.items {
                    assert!(
                        !message.id.trim().is_empty(),
                        "a message without id was read"
                    );
                }
            }
        },
    );
}

#[test]
fn fuzz_webhooks() {
    feed(&[DELIVERY, CHANGES], |bytes| {
        if let Some(delivery) = webhook::read(bytes) {
            assert!(delivery.items.len() <= webhook::MOST_ITEMS);
        }
        let header = String::from_utf8_lossy(bytes);
        let secret = crate::SecretString::from("a secret".to_owned());
        assert!(!webhook::is_signed(&secret, b"body", &header), "forged");
    });
}

#[test]
fn fuzz_usage_headers() {
    let app = br#"{"call_count":41,"total_time":12,"total_cputime":9}"#;
    let business =
        br#"{"178":[{"type":"instagram","call_count":100,"estimated_time_to_regain_access":7}]}"#;
    feed(&[app, business], |bytes| {
        let text = lossy(bytes.to_vec());
        let _ = Usage::from_headers(Some(&text), Some(&text));
    });
}

#[test]
fn fuzz_media_by_its_bytes() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\x38\0\0\x04\x38\x08\x02\0\0\0\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82";
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\0\x10\0\x10\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xd9";
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let webp = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0";
    feed(&[png, jpeg, gif, webp, b"\0\0\0\x18ftypmp42"], |bytes| {
        let Some(kind) = sniff::kind(bytes) else {
            return;
        };
        if let Ok(Some((width, height))) = sniff::check(bytes, kind, 50_000_000) {
            assert!(u64::from(width) * u64::from(height) <= 50_000_000);
        }
    });
}

#[test]
fn fuzz_addresses_of_media() {
    let graph = Url::parse("https://graph.instagram.com/").unwrap();
    let rules = Rules::new(&HOSTS.map(str::to_owned), &graph);
    let seeds: [&[u8]; 4] = [
        b"https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x",
        b"https://scontent.cdninstagram.com/v/a.jpg",
        b"http://127.0.0.1:9000/x",
        b"https://user:pass@[::1]:443/x",
    ];
    feed(&seeds, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(url) = rules.allowed(&text) {
            let host = url.host_str().unwrap_or_default().trim_end_matches('.');
            assert_eq!(url.scheme(), "https");
            assert!(
                HOSTS
                    .iter()
                    .any(|h| host == *h || host.ends_with(&format!(".{h}"))),
                "{host}"
            );
        }
    });
}
