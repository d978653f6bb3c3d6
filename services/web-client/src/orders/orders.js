// Places orders without reloading the page, and follows all orders while the page is visible.

import { milliseconds, onSubmit, request, show } from "/page.js";

const form = document.getElementById("order");
const result = document.getElementById("result");
const list = document.getElementById("orders");
const none = document.getElementById("none");
const live = document.getElementById("live");
const { traces } = form.dataset;
const STATES = ["placed", "paid", "shipped"];

const price = (cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
const time = (text) => new Date(text).toLocaleTimeString();
const address = (id) => `/orders/${encodeURIComponent(id)}`;

// --- List of orders

function fill(row, order) {
  const part = (name) => row.querySelector(`[data-of="${name}"]`);
  row.dataset.id = order.id;
  part("customer").textContent = order.customer;
  part("items").textContent = order.items.map(({ quantity, sku }) => `${quantity} × ${sku}`).join(", ");
  part("total").textContent = price(order.total_cents);
  part("state").textContent = order.state;
  part("state").dataset.state = order.state;
  part("id").href = address(order.id);
  part("id").firstElementChild.textContent = order.id;
  part("time").dateTime = order.created_at;
  part("time").textContent = time(order.created_at);
  return row;
}

for (const row of list.children) {
  const shown = row.querySelector("time");
  shown.textContent = time(shown.dateTime);
}

const newRow = (order) => fill(document.getElementById("row").content.firstElementChild.cloneNode(true), order);

// Ignores late events: an order never returns to an earlier state.
function update(row, order) {
  const shown = row.querySelector('[data-of="state"]').dataset.state;
  if (STATES.indexOf(order.state) > STATES.indexOf(shown)) fill(row, order);
}

const rowOf = (id) => [...list.children].find((row) => row.dataset.id === id);

function truncate() {
  while (list.children.length > Number(list.dataset.limit)) list.lastElementChild.remove();
  none.hidden = list.children.length > 0;
}

function onChange(order) {
  const row = rowOf(order.id);
  if (row) update(row, order);
  // Changes of older orders that are not listed are ignored.
  else if (order.state === STATES[0]) list.prepend(newRow(order));
  truncate();
  if (order.id === placedId) showPlaced(order);
}

async function reload() {
  const outcome = await request(`/orders?page_size=${list.dataset.limit}`, { headers: { accept: "application/json" } });
  if (!outcome.good) return;
  const rows = JSON.parse(outcome.text).orders.map((order) => {
    const row = rowOf(order.id);
    if (row) update(row, order);
    return row ?? newRow(order);
  });
  list.replaceChildren(...rows);
  none.textContent = "None yet.";
  truncate();
}

// --- Live updates

// EventSource does not reconnect after an error response, so the page creates a new one after a delay.
const MIN_RETRY_MS = 1000;
const MAX_RETRY_MS = 15000;

let source = null;
let retryTimer = 0;
let retryMs = MIN_RETRY_MS;

function follow() {
  clearTimeout(retryTimer);
  source = new EventSource("/orders/events");
  source.addEventListener("open", () => {
    retryMs = MIN_RETRY_MS;
    live.textContent = "Live";
    // Loads changes from before the stream started.
    reload();
  });
  source.addEventListener("change", ({ data }) => onChange(JSON.parse(data).order));
  source.addEventListener("error", () => {
    live.textContent = "Disconnected, retrying";
    if (source.readyState !== EventSource.CLOSED) return;
    retryTimer = setTimeout(follow, retryMs);
    retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
  });
}

function disconnect() {
  clearTimeout(retryTimer);
  source?.close();
  source = null;
}

// Browsers limit the connections per host, so a hidden page closes its stream.
function updateConnection() {
  if (document.hidden) disconnect();
  else if (!source || source.readyState === EventSource.CLOSED) follow();
}

if ("follow" in list.dataset) {
  live.textContent = "Connecting";
  document.addEventListener("visibilitychange", updateConnection);
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", updateConnection);
  updateConnection();
}

// --- Placing an order

// ID and result of the order placed last.
let placedId = null;
let placed = null;

function showPlaced(order) {
  placed = { ...placed, reply: `Order ${order.state}` };
  show(result, placed, traces);
}

// A retry keeps the idempotency key, so that the order is placed at most once. Editing the form renews the key.
const key = form.elements.idempotency_key;
const renew = () => {
  key.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};
form.addEventListener("input", renew);

onSubmit(form, async () => {
  placedId = null;
  const options = { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(new FormData(form)) };
  const outcome = await request("/orders", options);
  if (!outcome.good) {
    if (outcome.status === 409) renew();
    show(result, outcome, traces);
    return;
  }
  const order = JSON.parse(outcome.text);
  placedId = order.id;
  placed = { ...outcome, facts: [`${price(order.total_cents)} for ${order.customer}`, `took ${milliseconds(outcome.took)}`] };
  // The list may already have a newer state from the event stream.
  showPlaced(rowOf(order.id) ? { state: rowOf(order.id).querySelector('[data-of="state"]').dataset.state } : order);
  onChange(order);
  renew();
});

const more = document.getElementById("more");
more.hidden = false;
more.addEventListener("click", () => {
  const items = form.querySelectorAll("fieldset");
  const item = items[items.length - 1].cloneNode(true);
  item.querySelector('[data-of="number"]').textContent = items.length + 1;
  for (const input of item.querySelectorAll("input")) input.value = "";
  items[items.length - 1].after(item);
  item.querySelector("input").focus();
  renew();
});
