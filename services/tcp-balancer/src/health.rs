//! Seeing which back ends are healthy.

mod check;
mod streak;

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::backend::Backend;
use crate::config::{Check, Healthcheck};
use crate::pool::Pool;

pub(crate) use streak::Streak;

/// Looks at the pool's back ends at each interval, for ever; each at most once at a time.
pub(crate) async fn watch(server: String, pool: Arc<Pool>, config: Healthcheck) {
    if config.check == Check::None {
        pool.members().iter().for_each(|backend| backend.set_live(true));
        return;
    }
    let (server, config) = (Arc::<str>::from(server), Arc::new(config));
    let mut ticks = interval(config.interval());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks = JoinSet::new();
    let mut busy: Vec<Arc<Backend>> = Vec::new();
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                for backend in pool.members().iter().filter(|backend| backend.is_discovered()) {
                    if !busy.iter().any(|busy| Arc::ptr_eq(busy, backend)) {
                        busy.push(Arc::clone(backend));
                        looks.spawn(look(Arc::clone(&server), Arc::clone(backend), Arc::clone(&config)));
                    }
                }
            }
            Some(Ok(backend)) = looks.join_next() => busy.retain(|busy| !Arc::ptr_eq(busy, &backend)),
        }
    }
}

async fn look(server: Arc<str>, backend: Arc<Backend>, config: Arc<Healthcheck>) -> Arc<Backend> {
    let result = match timeout(config.timeout(), check::check(&backend, &config.check)).await {
        Ok(result) => result,
        Err(_) => Err(check::Failure::TimeOut),
    };
    let before = backend.is_live();
    let live = backend.streak.lock().live_after(result.is_ok(), before, &config);
    backend.set_live(live);
    let (server, target) = (&*server, &backend.target);
    match (before, live, result) {
        (true, false, Err(error)) => tracing::warn!(server, backend = %target, %error, "unhealthy"),
        (false, true, _) => tracing::info!(server, backend = %target, "healthy"),
        _ => {}
    }
    backend
}
