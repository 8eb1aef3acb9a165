use super::{parse, render};

#[test]
fn a_nested_list_with_modifiers_is_read_and_written_back() {
    let text = "id,participants,messages.limit(20).after(QVx){id,from{username},message}";
    let fields = parse(text).expect("the grammar of the reference is accepted");
    let messages = &fields[2];
    assert_eq!(messages.ask.limit.as_deref(), Some("20"));
    assert_eq!(messages.ask.after.as_deref(), Some("QVx"));
    assert_eq!(messages.fields.as_ref().map(Vec::len), Some(3));
    assert_eq!(render(&fields), text, "what was read is what is written");
}

#[test]
fn broken_grammar_is_refused_without_a_panic() {
    let deep = "a{".repeat(5000);
    for text in [
        "id,",
        ",id",
        "messages{",
        "messages{id",
        "messages.limit(",
        "messages.limit 20",
        "a}b",
        &deep,
        "ı",
    ] {
        assert!(parse(text).is_err(), "{text} is no list of fields");
    }
    assert!(parse("").expect("nothing asked is no error").is_empty());
}
