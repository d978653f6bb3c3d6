//! The tea shop of docs/your-service.md: `/metrics`, and a span for each `/tea`.

use std::process::ExitCode;
use std::time::Duration;

use axum::routing::get;
use kit::program::Program;
use prometheus::IntCounter;

const PORT: u16 = 9464;

fn main() -> ExitCode {
    let program = Program { name: "tea-shop", version: "0.1.0", health: ([127, 0, 0, 1], PORT).into() };
    program.run(None, async |registry, shutdown| {
        let made = IntCounter::new("tea_made_total", "Teas made.")?;
        registry.register(Box::new(made.clone()))?;
        let tea = move || async move {
            let _span = tracing::info_span!("GET /tea", otel.kind = "server");
            made.inc();
            "tea\n"
        };
        let routes = kit::endpoints::metrics_and_health(registry).route("/tea", get(tea));
        let listener = kit::server::bind("PORT", PORT).await?;
        kit::server::serve(listener, routes, shutdown, Duration::from_secs(5)).await;
        Ok(())
    })
}
