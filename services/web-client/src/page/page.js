// Helpers shared by the scripts of the pages.

export const element = (name, className, text) => {
  const created = document.createElement(name);
  if (className) created.className = className;
  if (text !== undefined) created.textContent = text;
  return created;
};

export const milliseconds = (number) => `${number.toFixed(1)} ms`;

// Links to a trace, `{ id, sampled }`. `traces` is the URL prefix of trace pages. Without it, or if the trace is not
// sampled, only the ID is shown.
export const traceLink = (trace, traces) => {
  if (!trace?.id) return [];
  if (!traces || !trace.sampled) return [element("span", "", `trace ${trace.id}`)];
  const link = element("a", "", "trace");
  link.href = traces + encodeURIComponent(trace.id);
  return [link];
};

// Fetches a URL and returns `{ good, took, trace }` with either `{ response, text }` or the error as `{ reply, facts, status }`.
export async function request(url, options) {
  const start = performance.now();
  const took = () => performance.now() - start;
  try {
    const response = await fetch(url, options);
    const text = await response.text();
    const header = (name) => response.headers.get(name);
    const trace = { id: header("x-trace-id"), sampled: header("x-trace-sampled") === "true" };
    if (response.ok) return { good: true, response, text, took: took(), trace };
    const problem = JSON.parse(text);
    const errors = problem.errors?.map(({ field, description }) => `${field} ${description}`);
    const reply = `${problem.status} ${problem.title}`;
    return { good: false, reply, facts: errors ?? [problem.detail], status: problem.status, took: took(), trace };
  } catch (error) {
    const facts = [String(error.message ?? error)];
    return { good: false, reply: "The web client is unreachable", facts, took: took(), trace: null };
  }
}

// Shows the result of a form, `{ good, reply, facts, trace }`, in the container.
export function show(container, result, traces) {
  const box = element("div", `answer ${result.good ? "good" : "bad"}`);
  const facts = element("p", "facts");
  facts.append(...result.facts.map((fact) => element("span", "", fact)), ...traceLink(result.trace, traces));
  box.append(element("p", "reply", result.reply), facts);
  container.replaceChildren(box);
}

// Calls `send` instead of submitting the form, one call at a time.
export function onSubmit(form, send) {
  const button = form.querySelector("button:not([type])");
  let sending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    // A disabled button would lose the focus.
    button.setAttribute("aria-disabled", "true");
    await send();
    button.setAttribute("aria-disabled", "false");
    sending = false;
  });
}
