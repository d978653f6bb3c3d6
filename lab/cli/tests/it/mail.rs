//! `lab mail`: what it reports of a mail server, and one sentence for each way in which mail does not arrive.

use std::{fs, net::Ipv4Addr, path::PathBuf, sync::Mutex};

use clap::Parser;
use lab::{
    mail::{self, Extent, error::MailError},
    render::{settings, smtp::Encryption},
};
use testkit::{
    certificates::{Ca, CertificateFiles},
    smtp::{SmtpServer, SmtpSettings, SmtpTls},
};

use crate::rendered::Flags;

/// The result of a delivery, and the lines that it printed.
struct Delivery {
    result: Result<(), MailError>,
    lines: String,
}

/// The folder of the certificates, and the CA that signs them.
struct Files {
    folder: tempfile::TempDir,
    ca: Ca,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), ca: Ca::new() }
    }

    fn issue(&self) -> CertificateFiles {
        self.ca.issue(self.folder.path(), "server")
    }

    /// The flag that gives the CA.
    fn ca_flag(&self) -> String {
        format!("--smtp-ca={}", self.ca.write(self.folder.path(), "ca").display())
    }

    /// The flags of an account.
    fn account(&self, password: &str) -> [String; 2] {
        let path: PathBuf = self.folder.path().join("password");
        fs::write(&path, password).unwrap();
        ["--smtp-username=me@example.com".into(), format!("--smtp-password={}", path.display())]
    }
}

async fn deliver_to(host: &str, port: u16, tls: &SmtpTls, extent: Extent, flags: &[String]) -> Delivery {
    let is_tls = !matches!(tls, SmtpTls::Plain);
    let defaults = [
        "lab".to_owned(),
        "--smtp-from=lookout@example.com".to_owned(),
        "--smtp-to=you@example.com, them@example.com".to_owned(),
        format!("--smtp-host={host}"),
        format!("--smtp-tls={}", if is_tls { "yes" } else { "no" }),
        "--smtp-port=587".to_owned(),
    ];
    let Flags { common, render } = Flags::parse_from(defaults.iter().chain(flags));
    let (mut smtp, _) = settings::check(&common, &render, |_| None).unwrap();
    // The tests' servers have other ports than 465.
    smtp.port = port;
    if matches!(tls, SmtpTls::Implicit(_)) {
        smtp.encryption = Encryption::Tls;
    }
    let lines = Mutex::new(String::new());
    let result = mail::deliver(&smtp, extent, &|line| {
        let mut lines = lines.lock().unwrap();
        lines.push_str(line);
        lines.push('\n');
    })
    .await;
    Delivery { result, lines: lines.into_inner().unwrap() }
}

impl Delivery {
    /// Delivers a mail to the server, as its settings require.
    async fn to(server: &SmtpServer, tls: &SmtpTls, flags: &[String]) -> Self {
        deliver_to("Localhost", server.port(), tls, Extent::Mail, flags).await
    }

    #[track_caller]
    fn problem(&self, expected: &str) {
        let error = self.result.as_ref().expect_err("a problem").to_string();
        assert!(error.contains(expected), "{expected:?} in {error:?}");
        assert!(error.starts_with("Localhost:") && !error.contains('\n'), "{error}");
    }
}

#[tokio::test]
async fn each_step_of_a_delivery_with_starttls_and_a_login_is_reported() {
    for auth in ["PLAIN LOGIN", "LOGIN PLAIN", "XOAUTH2 LOGIN"] {
        let files = Files::new();
        let tls = SmtpTls::StartTls(files.issue());
        let account = Some(("me@example.com", "p'w: #1"));
        let server =
            SmtpServer::start(SmtpSettings { tls: tls.clone(), auth, account, ..SmtpSettings::default() })
                .await;
        let flags = [&files.account("p'w: #1\n")[..], &[files.ca_flag()]].concat();
        let delivery = Delivery::to(&server, &tls, &flags).await;
        delivery.result.unwrap();
        let mechanism = if auth.starts_with("PLAIN") { "PLAIN" } else { "LOGIN" };
        for line in [
            "  resolved      Localhost is ",
            "127.0.0.1",
            "  connected     ",
            "  greeting      test ESMTP",
            "  TLS           after STARTTLS, TLS 1.3",
            "  certificate   for localhost, 127.0.0.1, from ",
            "  expires in ",
            &format!("  login         {mechanism} as me@example.com: accepted"),
            "  recipient     you@example.com: accepted",
            "  recipient     them@example.com: accepted",
            "  message       accepted: 2.0.0 queued as 1",
        ] {
            let line =
                line.strip_prefix("  expires").map_or(line.to_owned(), |rest| format!("expires{rest}"));
            assert!(delivery.lines.contains(&line), "{line:?} in\n{}", delivery.lines);
        }
        let mails = server.mails();
        assert_eq!(mails[0].to, ["you@example.com", "them@example.com"]);
        assert!(mails[0].data.contains("Subject: Lookout can send mail\n"), "{}", mails[0].data);
    }
}

#[tokio::test]
async fn a_server_with_tls_from_the_first_byte_and_one_without_tls_accept_a_mail() {
    let files = Files::new();
    let tls = SmtpTls::Implicit(files.issue());
    let server = SmtpServer::start(SmtpSettings { tls: tls.clone(), ..SmtpSettings::default() }).await;
    let delivery = Delivery::to(&server, &tls, &[files.ca_flag()]).await;
    delivery.result.unwrap();
    assert!(delivery.lines.contains("TLS           from the first byte, TLS 1.3"), "{}", delivery.lines);

    let server = SmtpServer::start(SmtpSettings::default()).await;
    let delivery = Delivery::to(&server, &SmtpTls::Plain, &[]).await;
    delivery.result.unwrap();
    assert!(delivery.lines.contains("TLS           none"), "{}", delivery.lines);
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn the_quick_part_ends_with_the_login_and_sends_no_mail() {
    let files = Files::new();
    let tls = SmtpTls::StartTls(files.issue());
    let account = Some(("me@example.com", "secret"));
    let server = SmtpServer::start(SmtpSettings {
        tls: tls.clone(),
        auth: "PLAIN",
        account,
        ..SmtpSettings::default()
    })
    .await;
    let flags = [&files.account("secret")[..], &[files.ca_flag()]].concat();
    let delivery = deliver_to("Localhost", server.port(), &tls, Extent::Login, &flags).await;
    delivery.result.unwrap();
    assert!(delivery.lines.contains("login") && !delivery.lines.contains("recipient"), "{}", delivery.lines);
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_described_with_its_fault() {
    let files = Files::new();
    let folder = files.folder.path();
    let (known, unknown) =
        ([files.ca_flag()], [format!("--smtp-ca={}", Ca::new().write(folder, "other").display())]);
    let cases = [
        (CertificateFiles::self_signed(folder, "self"), &unknown, "is self-signed: set SMTP_CA_FILE"),
        (CertificateFiles::self_signed(folder, "self"), &[String::new()], "is self-signed: set SMTP_CA_FILE"),
        (files.issue(), &unknown, "is from an unknown CA: set SMTP_CA_FILE"),
        (files.issue(), &[String::new()], "is from an unknown CA: set SMTP_CA_FILE"),
        (files.ca.issue_expired(folder, "old"), &known, "has expired (for localhost, 127.0.0.1, from "),
        (
            files.ca.issue_for("mail.example.org", folder, "else"),
            &known,
            "is for another host: set SMTP_HOST to one of its names (for mail.example.org,",
        ),
    ];
    for (certificate, ca, expected) in cases {
        let ca: Vec<String> = ca.iter().filter(|flag| !flag.is_empty()).cloned().collect();
        for tls in [SmtpTls::StartTls(certificate.clone()), SmtpTls::Implicit(certificate.clone())] {
            let server =
                SmtpServer::start(SmtpSettings { tls: tls.clone(), ..SmtpSettings::default() }).await;
            Delivery::to(&server, &tls, &ca).await.problem(expected);
        }
    }
}

#[tokio::test]
async fn a_self_signed_certificate_in_the_ca_file_is_trusted_as_go_does() {
    let files = Files::new();
    let certificate = CertificateFiles::self_signed(files.folder.path(), "self");
    let tls = SmtpTls::StartTls(certificate.clone());
    let server = SmtpServer::start(SmtpSettings { tls: tls.clone(), ..SmtpSettings::default() }).await;
    let ca = format!("--smtp-ca={}", certificate.cert.display());
    Delivery::to(&server, &tls, &[ca]).await.result.unwrap();
}

#[tokio::test]
async fn the_wrong_kind_of_tls_is_named() {
    let files = Files::new();
    let (starttls, implicit) = (SmtpTls::StartTls(files.issue()), SmtpTls::Implicit(files.issue()));
    let ca = [files.ca_flag()];
    let plain = SmtpServer::start(SmtpSettings::default()).await;
    Delivery::to(&plain, &starttls, &ca).await.problem("offers no STARTTLS, which SMTP_TLS=yes requires");
    Delivery::to(&plain, &implicit, &ca).await.problem("answers in plain text where TLS from the first byte");
    let silent = SmtpServer::start(SmtpSettings { is_silent: true, ..SmtpSettings::default() }).await;
    // TLS from the first byte waits for the client.
    Delivery::to(&silent, &starttls, &ca)
        .await
        .problem("no greeting within 10 s; the server may expect TLS from");
    Delivery::to(&silent, &implicit, &ca).await.problem("time-out: the TLS handshake took longer than 10 s");
}

#[tokio::test]
async fn a_login_that_fails_is_named_and_tried_once() {
    let files = Files::new();
    let tls = SmtpTls::StartTls(files.issue());
    let account = Some(("me@example.com", "secret"));
    let settings = |auth| SmtpSettings { tls: tls.clone(), auth, account, ..SmtpSettings::default() };
    let wrong = [&files.account("wrong")[..], &[files.ca_flag()]].concat();
    for auth in ["PLAIN", "LOGIN"] {
        let server = SmtpServer::start(settings(auth)).await;
        let delivery = Delivery::to(&server, &tls, &wrong).await;
        delivery.problem(&format!("refuses the login {auth} as me@example.com: check SMTP_USERNAME and SMTP_PASSWORD_FILE (535 5.7.8"));
        assert!(delivery.result.unwrap_err().problem.is_refused_login());
        assert_eq!(server.refused_logins(), 1);
    }
    let server = SmtpServer::start(settings("")).await;
    Delivery::to(&server, &tls, &wrong).await.problem("offers no login (AUTH) here");
    let server = SmtpServer::start(settings("XOAUTH2 GSSAPI")).await;
    Delivery::to(&server, &tls, &wrong).await.problem("offers only the login XOAUTH2 GSSAPI");
    let server = SmtpServer::start(settings("PLAIN")).await;
    Delivery::to(&server, &tls, &[files.ca_flag()]).await.problem("requires a login: set SMTP_USERNAME");
}

#[tokio::test]
async fn a_refused_sender_recipient_or_message_is_named_with_the_servers_words() {
    let refused = |settings: SmtpSettings| async move {
        let server = SmtpServer::start(settings).await;
        Delivery::to(&server, &SmtpTls::Plain, &[]).await
    };
    let settings = SmtpSettings { refused_sender: Some("lookout@example.com"), ..SmtpSettings::default() };
    refused(settings).await.problem("refuses the sender SMTP_FROM=lookout@example.com (553 5.7.1 Not yours)");
    let settings = SmtpSettings { refused_recipient: Some("them@example.com"), ..SmtpSettings::default() };
    let delivery = refused(settings).await;
    delivery.problem("refuses the recipient them@example.com of SMTP_TO (550 5.1.1 No such user)");
    assert!(delivery.lines.contains("you@example.com: accepted"), "{}", delivery.lines);
    let settings = SmtpSettings { refuses_messages: true, ..SmtpSettings::default() };
    refused(settings).await.problem("refuses the message (554 5.7.1 Looks like spam)");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let closed = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let delivery = deliver_to("Localhost", closed, &SmtpTls::Plain, Extent::Mail, &[]).await;
    delivery.problem("connection refused: no server listens there; check SMTP_HOST and SMTP_PORT");
    let delivery = deliver_to("nowhere.invalid", 587, &SmtpTls::Plain, Extent::Mail, &[]).await;
    let error = delivery.result.unwrap_err().to_string();
    let known = ["the name of SMTP_HOST has no address", "time-out: the lookup of its name"];
    assert!(known.iter().any(|expected| error.contains(expected)), "{error}");
}

#[tokio::test]
async fn a_service_that_is_not_smtp_is_named() {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = async move {
        use tokio::io::AsyncWriteExt;
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    };
    tokio::spawn(serve);
    let delivery = deliver_to("Localhost", port, &SmtpTls::Plain, Extent::Mail, &[]).await;
    delivery.problem("the server's answer is not SMTP");
}
