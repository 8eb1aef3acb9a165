//! A draft in other words, shorter or warmer. It is checked like a new one; the draft itself is no
//! source, so a figure that nobody founded does not become founded by being said twice.

use super::Nonce;
use crate::contract::{self, Action};
use crate::cost;
use crate::learning::edit::same_facts;
use crate::masking::Mask;
use crate::prompt::{Prompt, Revision};
use crate::provider::{Completion, Provider, ProviderFault, Usage};
use crate::verdict::Check;
use crate::verify::{Sources, verify};
use desk_core::{CheckResult, Reason};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Rewording<'a> {
    /// The draft.
    pub draft: &'a str,
    /// In which direction.
    pub how: Revision,
    /// What the draft was checked against.
    pub sources: Sources<'a>,
    /// Private things do not leave this computer.
    pub mask: bool,
}

/// A draft written anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Reworded {
    /// The words.
    pub text: String,
    /// Every check, the passed ones too.
    pub checks: Vec<Check>,
}

/// Writes a draft anew, and tells what asking cost, whatever came of it. The text comes back
/// whatever the checks say: one that fails them is shown in red, like any draft.
pub async fn revise(
    asked: &Rewording<'_>,
    provider: &dyn Provider,
    nonce: Nonce,
) -> (Result<Reworded, ProviderFault>, Usage) {
    let mut mask = Mask::new();
    let shown = if asked.mask {
        mask.hide(asked.draft)
    } else {
        asked.draft.to_owned()
    };
    let prompt = Prompt::revise(&shown, asked.how, asked.sources.lang, nonce);
    match provider.complete(&prompt).await {
        Err(fault) => (Err(fault), Usage::default()),
        Ok(completion) => {
            let usage = cost::usage_or_estimate(completion.usage, &prompt, &completion.content);
            (judge(asked, &completion, &prompt, &mask), usage)
        }
    }
}

fn judge(
    asked: &Rewording<'_>,
    completion: &Completion,
    prompt: &Prompt,
    mask: &Mask,
) -> Result<Reworded, ProviderFault> {
    let answer = contract::read(completion)
        .filter(|a| a.action == Action::Reply && !a.reply.trim().is_empty())
        .ok_or(ProviderFault::Nonsense)?;
    let text = mask.restore(answer.reply.trim());
    let mut sources = asked.sources.clone();
    sources.verbatim = false;
    sources.marks = vec![&prompt.canary, &prompt.fence];
    sources.secret.push(&prompt.system);
    let mut checks = verify(&text, &sources);
    if !same_facts(asked.draft, &text) {
        let passed = |c: &&mut Check| c.name == "facts" && c.result == CheckResult::Passed;
        for check in checks.iter_mut().filter(passed) {
            *check = Check::failed("facts", Reason::FigureUnfounded, "the facts changed");
        }
    }
    Ok(Reworded { text, checks })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use async_trait::async_trait;

    struct Says(&'static str);

    #[async_trait]
    impl Provider for Says {
        async fn complete(&self, prompt: &Prompt) -> Result<Completion, ProviderFault> {
            assert!(
                !prompt.user.contains("0532"),
                "what is masked does not leave"
            );
            let answer = serde_json::json!({ "action": "reply", "reply": self.0 });
            Ok(Completion {
                content: answer.to_string(),
                ..Completion::default()
            })
        }

        fn model(&self) -> &str {
            "says"
        }
    }

    async fn facts(draft: &str, says: &'static str) -> (String, CheckResult) {
        let asked = Rewording {
            draft,
            how: Revision::Shorter,
            sources: Sources {
                cited: vec!["Shipping costs 90 TL. Call 0532 123 45 67."],
                lang: Lang::En,
                ..Sources::default()
            },
            mask: true,
        };
        let (revised, usage) = revise(&asked, &Says(says), Nonce(3)).await;
        assert!(usage.tokens_in > 0);
        let revised = revised.unwrap();
        let check = revised.checks.iter().find(|c| c.name == "facts").unwrap();
        (revised.text, check.result)
    }

    #[tokio::test]
    async fn the_facts_stay_and_a_wrong_one_is_not_founded_by_the_draft() {
        let draft = "Shipping costs 90 TL, that is all. Call 0532 123 45 67.";
        let kept = facts(draft, "Shipping: 90 TL. Call [PHONE_1].").await;
        assert_eq!(kept.1, CheckResult::Passed, "{}", kept.0);
        assert!(kept.0.ends_with("0532 123 45 67."), "{}", kept.0);
        let changed = facts(draft, "Shipping: 80 TL. Call [PHONE_1].").await;
        assert_eq!(changed.1, CheckResult::Failed);
        let lost = facts(draft, "Call [PHONE_1].").await;
        assert_eq!(lost.1, CheckResult::Failed, "the price is gone");
        let unfounded = facts("Shipping costs 70 TL.", "It costs 70 TL.").await;
        assert_eq!(
            unfounded.1,
            CheckResult::Failed,
            "the draft was wrong already"
        );
    }
}
