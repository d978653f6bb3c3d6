//! The console's API.
import type { APIRequestContext, Page } from "@playwright/test";
import { address } from "./addresses";

export interface Lab {
  tutorials: { number: number; id: string; title: string; started: boolean }[];
  dashboards: { uid: string; title: string; panels: number }[];
}

export interface Fault {
  name: string;
  alert: string;
  by: "console" | "command";
  on: boolean;
  recovering: boolean;
  until: number | null;
}

export interface Load {
  running: boolean;
  streams: string[];
  sent: number;
  failed: number;
  rate: number;
}

export interface Faults {
  faults: Fault[];
  load: Load;
}

/** Gets `/api/PATH` as JSON; throws for an error status. */
export async function read<T>(request: APIRequestContext, path: string): Promise<T> {
  const response = await request.get(`${address.console}/api/${path}`);
  if (!response.ok()) throw new Error(`/api/${path} returned ${response.status()}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** Sends a request from the page with its token, and returns the status. */
export function send(page: Page, method: "POST" | "DELETE", path: string, body?: unknown): Promise<number> {
  return page.evaluate(
    async ({ method, path, body }) => {
      const token = document.querySelector<HTMLMetaElement>('meta[name="console-token"]')?.content ?? "";
      const response = await fetch(`/api/${path}`, {
        method,
        headers: { "content-type": "application/json", "x-console-token": token },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      await response.text();
      return response.status;
    },
    { method, path, body },
  );
}
