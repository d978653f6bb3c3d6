// Sends orders through the edge: of 20 requests, 8 place an order, 7 fetch one, 4 list orders, and 1 is invalid on purpose.
import http from "k6/http";
import exec from "k6/execution";
import { check } from "k6";
import { EDGE } from "./settings.js";

const SEQUENCE = [
  create, get, list, create, get, create, invalid, get, create, list,
  create, get, create, list, get, create, get, get, create, list,
];
const JSON_BODY = { "content-type": "application/json" };
const PAGE_SIZE = 10;

// ID of the last order of this virtual user.
let last = null;

export function orders() {
  SEQUENCE[exec.scenario.iterationInTest % SEQUENCE.length]();
}

const json = (response) => (response.headers["Content-Type"] ?? "").includes("json") && response.json();

const params = (name, extra) => ({ tags: { name }, timeout: "10s", ...extra });

function post(items, extra) {
  return http.post(`${EDGE}/orders`, JSON.stringify({ customer: `load-${__VU}`, items }), { headers: JSON_BODY, ...extra });
}

function create() {
  const cents = 100 + (__ITER % 900);
  const items = [{ sku: "tea", quantity: 2, price_cents: cents }, { sku: "cup", quantity: 1, price_cents: 900 }];
  const response = post(items, params("order create"));
  const order = json(response);
  check(response, {
    "order create: status is 201": (r) => r.status === 201,
    "order create: total is correct": () => order && order.total_cents === 2 * cents + 900,
  });
  if (response.status === 201) last = order.id;
}

// Places an order first if this virtual user has none.
function get() {
  if (!last) return create();
  const response = http.get(`${EDGE}/orders/${last}`, params("order get"));
  const order = json(response);
  check(response, {
    "order get: order is found": (r) => r.status === 200 && order && order.id === last,
  });
}

function list() {
  const response = http.get(`${EDGE}/orders?page_size=${PAGE_SIZE}`, params("order list"));
  const page = json(response);
  check(response, {
    "order list: page has orders": (r) => r.status === 200 && page && page.orders.length <= PAGE_SIZE,
  });
}

function invalid() {
  const items = [{ sku: "tea", quantity: 0, price_cents: 420 }];
  const response = post(items, params("order invalid", { responseCallback: http.expectedStatuses(400) }));
  const problem = json(response);
  check(response, {
    "order invalid: response names the fields": (r) => r.status === 400 && problem && problem.errors.length > 0,
  });
}
