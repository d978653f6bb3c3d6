//! HTTP to the lab's parts themselves, past the console.

/** The JSON of a 2xx answer; an error that names the address otherwise. */
export async function json(url: string, init?: RequestInit): Promise<unknown> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
