//! HTTP client for the console's API.

/** A problem document (RFC 9457), or a network error with status 0. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    /** HTTP status; 0 without a response. */
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail ? `${title}: ${detail}` : title);
  }
}

/** A message for the user. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for a request cancelled by its caller. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return json(call("GET", path, undefined, signal));
}

export function post<T>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> {
  return json(call("POST", path, body, signal));
}

export function del<T>(path: string, signal?: AbortSignal): Promise<T> {
  return json(call("DELETE", path, undefined, signal));
}

/** Posts, and passes each line of the NDJSON response to `onLine` as it arrives. */
export async function postLines<T>(
  path: string,
  body: unknown,
  onLine: (line: T) => void,
  signal?: AbortSignal,
): Promise<void> {
  const response = await call("POST", path, body, signal);
  const reader = response.body?.getReader();
  if (!reader) return;
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + decoder.decode(value, { stream: !done })).split("\n");
    rest = done ? "" : (lines.pop() ?? "");
    for (const line of lines) if (line) onLine(JSON.parse(line) as T);
    if (done) return;
  }
}

async function json<T>(call: Promise<Response>): Promise<T> {
  const response = await call;
  return (await response.json()) as T;
}

async function call(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-Console-Token"] = token();
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(0, "The console is unreachable", reason(error));
  }
  if (!response.ok) throw await problem(response);
  return response;
}

async function problem(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { title, detail } = JSON.parse(text) as { title?: string; detail?: string };
    return new ApiError(response.status, title ?? response.statusText, detail ?? "");
  } catch {
    return new ApiError(response.status, response.statusText || `HTTP ${response.status}`, text.slice(0, 300));
  }
}

function token(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="console-token"]')?.content ?? "";
}
