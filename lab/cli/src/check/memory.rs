//! The claim on memory: the lab fits on a small machine.

use catalog::Service;
use clients::Clients;

use crate::table::Claim;

/// What all parts but Grafana may hold.
const BUDGET_MIB: f64 = 400.0;
const MIB: f64 = 1024.0 * 1024.0;

/// One claim, with each part's figure.
pub(super) async fn claims(parts: &Clients) -> Vec<Claim> {
    let claim = format!("the lab holds at most {BUDGET_MIB} MiB (without Grafana)");
    let mut figures = Vec::new();
    for service in parts.settings.tutorial.services().filter(|service| *service != Service::Grafana) {
        match parts.docker.memory(service).await {
            Ok(Some(bytes)) => figures.push((service, bytes as f64 / MIB)),
            Ok(None) if parts.docker.is_running(service).await.ok() != Some(Some(true)) => {
                return vec![Claim::failed(claim, format!("{service} does not run"))];
            }
            Ok(None) => {
                return vec![Claim::not_provable(claim, "this machine gives Docker no memory figures")];
            }
            Err(error) => return vec![Claim::failed(claim, error.to_string())],
        }
    }
    vec![judge(claim, &figures)]
}

fn judge(claim: String, figures: &[(Service, f64)]) -> Claim {
    let total: f64 = figures.iter().map(|figure| figure.1).sum();
    let parts: Vec<String> = figures.iter().map(|(service, mib)| format!("{service} {mib:.1}")).collect();
    let evidence = format!("{total:.0} MiB: {}", parts.join(", "));
    if total <= BUDGET_MIB { Claim::proven(claim, evidence) } else { Claim::failed(claim, evidence) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Verdict;

    #[test]
    fn the_sum_is_held_to_the_budget_and_every_figure_is_shown() {
        let fits = judge("c".into(), &[(Service::Envoy, 250.0), (Service::Maildev, 150.0)]);
        assert_eq!(fits.verdict, Verdict::Proven);
        assert_eq!(fits.evidence, "400 MiB: envoy 250.0, maildev 150.0");
        assert_eq!(judge("c".into(), &[(Service::Envoy, 400.5)]).verdict, Verdict::Failed);
    }
}
