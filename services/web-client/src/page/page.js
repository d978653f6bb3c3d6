// What the pages' scripts share.

export const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

export const milliseconds = (number) => `${number.toFixed(1)} ms`;

// `traces` is what the trace's id is put after, if there is a place to look at it.
export const traceLink = (id, traces) => {
  if (!id) return [];
  if (!traces) return [element("span", "", `trace ${id}`)];
  const link = element("a", "", "its trace");
  link.href = traces + encodeURIComponent(id);
  return [link];
};

// Fetches, and says what came of it: `{ good, took, trace }` and either the response and its text, or what went wrong as
// `{ reply, facts, status }`.
export async function ask(address, options) {
  const begun = performance.now();
  const took = () => performance.now() - begun;
  try {
    const response = await fetch(address, options);
    const text = await response.text();
    const trace = response.headers.get("x-trace-id");
    if (response.ok) return { good: true, response, text, took: took(), trace };
    const problem = JSON.parse(text);
    const errors = problem.errors?.map(({ field, description }) => `${field} ${description}`);
    const reply = `${problem.status} ${problem.title}`;
    return { good: false, reply, facts: errors ?? [problem.detail], status: problem.status, took: took(), trace };
  } catch (error) {
    const facts = [String(error.message ?? error)];
    return { good: false, reply: "No answer from the web client", facts, took: took(), trace: null };
  }
}

// Shows what came of a form: `{ good, reply, facts, trace }`.
export function show(place, answer, traces) {
  const box = element("div", `answer ${answer.good ? "good" : "bad"}`);
  const facts = element("p", "facts");
  facts.append(...answer.facts.map((fact) => element("span", "", fact)), ...traceLink(answer.trace, traces));
  box.append(element("p", "reply", answer.reply), facts);
  place.replaceChildren(box);
}

// Calls `send` instead of leaving the page; once at a time.
export function onSubmit(form, send) {
  const button = form.querySelector("button:not([type])");
  let sending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    // Not `disabled`, which would take the focus away.
    button.setAttribute("aria-disabled", "true");
    await send();
    button.setAttribute("aria-disabled", "false");
    sending = false;
  });
}
