//! The table of declared methods, read from file descriptor sets.

use prost::Message;
use prost_types::{FileDescriptorSet, MethodDescriptorProto};
use rustc_hash::FxHashMap;

/// An error in reading a table of methods.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MethodsError {
    /// The bytes are not an encoded `google.protobuf.FileDescriptorSet`.
    #[error("invalid file descriptor set: {0}")]
    Descriptor(#[source] prost::DecodeError),
    /// No descriptor set is given, or none of them declares a method.
    #[error("no descriptor set declares a method: every call would count as unknown")]
    NoMethods,
}

/// The kind of streaming that a method declares. The wire format does not contain it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrpcType {
    /// One request, one response.
    Unary,
    /// Any number of requests, one response.
    ClientStream,
    /// One request, any number of responses.
    ServerStream,
    /// Any number of requests and responses.
    BidiStream,
}

impl GrpcType {
    /// The value of the `grpc_type` label, spelled as in Go's libraries.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ClientStream => "client_stream",
            Self::ServerStream => "server_stream",
            Self::BidiStream => "bidi_stream",
        }
    }

    /// Whether a call has exactly one request.
    #[inline]
    pub fn takes_one_request(self) -> bool {
        matches!(self, Self::Unary | Self::ServerStream)
    }
}

impl From<&MethodDescriptorProto> for GrpcType {
    fn from(method: &MethodDescriptorProto) -> Self {
        match (method.client_streaming(), method.server_streaming()) {
            (false, false) => Self::Unary,
            (true, false) => Self::ClientStream,
            (false, true) => Self::ServerStream,
            (true, true) => Self::BidiStream,
        }
    }
}

/// A declared method.
#[derive(Debug)]
#[non_exhaustive]
pub struct Method {
    /// The service's name, with its package.
    pub service: String,
    /// The method's name.
    pub name: String,
    /// The kind of streaming.
    pub grpc_type: GrpcType,
}

/// All declared methods, and one more, `unknown`, for every other path.
#[derive(Debug)]
pub struct Methods {
    methods: Vec<Method>,
    by_path: FxHashMap<String, usize>,
}

impl Methods {
    /// Decodes descriptor sets. A method that several sets declare is in the table once.
    ///
    /// # Errors
    ///
    /// If a set cannot be decoded, or no set declares a method.
    pub fn read<S: AsRef<[u8]>>(sets: &[S]) -> Result<Self, MethodsError> {
        let mut methods = Vec::new();
        let mut by_path = FxHashMap::default();
        for set in sets {
            for file in FileDescriptorSet::decode(set.as_ref()).map_err(MethodsError::Descriptor)?.file {
                for service in &file.service {
                    let service_name = match file.package() {
                        "" => service.name().to_owned(),
                        package => format!("{package}.{}", service.name()),
                    };
                    for method in &service.method {
                        by_path.entry(format!("/{service_name}/{}", method.name())).or_insert_with(|| {
                            methods.push(Method {
                                service: service_name.clone(),
                                name: method.name().to_owned(),
                                grpc_type: method.into(),
                            });
                            methods.len() - 1
                        });
                    }
                }
            }
        }
        if methods.is_empty() {
            return Err(MethodsError::NoMethods);
        }
        // Bidirectional, as any number of messages may pass; Go's servers use this type for their
        // unknown-service handler.
        methods.push(Method {
            service: "unknown".to_owned(),
            name: "unknown".to_owned(),
            grpc_type: GrpcType::BidiStream,
        });
        Ok(Self { methods, by_path })
    }

    /// The index of the method with exactly this path, `/package.Service/Method`.
    #[inline]
    pub fn find(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// As [`find`](Self::find), but ignores a prefix of the path, which a client has if its origin has a path.
    pub fn find_ignoring_prefix(&self, path: &str) -> Option<usize> {
        self.find(path).or_else(|| {
            let (head, _) = path.rsplit_once('/')?;
            self.find(&path[head.rfind('/')?..])
        })
    }

    /// The index of the method with these names, which may be `unknown`.
    #[cfg(feature = "prometheus")]
    pub(crate) fn position(&self, service: &str, name: &str) -> Option<usize> {
        self.methods.iter().position(|method| method.service == service && method.name == name)
    }

    /// The index of the `unknown` method.
    pub fn unknown(&self) -> usize {
        self.methods.len() - 1
    }

    /// All methods by index; `unknown` is last.
    #[inline]
    pub fn all(&self) -> &[Method] {
        &self.methods
    }
}

#[cfg(test)]
mod tests {
    use prost_types::{FileDescriptorProto, ServiceDescriptorProto};

    use super::*;

    fn set(package: &str, methods: &[(&str, bool, bool)]) -> Vec<u8> {
        let method = |&(name, client, server): &(&str, bool, bool)| MethodDescriptorProto {
            name: Some(name.to_owned()),
            client_streaming: Some(client),
            server_streaming: Some(server),
            ..Default::default()
        };
        FileDescriptorSet {
            file: vec![FileDescriptorProto {
                package: Some(package.to_owned()),
                service: vec![ServiceDescriptorProto {
                    name: Some("Svc".to_owned()),
                    method: methods.iter().map(method).collect(),
                    ..Default::default()
                }],
                ..Default::default()
            }],
        }
        .encode_to_vec()
    }

    #[test]
    fn reads_grpc_type_from_descriptor() {
        let set = set("p", &[("U", false, false), ("C", true, false), ("S", false, true), ("B", true, true)]);
        let table = Methods::read(&[set]).unwrap();
        for (path, label) in [
            ("/p.Svc/U", "unary"),
            ("/p.Svc/C", "client_stream"),
            ("/p.Svc/S", "server_stream"),
            ("/p.Svc/B", "bidi_stream"),
        ] {
            let method = &table.all()[table.find(path).unwrap()];
            assert_eq!(method.grpc_type.label(), label);
            assert_eq!(method.service, "p.Svc");
        }
    }

    #[test]
    fn merges_services_of_all_files() {
        let service = |name: &str, method: &str| ServiceDescriptorProto {
            name: Some(name.to_owned()),
            method: vec![MethodDescriptorProto { name: Some(method.to_owned()), ..Default::default() }],
            ..Default::default()
        };
        let file = |package: &str, service| FileDescriptorProto {
            package: Some(package.to_owned()),
            service,
            ..Default::default()
        };
        let set = FileDescriptorSet {
            file: vec![
                file("a", vec![service("One", "Get"), service("Two", "Get")]),
                // Only messages, as in imported files.
                file("google.protobuf", vec![]),
                file("b.c", vec![service("One", "Get")]),
            ],
        };
        let table = Methods::read(&[set.encode_to_vec(), self::set("d", &[("U", false, false)])]).unwrap();
        let services: Vec<&str> = table.all().iter().map(|method| method.service.as_str()).collect();
        assert_eq!(services, ["a.One", "a.Two", "b.c.One", "d.Svc", "unknown"]);
        for (index, path) in ["/a.One/Get", "/a.Two/Get", "/b.c.One/Get", "/d.Svc/U"].iter().enumerate() {
            assert_eq!(table.find(path), Some(index));
        }
    }

    #[test]
    fn accepts_service_without_package() {
        let table = Methods::read(&[set("", &[("U", false, false)])]).unwrap();
        assert!(table.find("/Svc/U").is_some());
    }

    #[test]
    fn deduplicates_methods() {
        let set = set("p", &[("U", false, false)]);
        let table = Methods::read(&[set.clone(), set]).unwrap();
        assert_eq!(table.all().len(), 2);
    }

    #[test]
    fn finds_method_behind_prefix() {
        let table = Methods::read(&[set("p", &[("U", false, false)])]).unwrap();
        assert_eq!(table.find("/api/v1/p.Svc/U"), None);
        assert_eq!(table.find_ignoring_prefix("/api/v1/p.Svc/U"), table.find("/p.Svc/U"));
        assert_eq!(table.find_ignoring_prefix("/p.Svc/V"), None);
        assert_eq!(table.find_ignoring_prefix("U"), None);
        assert_eq!(table.find_ignoring_prefix(""), None);
    }

    #[test]
    fn rejects_invalid_and_empty_sets() {
        assert!(matches!(Methods::read(&[b"\xff"]), Err(MethodsError::Descriptor(_))));
        assert!(matches!(Methods::read::<&[u8]>(&[]), Err(MethodsError::NoMethods)));
        assert!(matches!(Methods::read(&[b""]), Err(MethodsError::NoMethods)));
    }
}
