//! The claim on the lab's total memory.

use catalog::Service;
use clients::Clients;

use crate::table::Claim;

/// Memory that all services except Grafana may use.
const BUDGET_MIB: f64 = 400.0;
const MIB: f64 = 1024.0 * 1024.0;

/// Checks the claim, with the memory of each service as evidence.
pub(super) async fn claims(clients: &Clients) -> Vec<Claim> {
    let claim = format!("the lab uses at most {BUDGET_MIB} MiB (without Grafana)");
    let mut figures = Vec::new();
    for service in clients.settings.tutorial.services().filter(|service| *service != Service::Grafana) {
        match clients.docker.memory(service).await {
            Ok(Some(bytes)) => figures.push((service, bytes as f64 / MIB)),
            Ok(None) if clients.docker.is_running(service).await.ok() != Some(Some(true)) => {
                return vec![Claim::failed(claim, format!("{service} is not running"))];
            }
            Ok(None) => {
                return vec![Claim::not_provable(claim, "Docker reports no memory usage on this machine")];
            }
            Err(error) => return vec![Claim::failed(claim, error.to_string())],
        }
    }
    vec![evaluate(claim, &figures)]
}

fn evaluate(claim: String, figures: &[(Service, f64)]) -> Claim {
    let total: f64 = figures.iter().map(|figure| figure.1).sum();
    let figures: Vec<String> = figures.iter().map(|(service, mib)| format!("{service} {mib:.1}")).collect();
    let evidence = format!("{total:.0} MiB: {}", figures.join(", "));
    if total <= BUDGET_MIB { Claim::proven(claim, evidence) } else { Claim::failed(claim, evidence) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Verdict;

    #[test]
    fn the_total_is_compared_with_the_budget_and_all_services_are_listed() {
        let fits = evaluate("c".into(), &[(Service::Envoy, 250.0), (Service::Maildev, 150.0)]);
        assert_eq!(fits.verdict, Verdict::Proven);
        assert_eq!(fits.evidence, "400 MiB: envoy 250.0, maildev 150.0");
        assert_eq!(evaluate("c".into(), &[(Service::Envoy, 400.5)]).verdict, Verdict::Failed);
    }
}
