//! The page's form as text. An invalid form is shown again as it was sent.

use kit::text::Field;

use super::error::{FieldError, RequestError};
use super::json::{Draft, Item};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) idempotency_key: String,
    pub(super) customer: String,
    /// At least one.
    pub(super) items: Vec<Line>,
}

/// An item as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) sku: String,
    pub(super) quantity: String,
    /// Such as `4`, `4.2` or `4.20`.
    pub(super) price: String,
}

impl Form {
    /// The form of a fresh page.
    pub(super) fn example(idempotency_key: String) -> Self {
        let item = Line { sku: "tea".to_owned(), quantity: "2".to_owned(), price: "4.20".to_owned() };
        Self { idempotency_key, customer: "Ada".to_owned(), items: vec![item] }
    }

    /// Parses `application/x-www-form-urlencoded`. The nth field of a name belongs to the nth item; unknown fields are ignored.
    pub(super) fn parse(body: &[u8]) -> Result<Self, RequestError> {
        let mut form = Self { idempotency_key: String::new(), customer: String::new(), items: Vec::new() };
        let (mut skus, mut quantities, mut prices) = (0, 0, 0);
        for Field { name, value } in kit::text::form(body)? {
            let value = value.trim().to_owned();
            match &*name {
                "idempotency_key" => form.idempotency_key = value,
                "customer" => form.customer = value,
                "sku" => form.next(&mut skus).sku = value,
                "quantity" => form.next(&mut quantities).quantity = value,
                "price" => form.next(&mut prices).price = value,
                _ => {}
            }
        }
        if form.items.is_empty() {
            form.items.push(Line::default());
        }
        Ok(form)
    }

    /// The line for the next field of a name, whose fields so far are counted in `count`.
    fn next(&mut self, count: &mut usize) -> &mut Line {
        if *count == self.items.len() {
            self.items.push(Line::default());
        }
        *count += 1;
        &mut self.items[*count - 1]
    }

    /// The order, with its numbers parsed.
    pub(super) fn draft(&self) -> Result<Draft, RequestError> {
        let mut errors = Vec::new();
        let mut items = Vec::new();
        for (index, line) in self.items.iter().enumerate() {
            let mut report = |field: &str, description: &str| {
                let field = format!("items[{index}].{field}");
                errors.push(FieldError { field, description: description.to_owned() });
            };
            let quantity = line.quantity.parse();
            if quantity.is_err() {
                report("quantity", "expected a whole number, such as 2");
            }
            let price_cents = cents(&line.price);
            if price_cents.is_none() {
                report("price", "expected a price, such as 4.20");
            }
            if let (Ok(quantity), Some(price_cents)) = (quantity, price_cents) {
                items.push(Item { sku: line.sku.clone(), quantity, price_cents });
            }
        }
        if errors.is_empty() {
            Ok(Draft { customer: self.customer.clone(), items })
        } else {
            Err(RequestError::of(errors))
        }
    }
}

/// Parses digits, optionally followed by a point or comma and one or two digits.
fn cents(price: &str) -> Option<u64> {
    let (whole, fraction) = price.split_once(['.', ',']).unwrap_or((price, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<2}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(fraction)
}

/// Formats cents, such as `12.50`.
pub(super) fn price(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_nth_field_of_a_name_belongs_to_the_nth_item() {
        let body = b"customer=Ada&sku=tea&quantity=2&price=4.20&sku=cup&quantity=1&price=9&x=y";
        let form = Form::parse(body).unwrap();
        let line = |sku: &str, quantity: &str, price: &str| Line {
            sku: sku.to_owned(),
            quantity: quantity.to_owned(),
            price: price.to_owned(),
        };
        assert_eq!(form.items, [line("tea", "2", "4.20"), line("cup", "1", "9")]);
        let draft = form.draft().unwrap();
        assert_eq!(draft.customer, "Ada");
        assert_eq!(draft.items.iter().map(|item| item.price_cents).collect::<Vec<_>>(), [420, 900]);
    }

    #[test]
    fn invalid_numbers_are_reported_by_field() {
        let form = Form::parse(b"sku=tea&quantity=-1&price=4.200&sku=cup&quantity=1").unwrap();
        let fields: Vec<_> = form.draft().unwrap_err().errors.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["items[0].quantity", "items[0].price", "items[1].price"]);
    }

    #[test]
    fn prices_are_parsed_in_common_notations() {
        for (text, expected) in [("4", 400), ("4.2", 420), ("4,20", 420), ("0.05", 5), ("0", 0)] {
            assert_eq!(cents(text), Some(expected), "{text}");
        }
        for wrong in ["", ".5", "4.", "4.200", "-1", "+1", "1e3", "4.-1", "184467440737095517"] {
            assert_eq!(cents(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_formatted_price_parses_back(number in any::<u64>()) {
            prop_assert_eq!(cents(&price(number)), Some(number));
        }

        #[test]
        fn no_form_panics(body in any::<Vec<u8>>()) {
            let _ = Form::parse(&body).and_then(|form| form.draft());
        }
    }
}
