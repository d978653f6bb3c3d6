//! What all handlers and tasks share.

use std::sync::Arc;

use clients::Clients;
use kit::shutdown::{CancellationToken, TaskTracker};

use crate::alerts::Alerts;
use crate::config::Config;
use crate::dashboards::Dashboards;
use crate::events::Events;
use crate::faults::Faults;
use crate::guard::Token;
use crate::load::Load;
use crate::mails::Mails;
use crate::metrics::Metrics;
use crate::picture::Picture;

/// The state of every router.
pub(crate) type Shared = Arc<Console>;

/// One console. Each module keeps what it remembers in a struct of its own here.
#[derive(Debug)]
pub(crate) struct Console {
    /// Clients of the lab's parts.
    pub(crate) parts: Clients,
    pub(crate) config: Config,
    /// What state-changing calls must show.
    pub(crate) token: Token,
    pub(crate) metrics: Metrics,
    /// Ends all streams and tasks.
    pub(crate) shutdown: CancellationToken,
    /// What must end, and may clean up, before the program does: waited for within the grace period.
    pub(crate) tasks: TaskTracker,
    pub(crate) dashboards: Dashboards,
    pub(crate) events: Events,
    pub(crate) picture: Picture,
    pub(crate) alerts: Alerts,
    pub(crate) mails: Mails,
    pub(crate) faults: Faults,
    pub(crate) load: Load,
}

impl Console {
    pub(crate) fn new(config: Config, parts: Clients, metrics: Metrics, shutdown: CancellationToken) -> Self {
        Self {
            dashboards: Dashboards::new(&parts, &config, metrics.clone()),
            events: Events::default(),
            picture: Picture::default(),
            alerts: Alerts::default(),
            mails: Mails::default(),
            faults: Faults::new(config.settings.tutorial, &config.settings.state),
            load: Load::default(),
            token: Token::random(),
            tasks: TaskTracker::new(),
            parts,
            config,
            metrics,
            shutdown,
        }
    }
}
