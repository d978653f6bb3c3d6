//! Discovery: keeps a server's pool up to date by repeated lookups.
//!
//! Each address family of each name is looked up on its own, and an answer takes effect when it comes: a lookup that
//! fails or does not end affects only its own addresses.

mod failures;
mod lookup;
mod members;
mod name;
mod updater;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use kit::shutdown::CancellationToken;
use tokio::time::sleep;

use crate::config::Discovery;
use crate::pool::{Pool, Run};
use crate::shortage::Shortages;
pub(crate) use failures::{Failures, Reason};
use updater::Updater;

/// Time until the next round after one that lacked the balancer's own resources.
const SHORTAGE_RETRY_DELAY: Duration = Duration::from_secs(1);

/// The discovery of one server.
pub(crate) struct Discovering {
    /// Name of the server.
    pub(crate) server: String,
    pub(crate) pool: Arc<Pool>,
    pub(crate) run: Run,
    pub(crate) failures: Arc<Failures>,
    pub(crate) shortages: Arc<Shortages>,
    pub(crate) config: Discovery,
    /// Addresses from an earlier discovery by the same source. Those of a DNS name stay until its lookups end.
    pub(crate) last: Vec<SocketAddr>,
    /// Status of new backends.
    pub(crate) is_live: bool,
    /// Is cancelled when there is a backend with an address, or when all lookups have succeeded or failed once.
    pub(crate) is_ready: CancellationToken,
}

/// Updates the pool at each interval, until dropped.
pub(crate) async fn run(discovering: Discovering) {
    let interval = discovering.config.interval.limit();
    let mut updater = Updater::new(discovering);
    loop {
        let is_conclusive = updater.update().await;
        let delay = if is_conclusive { interval } else { Some(SHORTAGE_RETRY_DELAY) };
        let Some(delay) = delay else { return };
        sleep(delay).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::File;

    fn discovering(pool: &Arc<Pool>) -> Discovering {
        let text = "[servers.hello]\nbind = \":0\"\n[servers.hello.discovery]\nkind = \"static\"\n\
                    static_list = [\"127.0.0.1:80\"]\ninterval = \"0\"\n";
        let file = File::parse(text).expect("valid");
        Discovering {
            server: "hello".into(),
            run: pool.discoveries.begin(),
            pool: Arc::clone(pool),
            failures: Arc::default(),
            shortages: Arc::default(),
            config: file.servers["hello"].discovery.clone(),
            last: Vec::new(),
            is_live: true,
            is_ready: CancellationToken::new(),
        }
    }

    #[tokio::test]
    async fn lookups_update_the_pool_until_another_discovery_begins() {
        let pool = Arc::<Pool>::default();
        let replaced = discovering(&pool);
        let current = discovering(&pool);
        let (replaced_is_ready, is_ready) = (replaced.is_ready.clone(), current.is_ready.clone());
        run(replaced).await;
        assert!(pool.backends().is_empty() && !replaced_is_ready.is_cancelled());
        run(current).await;
        assert!(pool.backends().len() == 1 && is_ready.is_cancelled());
    }
}
