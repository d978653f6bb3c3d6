//! How mail is sent: what `lab render` makes of the settings of a mail server, and of the account.

use std::fs;

use testkit::{
    certificates::Ca,
    smtp::{SmtpServer, SmtpSettings, SmtpTls},
};

use crate::rendered::Lab;

#[tokio::test]
async fn mail_comes_at_once_to_the_labs_mailbox_and_as_a_provider_expects_to_another() {
    for (host, group_by, [wait, interval], grafana) in [
        ("maildev", "[alertname, job, instance]", ["0s", "1s"], ["0s", "10s"]),
        ("smtp.example.com", "[alertname]", ["30s", "5m"], ["30s", "5m"]),
    ] {
        let host_flag = format!("--smtp-host={host}");
        let lab = Lab::new(&[&host_flag]);
        lab.render(&[]).await.unwrap();
        let alertmanager = lab.read("alertmanager/alertmanager.yaml");
        for line in [
            format!("  group_by: {group_by}\n"),
            format!("  group_wait: {wait}\n"),
            format!("  group_interval: {interval}\n"),
            "  repeat_interval: 4h\n".to_owned(),
        ] {
            assert!(alertmanager.contains(&line), "{host}: {line} in {alertmanager}");
        }
        let policies = lab.read("grafana/provisioning/alerting/policies.yaml");
        let policies: serde_json::Value = serde_saphyr::from_str(&policies).unwrap();
        let policy = &policies["policies"][0];
        assert_eq!([&policy["group_wait"], &policy["group_interval"]], grafana, "{host}");
        assert_eq!(policy["repeat_interval"], "4h");
    }
}

#[tokio::test]
async fn a_password_that_the_server_refuses_is_tried_once_and_reaches_no_reader() {
    let folder = tempfile::tempdir().unwrap();
    let ca = Ca::new();
    let server = SmtpServer::start(SmtpSettings {
        tls: SmtpTls::StartTls(ca.issue(folder.path(), "server")),
        auth: "PLAIN",
        account: Some(("me@example.com", "right")),
        ..SmtpSettings::default()
    })
    .await;
    let password = folder.path().join("password");
    fs::write(&password, "wrong").unwrap();
    let flags = [
        "--smtp-host=Localhost".to_owned(),
        format!("--smtp-port={}", server.port()),
        "--smtp-tls=yes".to_owned(),
        "--smtp-username=me@example.com".to_owned(),
        format!("--smtp-password={}", password.display()),
        format!("--smtp-ca={}", ca.write(folder.path(), "ca").display()),
    ];
    let lab = Lab::new(&flags.each_ref().map(String::as_str));
    let error = lab.render(&[]).await.unwrap_err().to_string();
    assert!(error.contains("refuses the login PLAIN as me@example.com"), "{error}");
    assert!(error.contains("SMTP_PASSWORD_FILE") && error.contains("535 5.7.8"), "{error}");
    assert_eq!(server.refused_logins(), 1);
    assert!(lab.names(".").is_empty(), "nothing is written");

    fs::write(&password, "right").unwrap();
    lab.render(&[]).await.unwrap();
    let config: serde_json::Value =
        serde_saphyr::from_str(&lab.read("alertmanager/alertmanager.yaml")).unwrap();
    assert_eq!(config["global"]["smtp_tls_config"]["ca_file"], "/etc/alertmanager/smtp-ca.pem");
    for reader in ["alertmanager", "grafana"] {
        assert_eq!(lab.read(&format!("{reader}/smtp-ca.pem")), ca.pem());
    }
}

#[tokio::test]
async fn a_ca_file_that_has_no_certificate_is_refused_by_name() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "-----BEGIN NONSENSE-----").unwrap();
    let lab = Lab::new(&[&format!("--smtp-ca={}", file.path().display())]);
    let error = lab.render(&[("SMTP_CA_FILE", "/path/to/ca")]).await.unwrap_err().to_string();
    assert_eq!(error, "SMTP_CA_FILE=/path/to/ca: expected a file with CA certificates in PEM");
}
