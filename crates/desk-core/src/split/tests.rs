//! Where a text is cut, and where never.

use super::*;
use proptest::prelude::*;

fn cut(text: &str, limit: usize) -> Vec<String> {
    split_at(text, limit, 1000).unwrap()
}

#[test]
fn a_text_that_fits_is_not_touched() {
    assert_eq!(split("  Merhaba \n"), Some(vec!["  Merhaba \n".to_owned()]));
}

#[test]
fn sentences_stay_whole() {
    let text = "Kargo ücretsiz. Yarın yola çıkar! Teşekkürler.";
    assert_eq!(
        cut(text, 38),
        ["Kargo ücretsiz. Yarın yola çıkar!", "Teşekkürler."]
    );
    let russian = "Доставка бесплатна. Отправим завтра? Спасибо.";
    assert_eq!(
        cut(russian, 40),
        ["Доставка бесплатна.", "Отправим завтра?", "Спасибо."]
    );
}

#[test]
fn a_long_sentence_is_cut_between_words() {
    assert_eq!(
        cut("bir iki üç dört beş", 10),
        ["bir iki", "üç dört", "beş"]
    );
}

#[test]
fn addresses_and_numbers_stay_whole() {
    let cases = [
        (
            "Bakın https://shop.example/a?b=c.d!e=f&g tamam",
            40,
            "https://shop.example/a?b=c.d!e=f&g",
        ),
        ("Fiyat tam olarak 1.250,50 TL efendim", 22, "1.250,50 TL"),
        (
            "Beni arayın +90 532 111 22 33 numaradan",
            20,
            "+90 532 111 22 33",
        ),
        (
            "Yazın info@shop.example.com adresine lütfen",
            26,
            "info@shop.example.com",
        ),
        ("Цена сегодня 12 500 ₽ всего", 26, "12 500 ₽"),
    ];
    for (text, limit, whole) in cases {
        let parts = cut(text, limit);
        assert!(
            parts.iter().any(|part| part.contains(whole)),
            "{whole} was cut: {parts:?}"
        );
    }
}

#[test]
fn one_character_is_never_torn() {
    let family = "👨‍👩‍👧‍👦";
    let parts = cut(&family.repeat(10), 60);
    assert!(
        parts.iter().all(|part| part.replace(family, "").is_empty()),
        "{parts:?}"
    );
}

#[test]
fn what_cannot_be_done_is_said() {
    let address = format!("https://shop.example/{}", "a".repeat(2000));
    assert_eq!(split(&address), None);
    assert_eq!(
        split(&"Uzun bir cümle. ".repeat(1000)),
        None,
        "too many messages"
    );
}

#[test]
fn a_word_is_never_cut() {
    assert_eq!(split(&"я".repeat(501)), None);
    assert_eq!(split(&"7".repeat(1200)), None);
    let chinese = "你好".repeat(200);
    assert!(
        cut(&chinese, 60).iter().all(|part| part.len() <= 60),
        "words without white space"
    );
}

/// Text as it comes: words, sentences, numbers, addresses, signs of all kinds.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zğüşıöç]{1,12}[.!?]? ",
        "[а-яё]{1,12}[.!?,]? ",
        "[0-9]{1,4}[.,][0-9]{1,3} TL ",
        "https://[a-z]{3,9}\\.example/[a-z0-9?=&.]{0,20} ",
        "\\PC{0,6}",
        Just("👨‍👩‍👧\n".to_owned()),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_is_lost_and_everything_fits(text in text(), limit in 60usize..300) {
        let parts = split_at(&text, limit, 1000);
        prop_assume!(parts.is_some());
        let parts = parts.unwrap_or_default();
        let bare = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        prop_assert_eq!(bare(&parts.concat()), bare(&text));
        if text.len() > limit {
            prop_assert!(parts.iter().all(|part| !part.trim().is_empty() && part.len() <= limit));
        }
    }

    #[test]
    fn no_address_is_cut(words in proptest::collection::vec("[a-z]{1,10}", 5..40), path in "[a-z0-9?=.!&]{1,30}", at in 0usize..5) {
        let address = format!("https://a.example/{path}");
        let mut words = words;
        words.insert(at.min(words.len()), address.clone());
        let parts = split_at(&words.join(" "), 80, 1000).unwrap();
        prop_assert!(parts.iter().any(|part| part.split(' ').any(|word| word == address)), "{:?}", parts);
    }
}
