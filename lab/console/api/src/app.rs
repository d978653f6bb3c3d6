//! Composition of the console: creates the state of each feature, and passes it to routes and background tasks.

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use clients::Clients;
use kit::shutdown::{CancellationToken, TaskTracker};

use crate::addresses::Addresses;
use crate::admission::Token;
use crate::alerts::AlertFeeds;
use crate::config::Config;
use crate::dashboards::{Library, Sources};
use crate::events::Events;
use crate::faults::Faults;
use crate::feed::Feed;
use crate::listeners::Listeners;
use crate::load::Load;
use crate::mails::Mailbox;
use crate::metrics::Metrics;
use crate::topology::Topology;
use crate::{
    actions, activity, admission, alerts, assets, dashboards, events, faults, lab, load, mails, topology,
    traces, tutorials,
};

/// The state of the router. Handlers extract the handles they need through `FromRef`.
#[derive(Clone, FromRef)]
pub(crate) struct App {
    config: Arc<Config>,
    clients: Clients,
    token: Token,
    /// Ends all event streams and background tasks.
    shutdown: CancellationToken,
    /// Tasks that must end, and may clean up, before the program exits.
    tasks: TaskTracker,
    topology: Feed<Topology>,
    alerts: AlertFeeds,
    mailbox: Mailbox,
    library: Library,
    sources: Sources,
    faults: Faults,
    load: Load,
    listeners: Listeners,
    events: Events,
}

impl App {
    pub(crate) fn new(
        mut config: Config,
        clients: Clients,
        metrics: &Metrics,
        shutdown: CancellationToken,
    ) -> Self {
        config.links.limit_to(config.settings.tutorial);
        let tasks = TaskTracker::new();
        let (topology, alerts, mailbox) = (Feed::default(), AlertFeeds::default(), Mailbox::default());
        let faults = Faults::new(clients.clone(), tasks.clone(), shutdown.clone());
        let load = Load::new(clients.clone(), tasks.clone(), shutdown.clone());
        let listeners = Listeners::new(metrics.event_streams.clone());
        Self {
            events: Events {
                listeners: listeners.clone(),
                topology: topology.clone(),
                alerts: alerts.clone(),
                mails: mailbox.feed.clone(),
                faults: faults.clone(),
                load: load.clone(),
                shutdown: shutdown.clone(),
            },
            library: Library::load(&clients.settings, Addresses::new(&config.links.all())),
            sources: Sources::new(&clients, config.console_query_timeout, metrics.clone()),
            config: Arc::new(config),
            token: Token::random(),
            clients,
            shutdown,
            tasks,
            topology,
            alerts,
            mailbox,
            faults,
            load,
            listeners,
        }
    }

    /// The tracker of all background tasks.
    pub(crate) fn tasks(&self) -> TaskTracker {
        self.tasks.clone()
    }

    /// Starts the background tasks, which run until shutdown.
    pub(crate) fn start_tasks(&self) {
        // First and synchronously: leftover faults must be known before a request can inject one.
        self.faults.clear_leftovers();
        self.spawn(faults::watch_lock(self.faults.clone()));
        self.spawn(topology::run(
            Arc::clone(&self.config),
            self.clients.clone(),
            self.listeners.clone(),
            self.topology.clone(),
        ));
        let inputs = alerts::Inputs {
            faults: self.faults.clone(),
            mailbox: self.mailbox.clone(),
            clients: self.clients.clone(),
        };
        self.spawn(alerts::run(Arc::clone(&self.config), inputs, self.alerts.clone()));
        self.spawn(mails::run(self.clients.clone(), self.mailbox.clone()));
        self.spawn(dashboards::run(self.clients.settings.clone(), self.library.clone()));
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let shutdown = self.shutdown.clone();
        self.tasks.spawn(async move { shutdown.run_until_cancelled(task).await });
    }

    /// All routes, behind the admission checks.
    pub(crate) fn router(self) -> Router {
        let routes = Router::new()
            .merge(assets::routes(&self.config.console_assets))
            .merge(events::routes())
            .merge(mails::routes())
            .merge(activity::routes())
            .merge(faults::routes())
            .merge(load::routes())
            .merge(actions::routes())
            .merge(traces::routes())
            .merge(tutorials::routes())
            .merge(dashboards::routes())
            .merge(lab::routes())
            .method_not_allowed_fallback(kit::problem::method_not_allowed)
            .fallback(assets::not_found);
        let token = self.token.clone();
        admission::protect(routes.with_state(self), token)
    }
}
