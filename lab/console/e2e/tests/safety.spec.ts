//! From outside: what a foreign page, name or script may not do.
import { request as http } from "node:http";
import { address } from "../lab/addresses";
import { expect, test } from "../lab/page";

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Plain HTTP: `fetch` would not let its Host be chosen. */
function ask(method: string, path: string, headers: Record<string, string> = {}, body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = http(`${address.console}${path}`, { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

async function token(): Promise<string> {
  const page = await ask("GET", "/");
  const found = /<meta name="console-token" content="([^"]+)"/.exec(page.body)?.[1];
  expect(found, "the page carries a token").toBeDefined();
  return found ?? "";
}

const json = { "content-type": "application/json" };

test("a foreign name is refused, whatever is asked for", async () => {
  for (const host of ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "127.0.0.1:1"]) {
    for (const path of ["/", "/api/lab", "/api/events", "/assets/x.js", "/d/lookout"]) {
      const answer = await ask("GET", path, { host });
      expect(answer.status, `${host} ${path}`).toBe(421);
      expect(answer.headers["content-type"]).toContain("application/problem+json");
    }
  }
});

test("nothing is changed without the token, or from a foreign page", async () => {
  const good = await token();
  const foreign: Record<string, string>[] = [
    {},
    { "x-console-token": "" },
    { "x-console-token": "0".repeat(good.length) },
    { "x-console-token": good, origin: "http://evil.example" },
    { "x-console-token": good, origin: "null" },
    { "x-console-token": good, "sec-fetch-site": "cross-site" },
    { "x-console-token": good, "sec-fetch-site": "same-site" },
  ];
  const changes = [
    ["POST", "/api/faults/errors"],
    ["DELETE", "/api/faults/errors"],
    ["POST", "/api/load"],
    ["DELETE", "/api/load"],
    ["POST", "/api/actions/echo"],
  ] as const;
  for (const headers of foreign) {
    for (const [method, path] of changes) {
      const body = path.startsWith("/api/actions") ? '{"message":"x"}' : '{"seconds":10}';
      const answer = await ask(method, path, { ...json, ...headers }, method === "POST" ? body : "");
      expect(answer.status, `${method} ${path} ${JSON.stringify(headers)}`).toBe(403);
    }
  }
  const faults = JSON.parse((await ask("GET", "/api/faults")).body) as { faults: { on: boolean }[] };
  expect(faults.faults.filter((fault) => fault.on)).toEqual([]);
  const echo = await ask("POST", "/api/actions/echo", { ...json, "x-console-token": good }, '{"message":"let in"}');
  expect(echo.status, echo.body).toBe(200);
});

test("no query but the dashboards' own reaches a data source", async () => {
  const window = { from: "now-5m", to: "now", variables: {} };
  const answer = await ask(
    "POST",
    "/api/dashboards/lookout/data",
    json,
    JSON.stringify({ ...window, panels: [{ id: 10, width: 300, expr: "up", query: "up" }] }),
  );
  expect(answer.body).not.toContain('"query":"up"');
  for (const path of ["/api/v1/query?query=up", "/api/query?query=up", "/prometheus/api/v1/query?query=up"]) {
    expect((await ask("GET", path)).status, path).toBe(404);
  }
  const unknown = await ask("POST", "/api/dashboards/none/data", json, JSON.stringify({ ...window, panels: [] }));
  expect(unknown.status).toBe(404);
});

test("each page comes under the strict policy", async () => {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  for (const path of ["/", "/tutorials/1", "/d/lookout", "/t"]) {
    const { status, headers } = await ask("GET", path);
    expect(status, path).toBe(200);
    expect(headers["content-security-policy"]).toBe(policy);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
  }
  for (const path of ["/nothing", "/tutorials/9/x", "/assets/../index.html", "/index.html"]) {
    expect((await ask("GET", path)).status, path).toBe(404);
  }
});
