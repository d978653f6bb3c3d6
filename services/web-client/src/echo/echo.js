// Sends echoes without reloading the page, and lists the previous ones.

import { element, milliseconds, onSubmit, request, show, traceLink } from "/page.js";

const form = document.getElementById("echo");
const field = document.getElementById("m");
const result = document.getElementById("result");
const earlier = document.getElementById("earlier");
const { traces } = form.dataset;
const MAX_EARLIER = 8;

// Duration of the gRPC call in milliseconds, from a header such as `call;dur=1.250`.
const callTime = (headers) => Number(/call;dur=([\d.]+)/.exec(headers.get("server-timing") ?? "")?.[1] ?? NaN);

async function send(message) {
  const outcome = await request(`/echo?m=${encodeURIComponent(message)}`);
  if (!outcome.good) return outcome;
  const call = callTime(outcome.response.headers);
  const callPart = Number.isNaN(call) ? "" : `, gRPC call ${milliseconds(call)}`;
  return {
    ...outcome,
    reply: outcome.text.replace(/^Response: /, ""),
    facts: [`took ${milliseconds(outcome.took)}${callPart}`],
  };
}

function remember(outcome) {
  const line = element("li", outcome.good ? "" : "bad");
  const facts = element("span", "facts");
  facts.append(element("span", "", milliseconds(outcome.took)), ...traceLink(outcome.trace, traces));
  line.append(element("span", "reply", outcome.reply), facts);
  const list = earlier.querySelector("ol");
  list.prepend(line);
  while (list.children.length > MAX_EARLIER) list.lastElementChild.remove();
  earlier.hidden = false;
}

let last = null;

onSubmit(form, async () => {
  const outcome = await send(field.value);
  if (last) remember(last);
  last = outcome;
  show(result, outcome, traces);
});
