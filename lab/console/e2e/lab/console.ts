//! The console's API, as its pages use it.
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

/** What an action of the tutorials answers. */
export interface Acted {
  status: number;
  answer: string;
  trace: string | null;
}

/** The JSON of a GET below /api. */
export async function read<T>(request: APIRequestContext, path: string): Promise<T> {
  const answer = await request.get(`${address.console}/api/${path}`);
  if (!answer.ok()) throw new Error(`/api/${path} answers ${answer.status()}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** A call that changes something, made by the page itself, with its token. */
export function change(page: Page, method: "POST" | "DELETE", path: string, body?: unknown): Promise<number> {
  return page.evaluate(
    async ({ method, path, body }) => {
      const token = document.querySelector<HTMLMetaElement>('meta[name="console-token"]')?.content ?? "";
      const answer = await fetch(`/api/${path}`, {
        method,
        headers: { "content-type": "application/json", "x-console-token": token },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      await answer.text();
      return answer.status;
    },
    { method, path, body },
  );
}
