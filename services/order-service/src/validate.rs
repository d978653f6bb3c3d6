//! Validation of requests. Every invalid field is reported.

use std::fmt::Arguments;
use std::ops::RangeInclusive;

use lookout_proto::order::{CreateRequest, GetRequest, ListRequest, OrderItem, WatchRequest};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use crate::order::{Item, NewOrder};
use crate::page::Page;

const MAX_KEY_LEN: usize = 128;
const MAX_CUSTOMER_LEN: usize = 128;
const MAX_ID_LEN: usize = 64;
const MAX_SKU_LEN: usize = 32;
/// Maximum number of items. The violations of all items must fit into the response metadata, which clients limit to 16 KiB.
const MAX_ITEMS: usize = 50;
const MAX_QUANTITY: u32 = 10_000;
/// A million units of the currency.
const MAX_PRICE_CENTS: u64 = 100_000_000;

pub(crate) fn create(request: CreateRequest) -> Result<NewOrder, Status> {
    let CreateRequest { idempotency_key, customer, items } = request;
    let mut violations = Violations::default();
    if !is_token(&idempotency_key, 0..=MAX_KEY_LEN) {
        violations.add(
            "idempotency_key",
            format_args!("at most {MAX_KEY_LEN} printable ASCII characters, none a space"),
        );
    }
    let length = customer.chars().count();
    if customer.trim().is_empty() || length > MAX_CUSTOMER_LEN {
        violations.add("customer", format_args!("1 to {MAX_CUSTOMER_LEN} characters"));
    } else if let Err(reason) = kit::text::check(&customer) {
        violations.add("customer", format_args!("printable: it {reason}"));
    }
    if !(1..=MAX_ITEMS).contains(&items.len()) {
        violations.add("items", format_args!("1 to {MAX_ITEMS} items"));
    }
    for (index, item) in items.iter().take(MAX_ITEMS).enumerate() {
        check_item(index, item, &mut violations);
    }
    violations.or(NewOrder {
        idempotency_key: Some(idempotency_key).filter(|key| !key.is_empty()),
        customer,
        items: items.into_iter().map(Item::from).collect(),
    })
}

fn check_item(index: usize, item: &OrderItem, violations: &mut Violations) {
    let mut add =
        |field: &str, expected: Arguments<'_>| violations.add(&format!("items[{index}].{field}"), expected);
    if !is_token(&item.sku, 1..=MAX_SKU_LEN) {
        add("sku", format_args!("1 to {MAX_SKU_LEN} ASCII characters, none a space"));
    }
    if !(1..=MAX_QUANTITY).contains(&item.quantity) {
        add("quantity", format_args!("1 to {MAX_QUANTITY}"));
    }
    if item.price_cents > MAX_PRICE_CENTS {
        add("price_cents", format_args!("0 to {MAX_PRICE_CENTS}"));
    }
}

/// The order's id.
pub(crate) fn get(request: GetRequest) -> Result<String, Status> {
    let mut violations = Violations::default();
    violations.check_id(&request.id, 1);
    violations.or(request.id)
}

pub(crate) fn list(request: &ListRequest) -> Result<Page, Status> {
    let mut violations = Violations::default();
    let page = Page::new(request.page_size, &request.page_token).unwrap_or_else(|| {
        violations.add("page_token", format_args!("empty, or the next_page_token of a reply"));
        Page::default()
    });
    violations.or(page)
}

/// The order's id; `None` for all orders.
pub(crate) fn watch(request: WatchRequest) -> Result<Option<String>, Status> {
    let mut violations = Violations::default();
    violations.check_id(&request.id, 0);
    violations.or(Some(request.id).filter(|id| !id.is_empty()))
}

fn is_token(text: &str, length: RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[derive(Default)]
struct Violations(Vec<FieldViolation>);

impl Violations {
    fn add(&mut self, field: &str, expected: Arguments<'_>) {
        self.0.push(FieldViolation::new(field, format!("must be {expected}")));
    }

    fn check_id(&mut self, id: &str, shortest: usize) {
        if !is_token(id, shortest..=MAX_ID_LEN) {
            self.add("id", format_args!("an order's id, of at most {MAX_ID_LEN} characters"));
        }
    }

    /// `INVALID_ARGUMENT` with a `google.rpc.BadRequest` if there are violations.
    fn or<T>(self, valid: T) -> Result<T, Status> {
        if self.0.is_empty() {
            return Ok(valid);
        }
        let described: Vec<_> = self
            .0
            .iter()
            .map(|violation| format!("{}: {}", violation.field, violation.description))
            .collect();
        // The message contains the first violations, the details contain all.
        let first = described.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
        let more = described.len().saturating_sub(3);
        let message = if more == 0 { first } else { format!("{first}; and {more} more") };
        let details = ErrorDetails::with_bad_request(self.0);
        Err(Status::with_error_details(Code::InvalidArgument, message, details))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item() -> OrderItem {
        OrderItem { sku: "tea".into(), quantity: 1, price_cents: 250 }
    }

    fn request(items: Vec<OrderItem>) -> CreateRequest {
        CreateRequest { idempotency_key: "k".into(), customer: "Ada".into(), items }
    }

    fn fields(status: &Status) -> Vec<String> {
        let bad = status.get_details_bad_request().expect("details");
        bad.field_violations.into_iter().map(|violation| violation.field).collect()
    }

    #[test]
    fn a_valid_request_becomes_an_order() {
        let order = create(request(vec![item(), item()])).expect("valid");
        assert_eq!((order.total_cents(), order.idempotency_key.as_deref()), (500, Some("k")));
        let keyless = create(CreateRequest { idempotency_key: String::new(), ..request(vec![item()]) });
        assert_eq!(keyless.expect("valid").idempotency_key, None);
    }

    #[test]
    fn the_largest_order_has_a_total() {
        let largest = OrderItem { quantity: MAX_QUANTITY, price_cents: MAX_PRICE_CENTS, ..item() };
        let order = create(request(vec![largest; MAX_ITEMS])).expect("valid");
        assert_eq!(order.total_cents(), 50_000_000_000_000);
    }

    #[test]
    fn every_invalid_field_is_named() {
        let wrong = OrderItem { sku: "a b".into(), quantity: 0, price_cents: u64::MAX };
        let request = CreateRequest {
            idempotency_key: "k".repeat(MAX_KEY_LEN + 1),
            customer: " ".into(),
            items: vec![item(), wrong],
        };
        let status = create(request).expect_err("invalid");
        assert_eq!(status.code(), Code::InvalidArgument);
        let expected =
            ["idempotency_key", "customer", "items[1].sku", "items[1].quantity", "items[1].price_cents"];
        assert_eq!(fields(&status), expected);
        assert!(status.message().ends_with("; and 2 more"), "{}", status.message());
    }

    #[test]
    fn the_number_of_items_is_bounded() {
        for count in [0, MAX_ITEMS + 1] {
            assert_eq!(fields(&create(request(vec![item(); count])).expect_err("invalid")), ["items"]);
        }
    }

    #[test]
    fn ids_and_tokens_are_checked() {
        assert_eq!(fields(&get(GetRequest::default()).expect_err("invalid")), ["id"]);
        assert_eq!(watch(WatchRequest::default()).expect("valid"), None);
        assert_eq!(fields(&watch(WatchRequest { id: "x".repeat(65) }).expect_err("invalid")), ["id"]);
        let request = ListRequest { page_size: 0, page_token: "nope".into() };
        assert_eq!(fields(&list(&request).expect_err("invalid")), ["page_token"]);
    }

    #[test]
    fn a_customer_is_text_of_at_most_128_characters() {
        let named =
            |customer: &str| create(CreateRequest { customer: customer.into(), ..request(vec![item()]) });
        for valid in ["Ada", "علی\u{200C}رضا", "👩\u{200D}🚀", &"é".repeat(128)] {
            named(valid).expect(valid);
        }
        for invalid in
            ["", "\u{3000}", "A\u{200B}da", "A\u{202E}da", "A\nda", "ad\u{200D}min", &"é".repeat(129)]
        {
            assert_eq!(fields(&named(invalid).expect_err(invalid)), ["customer"], "{invalid:?}");
        }
    }

    proptest! {
        #[test]
        fn exactly_the_invalid_items_are_named(wrong in prop::collection::vec(any::<bool>(), 1..=MAX_ITEMS)) {
            let items = wrong.iter().map(|wrong| OrderItem { quantity: u32::from(!wrong), ..item() }).collect();
            let expected: Vec<_> = (0..wrong.len())
                .filter(|index| wrong[*index])
                .map(|index| format!("items[{index}].quantity"))
                .collect();
            match create(request(items)) {
                Ok(_) => prop_assert!(expected.is_empty()),
                Err(status) => prop_assert_eq!(fields(&status), expected),
            }
        }
    }
}
