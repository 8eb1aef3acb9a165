use super::*;
use proptest::prelude::*;

fn facts(text: &str) -> Vec<Fact> {
    extract(text)
        .into_iter()
        .filter(|f| !f.vague)
        .map(|f| f.fact)
        .collect()
}

fn founded(told: &str, known: &str) -> bool {
    let sources = extract(known);
    facts(told).iter().all(|f| is_founded(f, &sources))
}

#[test]
fn one_amount_has_many_spellings() {
    let lira = |n: &str| vec![Fact::Money(n.to_owned(), Currency::Lira)];
    for text in [
        "1.250,00 TL",
        "1250₺",
        "1,250.00 TRY",
        "₺1250",
        "1 250 TL",
        "１２５０ TL",
        "١٢٥٠ TL",
        "bin iki yüz elli lira",
        "1250 liradır",
        "1.250 tl",
    ] {
        assert_eq!(facts(text), lira("1250"), "{text}");
    }
    assert_eq!(facts("bir lira"), lira("1"));
    assert_eq!(facts("2,5 bin TL"), lira("2500"));
    assert_eq!(
        facts("один рубль"),
        [Fact::Money("1".into(), Currency::Rouble)]
    );
    assert_eq!(
        facts("10GBP/day"),
        [Fact::Money("10".into(), Currency::Pound)]
    );
}

#[test]
fn facts_of_every_kind_are_read() {
    for (text, fact) in [
        ("%20 indirim", Fact::Percent("20".into())),
        ("20% off", Fact::Percent("20".into())),
        ("yüzde yirmi", Fact::Percent("20".into())),
        ("скидка 20 процентов", Fact::Percent("20".into())),
        ("half price", Fact::Percent("50".into())),
        ("4pm", Fact::Time(960, true)),
        ("4:30 PM", Fact::Time(990, true)),
        ("16:00", Fact::Time(960, true)),
        ("3 Kasım", Fact::Date(3, 11)),
        ("3 ноября", Fact::Date(3, 11)),
        ("Nov 3rd", Fact::Date(3, 11)),
        ("03.11.2026", Fact::Date(3, 11)),
        ("завтра", Fact::RelativeDay(1)),
        (
            "within 3 business days",
            Fact::Number("3".into(), Some(Unit::Day)),
        ),
        ("3 iş günü", Fact::Number("3".into(), Some(Unit::Day))),
        ("24h", Fact::Number("24".into(), Some(Unit::Hour))),
        (
            "see https://www.Shop.com/sizes.",
            Fact::Link("shop.com/sizes".into()),
        ),
        ("shоp.com", Fact::Link("shоp.com".into())),
        ("evil dot com", Fact::Link("evil.com".into())),
        ("http://10.0.0.1/pay", Fact::Link("10.0.0.1/pay".into())),
        (
            "wa.me/905551112233",
            Fact::Link("wa.me/905551112233".into()),
        ),
        ("me@shop.com", Fact::Email("me@shop.com".into())),
        ("@shop_help", Fact::Handle("shop_help".into())),
        ("+90 (532) 111 22 33", Fact::Phone("905321112233".into())),
        ("0532 111 22 33", Fact::Phone("05321112233".into())),
        ("8 (999) 123-45-67", Fact::Phone("89991234567".into())),
        (
            "GB82 WEST 1234 5698 7654 32",
            Fact::Iban("GB82WEST12345698765432".into()),
        ),
        ("4111 1111 1111 1111", Fact::Card("4111111111111111".into())),
        ("code SAVE20", Fact::Code("save20".into())),
        ("it is free", Fact::Free),
    ] {
        assert_eq!(facts(text), [fact], "{text}");
    }
}

#[test]
fn a_source_must_say_the_same() {
    for (told, known, ok) in [
        ("It costs 1250 TL.", "Fiyat 1.250,00 ₺", true),
        ("It costs 125 TL.", "Fiyat 1.250,00 ₺", false),
        ("It costs 50 EUR.", "50 TL", false),
        ("3 days", "3 hours", false),
        ("from 6 to 7 PM", "6:00 PM and 7:00 PM", true),
        ("On Tuesday 05:00", "Monday-Saturday 05:00 - 23:00", true),
        ("On Sunday", "Monday-Saturday", false),
        ("2 pets", "two pets", true),
        ("call 0532 111 22 33", "+90 532 111 22 33", true),
        ("shop.com", "https://shop.com/iade", true),
        ("shop.com/pay", "https://shop.com/iade", false),
        ("shоp.com", "shop.com", false),
        ("free shipping", "Shipping costs 50 TL", false),
        ("Ücretsiz kargo", "Kargo ücretsizdir", true),
        ("500 TL", "500-750 TL", true),
        ("85x60x60 cm", "a basket size 85x60x60cm", true),
    ] {
        assert_eq!(founded(told, known), ok, "{told} <- {known}");
    }
}

#[test]
fn plain_words_are_no_facts() {
    for text in [
        "One of them is on the table.",
        "Feel free to ask!",
        "Bir sorunuz olursa yazın.",
        "You may bring it on Monday"
            .strip_suffix(" on Monday")
            .unwrap(),
    ] {
        assert_eq!(facts(text), [], "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_read(s in any::<String>()) {
        let _ = extract(&s);
    }

    #[test]
    fn figures_and_marks_in_any_order_can_be_read(s in "[0-9.,:/ +()%a-zIİı₺-]{0,60}") {
        let _ = extract(&s);
    }

    #[test]
    fn every_amount_founds_itself(n in 0u32..10_000_000, cents in 0u8..100) {
        let text = format!("{n},{cents:02} TL");
        prop_assert!(founded(&text, &text));
        let other = format!("{},{cents:02} TL", n + 1);
        prop_assert!(!founded(&text, &other));
    }
}
