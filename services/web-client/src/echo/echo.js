// Sends the form by fetch, so that the page stays, and keeps the last echoes below.

import { ask, element, milliseconds, onSubmit, show, traceLink } from "/page.js";

const form = document.getElementById("echo");
const field = document.getElementById("m");
const result = document.getElementById("result");
const earlier = document.getElementById("earlier");
const { traces } = form.dataset;
const KEPT = 8;

// The server's own measure of the call, e.g. `call;dur=1.250`.
const callTime = (headers) => Number(/call;dur=([\d.]+)/.exec(headers.get("server-timing") ?? "")?.[1] ?? NaN);

async function send(message) {
  const answer = await ask(`/echo?m=${encodeURIComponent(message)}`);
  if (!answer.good) return answer;
  const call = callTime(answer.response.headers);
  const of = Number.isNaN(call) ? "" : `, of which the call ${milliseconds(call)}`;
  return {
    ...answer,
    reply: answer.text.replace(/^Response: /, ""),
    facts: [`took ${milliseconds(answer.took)}${of}`],
  };
}

function remember(answer) {
  const line = element("li", answer.good ? "" : "bad");
  const facts = element("span", "facts");
  facts.append(element("span", "", milliseconds(answer.took)), ...traceLink(answer.trace, traces));
  line.append(element("span", "reply", answer.reply), facts);
  const list = earlier.querySelector("ol");
  list.prepend(line);
  while (list.children.length > KEPT) list.lastElementChild.remove();
  earlier.hidden = false;
}

let last = null;

onSubmit(form, async () => {
  const answer = await send(field.value);
  if (last) remember(last);
  last = answer;
  show(result, answer, traces);
});
