// Places orders by fetch, so that the page stays, and follows all orders while the page is seen.

import { ask, milliseconds, onSubmit, show } from "/page.js";

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

// --- the list

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

// Orders go forward only: what is told late changes nothing.
function update(row, order) {
  const shown = row.querySelector('[data-of="state"]').dataset.state;
  if (STATES.indexOf(order.state) > STATES.indexOf(shown)) fill(row, order);
}

const rowOf = (id) => [...list.children].find((row) => row.dataset.id === id);

function shorten() {
  while (list.children.length > Number(list.dataset.limit)) list.lastElementChild.remove();
  none.hidden = list.children.length > 0;
}

function changed(order) {
  const row = rowOf(order.id);
  if (row) update(row, order);
  // Of an older order that is not shown, there is nothing to tell.
  else if (order.state === STATES[0]) list.prepend(newRow(order));
  shorten();
  if (order.id === mine) say(order);
}

async function reload() {
  const answer = await ask(`/orders?page_size=${list.dataset.limit}`, { headers: { accept: "application/json" } });
  if (!answer.good) return;
  const rows = JSON.parse(answer.text).orders.map((order) => {
    const row = rowOf(order.id);
    if (row) update(row, order);
    return row ?? newRow(order);
  });
  list.replaceChildren(...rows);
  none.textContent = "None yet.";
  shorten();
}

// --- following

// Where the server answers with an error, or not at all, EventSource gives up: then it is made anew after a pause.
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15000;

let source = null;
let again = 0;
let pause = FIRST_PAUSE;

function follow() {
  clearTimeout(again);
  source = new EventSource("/orders/events");
  source.addEventListener("open", () => {
    pause = FIRST_PAUSE;
    live.textContent = "Following live";
    // What happened before the stream began.
    reload();
  });
  source.addEventListener("change", ({ data }) => changed(JSON.parse(data).order));
  source.addEventListener("error", () => {
    live.textContent = "Not connected, trying again";
    if (source.readyState !== EventSource.CLOSED) return;
    again = setTimeout(follow, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  });
}

function rest() {
  clearTimeout(again);
  source?.close();
  source = null;
}

// A browser has few connections to one host: a page that nobody sees keeps none.
function whileSeen() {
  if (document.hidden) rest();
  else if (!source || source.readyState === EventSource.CLOSED) follow();
}

if ("follow" in list.dataset) {
  live.textContent = "Connecting";
  document.addEventListener("visibilitychange", whileSeen);
  addEventListener("pagehide", rest);
  addEventListener("pageshow", whileSeen);
  whileSeen();
}

// --- placing

let mine = null;
let placed = null;

function say(order) {
  placed = { ...placed, reply: `Order ${order.state}` };
  show(result, placed, traces);
}

// A failed attempt is repeated with its key, so that one order it is at most; a changed order is another.
const key = form.elements.idempotency_key;
const renew = () => {
  key.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};
form.addEventListener("input", renew);

onSubmit(form, async () => {
  mine = null;
  const options = { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(new FormData(form)) };
  const answer = await ask("/orders", options);
  if (!answer.good) {
    if (answer.status === 409) renew();
    show(result, answer, traces);
    return;
  }
  const order = JSON.parse(answer.text);
  mine = order.id;
  placed = { ...answer, facts: [`${price(order.total_cents)} for ${order.customer}`, `took ${milliseconds(answer.took)}`] };
  // The follower may have been told of it first, and of more.
  say(rowOf(order.id) ? { state: rowOf(order.id).querySelector('[data-of="state"]').dataset.state } : order);
  changed(order);
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
