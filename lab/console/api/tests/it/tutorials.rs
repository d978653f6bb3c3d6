//! A tutorial's document in blocks.

use crate::support::{Console, Files};
use kit::settings::base_url;
use serde_json::{Value, json};

const DOCUMENT: &str = "# The *echo*, again\n\nGo to <http://127.0.0.1:10000>.\n\n<!-- panel: grpc-client 2 -->\n\n\
    ```console\n$ curl -s 'http://127.0.0.1:10000/echo?m=a'\nResponse: echo a\n```\n\nThen `make alert FAULT=errors`.\n";

#[tokio::test]
async fn a_document_has_blocks_with_published_addresses() {
    let web = Console::with(Files::new().with("docs/echo.md", DOCUMENT), |config| {
        config.links.edge_url = Some(base_url("http://127.0.0.1:25000").unwrap());
        config.settings.tutorial = catalog::Selection::Echo;
    })
    .await;
    let page = web.json("/api/tutorials/1").await;
    assert_eq!([&page["id"], &page["title"]], ["echo", "The echo, again"]);
    assert_eq!([&page["number"], &page["started"]], [&json!(1), &json!(true)]);
    let blocks: Vec<Value> = page["blocks"].as_array().unwrap().clone();
    assert!(blocks[0]["html"].as_str().unwrap().contains("href=\"http://127.0.0.1:25000\""), "{}", blocks[0]);
    let expected = [
        json!({"kind": "panel", "dashboard": "grpc-client", "panel": 2}),
        json!({"kind": "command", "command": "curl -s 'http://127.0.0.1:25000/echo?m=a'", "output": "Response: echo a",
            "action": {"kind": "action", "name": "echo", "body": {"message": "a"}, "label": "Send an echo"}}),
        json!({"kind": "html", "html": "<p>Then <code>make alert FAULT=errors</code>.</p>\n"}),
        json!({"kind": "command", "command": "make alert FAULT=errors", "output": null,
            "action": {"kind": "fault", "name": "errors", "label": "Inject errors"}}),
    ];
    assert_eq!(blocks[1..], expected);
}

#[tokio::test]
async fn an_unknown_tutorial_or_document_is_a_problem() {
    let web = Console::start().await;
    assert_eq!(web.problem("/api/tutorials/6").await.0, 404);
    assert_eq!(web.problem("/api/tutorials/0").await.0, 404);
    let (status, problem) = web.problem("/api/tutorials/2").await;
    assert_eq!(status, 500);
    assert!(problem["detail"].as_str().unwrap().contains("sink.md"), "{problem}");
}
