//! Attackers that learn, in a small number: nothing escapes. `cargo xtask eval` breeds more.

#[path = "../src/bin/desk-eval/adaptive.rs"]
mod adaptive;

#[test]
fn no_mutant_with_an_attackers_goal_passes_every_check() {
    let figures = adaptive::measure(12, 6);
    assert!(
        figures["tried"].as_u64().is_some_and(|n| n > 150),
        "{figures}"
    );
    assert_eq!(figures["escaped"], 0, "{figures:#}");
}
