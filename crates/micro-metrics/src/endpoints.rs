//! Methods by the names that go-micro gives them, such as `Order.Create`.

use grpc_calls::{Method, Methods};

/// The endpoints of a table of methods. Methods of the same name in services of the same name, whatever the packages,
/// are one endpoint.
#[derive(Debug)]
pub(crate) struct Endpoints {
    names: Vec<String>,
    /// The endpoint of each method.
    of: Vec<usize>,
}

impl Endpoints {
    pub(crate) fn new(methods: &Methods) -> Self {
        let mut names = Vec::new();
        let mut place = |name: String| {
            names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            })
        };
        let declared = methods.all().split_last().map_or(&[][..], |(_, declared)| declared);
        let mut of: Vec<usize> = declared.iter().map(|method| place(name(method))).collect();
        // Of a path that is no method's.
        of.push(names.len());
        names.push("unknown".to_owned());
        Self { names, of }
    }

    /// The endpoint of the method of this index.
    #[inline]
    pub(crate) fn of(&self, method: usize) -> usize {
        self.of[method]
    }

    /// All names, that of unknown methods last.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The endpoint that stands for every path which is no method's.
    pub(crate) fn unknown(&self) -> usize {
        self.names.len() - 1
    }
}

fn name(method: &Method) -> String {
    let service = method.service.rsplit('.').next().unwrap_or_default();
    format!("{service}.{}", method.name)
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_types::{
        FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto, ServiceDescriptorProto,
    };

    use super::*;

    fn file(package: &str, service: &str, methods: &[&str]) -> FileDescriptorProto {
        let method =
            |name: &&str| MethodDescriptorProto { name: Some((*name).to_owned()), ..Default::default() };
        FileDescriptorProto {
            package: Some(package.to_owned()),
            service: vec![ServiceDescriptorProto {
                name: Some(service.to_owned()),
                method: methods.iter().map(method).collect(),
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    #[test]
    fn packages_are_left_out() {
        let set = FileDescriptorSet {
            file: vec![
                file("go.micro.srv.order", "Order", &["Create", "Get"]),
                file("v2", "Order", &["Get", "Watch"]),
                file("", "Bare", &["Call"]),
            ],
        };
        let methods = Methods::read(&[set.encode_to_vec()]).unwrap();
        let endpoints = Endpoints::new(&methods);
        assert_eq!(endpoints.names(), ["Order.Create", "Order.Get", "Order.Watch", "Bare.Call", "unknown"]);
        for (path, name) in [
            ("/go.micro.srv.order.Order/Create", "Order.Create"),
            ("/go.micro.srv.order.Order/Get", "Order.Get"),
            ("/v2.Order/Get", "Order.Get"),
            ("/v2.Order/Watch", "Order.Watch"),
            ("/Bare/Call", "Bare.Call"),
        ] {
            assert_eq!(endpoints.names()[endpoints.of(methods.find(path).unwrap())], name);
        }
        assert_eq!(endpoints.of(methods.unknown()), endpoints.unknown());
    }
}
