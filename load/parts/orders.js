// Orders through the edge: of 20 requests, 8 place an order, 7 look at one, 4 list, and 1 is invalid on purpose.
import http from "k6/http";
import exec from "k6/execution";
import { check } from "k6";
import { EDGE } from "./settings.js";

const IN_TURN = [
  create, get, list, create, get, create, invalid, get, create, list,
  create, get, create, list, get, create, get, get, create, list,
];
const JSON_BODY = { "content-type": "application/json" };
const LISTED = 10;

// What this virtual user has placed last.
let last = null;

export function orders() {
  IN_TURN[exec.scenario.iterationInTest % IN_TURN.length]();
}

const parsed = (reply) => (reply.headers["Content-Type"] ?? "").includes("json") && reply.json();

const settings = (name, more) => ({ tags: { name }, timeout: "10s", ...more });

function post(items, more) {
  return http.post(`${EDGE}/orders`, JSON.stringify({ customer: `load-${__VU}`, items }), { headers: JSON_BODY, ...more });
}

function create() {
  const cents = 100 + (__ITER % 900);
  const items = [{ sku: "tea", quantity: 2, price_cents: cents }, { sku: "cup", quantity: 1, price_cents: 900 }];
  const reply = post(items, settings("order create"));
  const order = parsed(reply);
  check(reply, {
    "a placed order's status is 201": (r) => r.status === 201,
    "its total is right": () => order && order.total_cents === 2 * cents + 900,
  });
  if (reply.status === 201) last = order.id;
}

// Who has placed none yet places one.
function get() {
  if (!last) return create();
  const reply = http.get(`${EDGE}/orders/${last}`, settings("order get"));
  const order = parsed(reply);
  check(reply, {
    "an order that is looked at is found": (r) => r.status === 200 && order && order.id === last,
  });
}

function list() {
  const reply = http.get(`${EDGE}/orders?page_size=${LISTED}`, settings("order list"));
  const page = parsed(reply);
  check(reply, {
    "a list has its orders": (r) => r.status === 200 && page && page.orders.length <= LISTED,
  });
}

function invalid() {
  const items = [{ sku: "tea", quantity: 0, price_cents: 420 }];
  const reply = post(items, settings("order invalid", { responseCallback: http.expectedStatuses(400) }));
  const problem = parsed(reply);
  check(reply, {
    "an invalid order is refused by field": (r) => r.status === 400 && problem && problem.errors.length > 0,
  });
}
