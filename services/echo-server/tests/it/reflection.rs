//! gRPC reflection in both versions.

use tokio_stream::{StreamExt, once};
use tonic_reflection::pb::{v1, v1alpha};

use crate::support::{channel, start};

#[tokio::test]
async fn v1_lists_the_services() {
    use v1::server_reflection_request::MessageRequest;
    use v1::server_reflection_response::MessageResponse;

    let server = start().await;
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel(&server).await);
    let request = v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut responses = client.server_reflection_info(once(request)).await.expect("a stream").into_inner();
    let response = responses.next().await.expect("a response").expect("no error").message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = response else { panic!("{response:?}") };
    let mut names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    names.sort();
    assert_eq!(names, ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "proto.EchoService"]);
}

#[tokio::test]
async fn v1alpha_describes_the_service() {
    use v1alpha::server_reflection_request::MessageRequest;
    use v1alpha::server_reflection_response::MessageResponse;

    let server = start().await;
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(channel(&server).await);
    let request = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::FileContainingSymbol("proto.EchoService".into())),
    };
    let mut responses = client.server_reflection_info(once(request)).await.expect("a stream").into_inner();
    let response = responses.next().await.expect("a response").expect("no error").message_response;
    let Some(MessageResponse::FileDescriptorResponse(files)) = response else { panic!("{response:?}") };
    let found = files
        .file_descriptor_proto
        .iter()
        .any(|file| file.windows(b"EchoService".len()).any(|window| window == b"EchoService"));
    assert!(found);
}
