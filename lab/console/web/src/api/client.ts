//! HTTP client for the console's API. Every request has a timeout.
import { Deadline } from "./deadline";

/** A query of the server to a data source takes at most 5 s, and may wait for others. */
const GET_TIMEOUT_MS = 15_000;
/** The server tries for up to 30 s to clear a fault, and waits for the last responses of a load. */
const CHANGE_TIMEOUT_MS = 45_000;
/** Maximum time until the next line of a response. */
const LINE_TIMEOUT_MS = 20_000;

/** A problem document (RFC 9457), or a network error or timeout with status 0. */
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
  return send({ method: "GET", path, timeoutMs: GET_TIMEOUT_MS, signal }, json<T>);
}

export function post<T>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> {
  return send({ method: "POST", path, body, timeoutMs: CHANGE_TIMEOUT_MS, signal }, json<T>);
}

export function del<T>(path: string, signal?: AbortSignal): Promise<T> {
  return send({ method: "DELETE", path, timeoutMs: CHANGE_TIMEOUT_MS, signal }, json<T>);
}

/** Posts, and passes each line of the NDJSON response to `onLine` as it arrives. */
export function postLines<T>(
  path: string,
  body: unknown,
  onLine: (line: T) => void,
  signal?: AbortSignal,
): Promise<void> {
  return send({ method: "POST", path, body, timeoutMs: LINE_TIMEOUT_MS, signal }, async (response, deadline) => {
    let rest = "";
    await readText(response, deadline, (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line) onLine(JSON.parse(line) as T);
    });
    if (rest) onLine(JSON.parse(rest) as T);
  });
}

/** Passes each piece of the response's text to `onText`. Each restarts the deadline. */
export async function readText(response: Response, deadline: Deadline, onText: (text: string) => void): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    deadline.restart();
    onText(decoder.decode(value, { stream: !done }));
    if (done) return;
  }
}

export interface ClientRequest {
  method: "GET" | "POST" | "DELETE";
  path: string;
  body?: unknown;
  /** Maximum time for the response, or without progress if `read` restarts the deadline. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** Sends a request, and reads its response with `read`. Throws an `ApiError`, or an abort of `signal`. */
export async function send<T>(
  { method, path, body, timeoutMs, signal }: ClientRequest,
  read: (response: Response, deadline: Deadline) => Promise<T>,
): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-Console-Token"] = token();
  const deadline = new Deadline(timeoutMs, signal);
  try {
    const response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: deadline.signal,
    });
    if (!response.ok) throw await problem(response);
    return await read(response, deadline);
  } catch (error) {
    if (deadline.expired) {
      throw new ApiError(0, "The console does not respond", `nothing arrived within ${deadline.ms / 1000} s`);
    }
    // A failed connection is a TypeError, also while the body is read.
    if (error instanceof TypeError) throw new ApiError(0, "The console is unreachable", reason(error));
    throw error;
  } finally {
    deadline.end();
  }
}

async function json<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
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
