// Sends the form by fetch, so that the page stays, and keeps the last echoes below.

const form = document.getElementById("echo");
const field = document.getElementById("m");
const button = form.querySelector("button");
const result = document.getElementById("result");
const earlier = document.getElementById("earlier");
const KEPT = 8;

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

const milliseconds = (number) => `${number.toFixed(1)} ms`;

// The server's own measure of the call, e.g. `call;dur=1.250`.
const callTime = (headers) => Number(/call;dur=([\d.]+)/.exec(headers.get("server-timing") ?? "")?.[1] ?? NaN);

const traceLink = (id) => {
  if (!id) return [];
  if (!form.dataset.traces) return [element("span", "", `trace ${id}`)];
  const link = element("a", "", "its trace");
  link.href = form.dataset.traces + encodeURIComponent(id);
  return [link];
};

async function send(message) {
  const begun = performance.now();
  try {
    const response = await fetch(`/echo?m=${encodeURIComponent(message)}`);
    const text = await response.text();
    const took = performance.now() - begun;
    const trace = response.headers.get("x-trace-id");
    if (response.ok) {
      const call = callTime(response.headers);
      const of = Number.isNaN(call) ? "" : `, of which the call ${milliseconds(call)}`;
      return { good: true, reply: text.replace(/^Response: /, ""), fact: `took ${milliseconds(took)}${of}`, took, trace };
    }
    const problem = JSON.parse(text);
    return { good: false, reply: `${problem.status} ${problem.title}`, fact: problem.detail, took, trace };
  } catch (error) {
    const took = performance.now() - begun;
    return { good: false, reply: "No answer from the web client", fact: String(error.message ?? error), took, trace: null };
  }
}

function show(answer) {
  const box = element("div", `answer ${answer.good ? "good" : "bad"}`);
  const facts = element("p", "facts");
  facts.append(element("span", "", answer.fact), ...traceLink(answer.trace));
  box.append(element("p", "reply", answer.reply), facts);
  result.replaceChildren(box);
}

function remember(answer) {
  const line = element("li", answer.good ? "" : "bad");
  const facts = element("span", "facts");
  facts.append(element("span", "", milliseconds(answer.took)), ...traceLink(answer.trace));
  line.append(element("span", "reply", answer.reply), facts);
  const list = earlier.querySelector("ol");
  list.prepend(line);
  while (list.children.length > KEPT) list.lastElementChild.remove();
  earlier.hidden = false;
}

let last = null;
let sending = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  sending = true;
  // Not `disabled`, which would take the focus away.
  button.setAttribute("aria-disabled", "true");
  const answer = await send(field.value);
  if (last) remember(last);
  last = answer;
  show(answer);
  button.setAttribute("aria-disabled", "false");
  sending = false;
});
