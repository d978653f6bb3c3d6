//! Methods by their go-micro names, such as `Order.Create`.

use crate::{Method, Methods};

/// The endpoints of a table of methods. An endpoint's name leaves out the package, so methods of several packages may
/// share one.
#[derive(Debug)]
pub(super) struct Endpoints {
    names: Vec<String>,
    /// The endpoint's index by the method's index.
    by_method: Vec<usize>,
}

impl Endpoints {
    pub(super) fn new(methods: &Methods) -> Self {
        let mut names = Vec::new();
        let mut index_of = |name: String| {
            names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            })
        };
        let declared = methods.all().split_last().map_or(&[][..], |(_, declared)| declared);
        let mut by_method: Vec<usize> = declared.iter().map(|method| index_of(name(method))).collect();
        // The `unknown` method.
        by_method.push(names.len());
        names.push("unknown".to_owned());
        Self { names, by_method }
    }

    /// The index of a method's endpoint.
    #[inline]
    pub(super) fn of(&self, method: usize) -> usize {
        self.by_method[method]
    }

    /// All names by index; `unknown` is last.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The index of the endpoint of all paths that are not a declared method.
    pub(super) fn unknown(&self) -> usize {
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
    fn names_leave_out_packages() {
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
