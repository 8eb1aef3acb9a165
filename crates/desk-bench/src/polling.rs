//! How many calls a steady poll makes, whatever the number of conversations.

use crate::report::{Report, Row, spoken};
use crate::{Outcome, Place};
use desk_app::dto::SecretInput;
use desk_app::{AccountId, Config, Desk, InboxView};
use desk_secrets::Backend;
use graph_api::{ApiVersion, Endpoints, SecretString};
use graph_sim::{Endpoint, Sim};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Nothing may take longer: a first synchronisation keeps to two calls a second.
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures.
///
/// # Errors
/// When the simulator or the desk does not start, or nothing happens for minutes.
pub fn measure(report: &mut Report, place: &Place, rt: &Runtime) -> Outcome {
    let ticks = if place.quick { 3 } else { 10 };
    let sizes: &[usize] = if place.quick { &[50] } else { &[50, 500] };
    for size in sizes {
        rt.block_on(one(report, place, *size, ticks))?;
    }
    Ok(())
}

/// The configuration of a desk that keeps everything in a folder and calls one address.
///
/// # Errors
/// When the address is none.
pub fn config(dir: &Path, url: &str) -> Outcome<Config> {
    Ok(Config {
        data_dir: dir.to_owned(),
        demo: false,
        endpoints: Endpoints::from_values(|_| Some(url.to_owned()))?,
        version: ApiVersion::default(),
        secrets: Backend::Memory,
        passphrase: None,
        redirect_uri: format!("{url}/connect"),
        poll_every: Some(Duration::from_secs(3600)),
        webhook_port: None,
        limits: graph_api::Limits::default(),
        media_hosts: Vec::new(),
    })
}

async fn one(report: &mut Report, place: &Place, size: usize, ticks: usize) -> Outcome {
    let sim = Sim::builder()
        .scenario(&format!("crowd:{size}"))
        .start()
        .await?;
    let dir = place.scratch()?;
    let desk = Desk::open(config(dir.path(), sim.url())?, None).await?;
    let began = Instant::now();
    let token = SecretInput(SecretString::from(sim.token()));
    let account = desk.account_add_token(token, None).await?.id;
    let mut first_twenty = None;
    until(async || {
        let shown = desk
            .inbox_list(InboxView::All, None, None, 1, None)
            .await?
            .total;
        if shown >= 20 && first_twenty.is_none() {
            first_twenty = Some(began.elapsed());
        }
        let status = desk.sync_status().await?;
        Ok(status
            .accounts
            .iter()
            .any(|a| a.synced && a.last_check_at.is_some()))
    })
    .await?;
    let synced = began.elapsed();
    let calls = sim.calls_at(Endpoint::Any);
    report.note(serde_json::json!({
        "firstSync": size, "firstTwentyMs": first_twenty.map(|d| d.as_millis() as u64),
        "allMs": synced.as_millis() as u64, "calls": calls,
    }));
    if let Some(first_twenty) = first_twenty {
        report.add(
            Row::new(
                format!("first synchronisation of {size} chats, first 20"),
                format!(
                    "{} (all: {}, {calls} calls)",
                    spoken(first_twenty),
                    spoken(synced)
                ),
            )
            .goal("< 5 s", first_twenty < Duration::from_secs(5)),
        );
    }
    let quiet = calls_of(&sim, &desk, account, ticks, |_| {}).await?;
    let known = sim.customer("ayse.bench");
    known.writes("Merhaba, kargo ne kadar?");
    tick(&desk, account).await?;
    let one = calls_of(&sim, &desk, account, ticks, |n| {
        known.writes(&format!("Bir soru daha ({n})"));
    })
    .await?;
    for (name, calls) in [("nothing new", quiet), ("one new message", one)] {
        let each = calls as f64 / ticks as f64;
        report.add(
            Row::new(
                format!("calls of a poll, {size} chats, {name}"),
                format!("{each:.2}"),
            )
            .goal("1", calls == ticks),
        );
    }
    desk.shutdown().await;
    Ok(())
}

/// All calls of so many polls.
async fn calls_of(
    sim: &Sim,
    desk: &Arc<Desk>,
    account: AccountId,
    ticks: usize,
    before: impl Fn(usize),
) -> Outcome<usize> {
    sim.forget_calls();
    for n in 0..ticks {
        before(n);
        tick(desk, account).await?;
    }
    Ok(sim.calls_at(Endpoint::Any))
}

/// One poll, from the wish to its end.
async fn tick(desk: &Arc<Desk>, account: AccountId) -> Outcome {
    let last = |status: desk_app::dto::SyncStatus| {
        status
            .accounts
            .iter()
            .find(|a| a.account_id == account)
            .and_then(|a| a.last_check_at)
    };
    let before = last(desk.sync_status().await?);
    desk.sync_now(account).await?;
    until(async || Ok(last(desk.sync_status().await?) != before)).await
}

/// Asks again and again until it is so.
async fn until(mut ask: impl AsyncFnMut() -> Outcome<bool>) -> Outcome {
    let began = Instant::now();
    while !ask().await? {
        if began.elapsed() > PATIENCE {
            return Err("nothing happened for two minutes".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
