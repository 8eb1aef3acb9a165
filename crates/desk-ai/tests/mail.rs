//! The project's own messages over one fictional shop, in three languages, against their goals.

#[path = "../src/bin/desk-eval/golden.rs"]
mod golden;
#[path = "../src/bin/desk-eval/honest.rs"]
mod honest;

use std::path::Path;

#[test]
fn the_golden_mail_is_sorted_as_well_as_promised() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let figures = golden::measure(&folder).unwrap();
    let wrong = figures["wrong"].as_array().unwrap();
    let wrong: Vec<_> = wrong.iter().filter_map(|w| w.as_str()).collect();
    let wrong = wrong.join("\n");
    assert_eq!(figures["messages"], 450);
    for (share, goal) in [
        ("never_recall", 0.98),
        ("thanks_precision", 0.99),
        ("language_3_words", 0.98),
        ("language_ascii_turkish", 0.93),
        ("spam_precision", 0.99),
        ("near_kept", 0.97),
        ("far_kept", 1.0),
        ("honest_sent", 0.9),
    ] {
        let rate = figures[share].as_f64().unwrap();
        assert!(
            rate >= goal,
            "{share}: {rate:.3}, the goal is {goal}\n{wrong}"
        );
    }
}
