//! Random lives of an outbox: customers write, the owner sends, takes back and decides, answers are
//! lost, calls arrive late, echoes come early, late and twice, clocks are set, tokens die, the
//! program is started anew. The real transactions on a real file; the network and the time are
//! models, so that every life can be told again and shortened.
//!
//! `REPLYDESK_LIVES=N` lives more of them, `REPLYDESK_LIVES_SEED=N` others.

mod judge;
mod life;
mod platform;

use life::{Life, Op};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// How many lives are lived where nobody asks for more.
const LIVES: u32 = 60;
/// The longest life, in steps.
const STEPS: usize = 90;

fn op() -> impl Strategy<Value = Op> {
    let thread = 0..2usize;
    let byte = any::<u8>();
    prop_oneof![
        6 => thread.clone().prop_map(Op::Writes),
        2 => thread.clone().prop_map(Op::WritesOnThePhone),
        6 => (thread.clone(), any::<bool>()).prop_map(|(of, all)| Op::Poll(of, all)),
        6 => byte.prop_map(Op::Webhook),
        10 => (thread.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(to, same, held)| Op::Press { to, same, held }),
        2 => byte.prop_map(Op::PressAgain),
        3 => thread.clone().prop_map(Op::Automatic),
        1 => (thread.clone(), 1..400u16).prop_map(|(to, minutes)| Op::Schedule(to, minutes)),
        24 => (byte, byte).prop_map(|(which, how)| Op::Work(which, how)),
        12 => (byte, byte).prop_map(|(which, lag)| Op::Reach(which, lag)),
        16 => (byte, byte).prop_map(|(which, how)| Op::Answer(which, how)),
        3 => (byte, byte).prop_map(|(which, lag)| Op::ReachLate(which, lag)),
        12 => (0..200u32).prop_map(Op::Pass),
        1 => (1..30u32).prop_map(|hours| Op::Pass(hours * 3600)),
        3 => prop_oneof![Just(-86_400_000i64), Just(-3_600_000), Just(5_000), Just(3_600_000), Just(31_536_000_000)]
            .prop_map(Op::SetClock),
        4 => Just(Op::Restart),
        3 => byte.prop_map(Op::Discard),
        4 => byte.prop_map(Op::Retry),
        1 => byte.prop_map(Op::SendNow),
        1 => byte.prop_map(Op::Check),
        3 => (thread, byte).prop_map(|(of, which)| Op::Unsend(of, which)),
        2 => any::<bool>().prop_map(Op::Token),
        2 => any::<bool>().prop_map(Op::Pause),
    ]
}

fn number(name: &str) -> Option<u32> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_happens_nothing_is_lost_and_nothing_is_sent_twice() {
    let mut seed = [0x5Du8; 32];
    let chosen = number("REPLYDESK_LIVES_SEED").unwrap_or(0).to_le_bytes();
    seed[..4].copy_from_slice(&chosen);
    let config = Config {
        cases: number("REPLYDESK_LIVES").unwrap_or(LIVES),
        failure_persistence: None,
        max_shrink_iters: 3000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let lived = TestRunner::new_with_rng(config, rng).run(&vec(op(), 1..STEPS), |ops| {
        let mut life = Life::begin();
        let mut all = Vec::new();
        for op in ops {
            all.push(op);
            let ended = life.step(op).and_then(|()| life.check());
            ended.map_err(|fault| TestCaseError::fail(format!("{fault}\nafter {all:#?}")))?;
        }
        life.settle()
            .map_err(|fault| TestCaseError::fail(format!("{fault}\nat the end of {all:#?}")))
    });
    if let Err(fault) = lived {
        panic!("{fault}");
    }
}
