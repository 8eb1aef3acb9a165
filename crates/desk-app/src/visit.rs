//! A visit to the demo: the fictional shop opens beside the owner's own desk and is closed again,
//! without a second program and without touching the owner's data.
//!
//! While the visit lasts, commands are answered by the demo's desk; which one that is, the shells
//! ask [`Desk::on_stage`]. The owner's own desk goes on working behind it.

use crate::{Config, Desk, IpcError};
use desk_core::Change;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Who is visited, known to both desks.
#[derive(Default)]
pub(crate) struct Visit {
    demo: Mutex<Option<Arc<Desk>>>,
    /// One visit at a time: the button may be pressed twice.
    beginning: tokio::sync::Mutex<()>,
}

impl Visit {
    /// Whether the demo is looked at.
    pub(crate) fn is_on(&self) -> bool {
        self.demo().is_some()
    }

    fn demo(&self) -> Option<Arc<Desk>> {
        self.demo
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn replace(&self, demo: Option<Arc<Desk>>) -> Option<Arc<Desk>> {
        std::mem::replace(
            &mut *self.demo.lock().unwrap_or_else(PoisonError::into_inner),
            demo,
        )
    }

    /// Closes the demo, if there is one.
    pub(crate) async fn end(&self) {
        if let Some(demo) = self.replace(None) {
            Box::pin(demo.shutdown()).await;
        }
    }
}

impl Desk {
    /// The desk that answers: the demo's during a visit, else this one.
    #[must_use]
    pub fn on_stage(self: &Arc<Self>) -> Arc<Desk> {
        self.guest().unwrap_or_else(|| Arc::clone(self))
    }

    /// The demo's desk during a visit.
    pub(crate) fn guest(&self) -> Option<Arc<Desk>> {
        self.visit.demo()
    }

    /// Command `demo_start`. Nothing happens when this is the demo already.
    ///
    /// # Errors
    /// When the demo's folder or its simulator cannot be made.
    pub async fn demo_start(&self) -> Result<(), IpcError> {
        let _one = self.visit.beginning.lock().await;
        if self.config.demo || self.guest().is_some() {
            return Ok(());
        }
        let config = Config {
            demo: true,
            ..self.config.clone()
        };
        let opening = Desk::open_for(
            config,
            self.links.clone(),
            Arc::clone(&self.clock),
            Some(Arc::clone(&self.visit)),
        );
        let demo = Box::pin(opening).await?;
        // In the owner's language, and as light or as dark.
        demo.preferences_set(self.app_state().await?.preferences)
            .await?;
        demo.forward_changes(self.change_sender());
        self.visit.replace(Some(demo));
        self.announce(Desk::everything_changed());
        Ok(())
    }

    /// Command `demo_end`. The demo's data is gone afterwards; the owner's was never touched.
    ///
    /// # Errors
    /// None; a visit that is over is over.
    pub async fn demo_end(&self) -> Result<(), IpcError> {
        self.visit.end().await;
        self.announce(Desk::everything_changed());
        Ok(())
    }

    /// Lets those who listen to the owner's desk hear of the demo.
    fn forward_changes(&self, to: broadcast::Sender<Arc<Vec<Change>>>) {
        let mut changes = self.changes();
        let stop = self.stop_token();
        self.spawn(async move {
            loop {
                let received = tokio::select! {
                    () = stop.cancelled() => return,
                    received = changes.recv() => received,
                };
                let batch = match received {
                    Ok(batch) => batch,
                    Err(RecvError::Lagged(_)) => Arc::new(vec![Desk::everything_changed()]),
                    Err(RecvError::Closed) => return,
                };
                // Nobody listening is fine: no window is open.
                let _ = to.send(batch);
            }
        });
    }
}
