//! The closed table of methods, read from a file descriptor set.

use prost::Message;
use prost_types::{FileDescriptorSet, MethodDescriptorProto};
use rustc_hash::FxHashMap;

/// Why there is no table of methods.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MethodsError {
    /// The bytes are no encoded `google.protobuf.FileDescriptorSet`.
    #[error("not a file descriptor set: {0}")]
    Descriptor(#[source] prost::DecodeError),
    /// No descriptor set was given, or none of them declares a method.
    #[error("no descriptor set declares a method: every call would be counted as unknown")]
    NoMethods,
}

/// What a method may stream. It is not on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrpcType {
    /// One request, one reply.
    Unary,
    /// Any number of requests, one reply.
    ClientStream,
    /// One request, any number of replies.
    ServerStream,
    /// Any number of both.
    BidiStream,
}

impl GrpcType {
    /// The `grpc_type` label, as Go's libraries have it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ClientStream => "client_stream",
            Self::ServerStream => "server_stream",
            Self::BidiStream => "bidi_stream",
        }
    }

    /// Whether a call takes just one request.
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

/// A method, as it was declared.
#[derive(Debug)]
pub struct Method {
    /// The service's full name, with its package.
    pub service: String,
    /// The method's own name.
    pub name: String,
    /// What it may stream.
    pub grpc_type: GrpcType,
}

/// All methods that were declared, and one more, `unknown`, that stands for every other path.
#[derive(Debug)]
pub struct Methods {
    methods: Vec<Method>,
    by_path: FxHashMap<String, usize>,
}

impl Methods {
    /// Reads encoded descriptor sets; a method that several of them name is taken once.
    ///
    /// # Errors
    ///
    /// See [`MethodsError`].
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
        // The type that promises nothing of how many messages pass; Go's servers give it to calls
        // that fall to their unknown-service handler.
        methods.push(Method {
            service: "unknown".to_owned(),
            name: "unknown".to_owned(),
            grpc_type: GrpcType::BidiStream,
        });
        Ok(Self { methods, by_path })
    }

    /// The index of the method whose path this is, exactly.
    #[inline]
    pub fn find(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// As [`find`](Self::find), but the method may stand behind a prefix, as in the path of a
    /// client whose origin has a path of its own.
    pub fn find_behind_prefix(&self, path: &str) -> Option<usize> {
        self.find(path).or_else(|| {
            let (head, _) = path.rsplit_once('/')?;
            self.find(&path[head.rfind('/')?..])
        })
    }

    /// The index that stands for every path which is not in the table.
    pub fn unknown(&self) -> usize {
        self.methods.len() - 1
    }

    /// All methods, the unknown one last; positions are the indexes that lookups give.
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
    fn types_come_from_the_descriptor() {
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
    fn several_services_in_several_files_are_one_table() {
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
                // Messages alone, as imported files have.
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
    fn a_service_without_package_has_a_bare_name() {
        let table = Methods::read(&[set("", &[("U", false, false)])]).unwrap();
        assert!(table.find("/Svc/U").is_some());
    }

    #[test]
    fn a_method_named_twice_is_taken_once() {
        let set = set("p", &[("U", false, false)]);
        let table = Methods::read(&[set.clone(), set]).unwrap();
        assert_eq!(table.all().len(), 2);
    }

    #[test]
    fn only_a_client_looks_behind_a_prefix() {
        let table = Methods::read(&[set("p", &[("U", false, false)])]).unwrap();
        assert_eq!(table.find("/api/v1/p.Svc/U"), None);
        assert_eq!(table.find_behind_prefix("/api/v1/p.Svc/U"), table.find("/p.Svc/U"));
        assert_eq!(table.find_behind_prefix("/p.Svc/V"), None);
        assert_eq!(table.find_behind_prefix("U"), None);
        assert_eq!(table.find_behind_prefix(""), None);
    }

    #[test]
    fn a_set_that_is_none_or_empty_is_refused() {
        assert!(matches!(Methods::read(&[b"\xff"]), Err(MethodsError::Descriptor(_))));
        assert!(matches!(Methods::read::<&[u8]>(&[]), Err(MethodsError::NoMethods)));
        assert!(matches!(Methods::read(&[b""]), Err(MethodsError::NoMethods)));
    }
}
