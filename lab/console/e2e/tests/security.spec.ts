//! Protection against foreign hosts, pages and scripts.
import { request as http } from "node:http";
import { address } from "../lab/addresses";
import { expect, test } from "../lab/page";

interface Response {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Sends a request by node:http, because fetch does not allow setting the Host header. */
function send(method: string, path: string, headers: Record<string, string> = {}, body = ""): Promise<Response> {
  return new Promise((resolve, reject) => {
    const outgoing = http(`${address.console}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function token(): Promise<string> {
  const page = await send("GET", "/");
  const value = /<meta name="console-token" content="([^"]+)"/.exec(page.body)?.[1];
  expect(value, "token in the page").toBeDefined();
  return value ?? "";
}

const json = { "content-type": "application/json" };

test("rejects every request with a foreign host", async () => {
  for (const host of ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "127.0.0.1:1"]) {
    for (const path of ["/", "/api/lab", "/api/events", "/assets/x.js", "/d/lookout"]) {
      const response = await send("GET", path, { host });
      expect(response.status, `${host} ${path}`).toBe(421);
      expect(response.headers["content-type"]).toContain("application/problem+json");
    }
  }
});

test("rejects changes without the token or from a foreign page", async () => {
  const valid = await token();
  const rejected: Record<string, string>[] = [
    {},
    { "x-console-token": "" },
    { "x-console-token": "0".repeat(valid.length) },
    { "x-console-token": valid, origin: "http://evil.example" },
    { "x-console-token": valid, origin: "null" },
    { "x-console-token": valid, "sec-fetch-site": "cross-site" },
    { "x-console-token": valid, "sec-fetch-site": "same-site" },
  ];
  const changes = [
    ["POST", "/api/faults/errors"],
    ["DELETE", "/api/faults/errors"],
    ["POST", "/api/load"],
    ["DELETE", "/api/load"],
    ["POST", "/api/actions/echo"],
  ] as const;
  for (const headers of rejected) {
    for (const [method, path] of changes) {
      const body = path.startsWith("/api/actions") ? '{"message":"x"}' : '{"seconds":10}';
      const response = await send(method, path, { ...json, ...headers }, method === "POST" ? body : "");
      expect(response.status, `${method} ${path} ${JSON.stringify(headers)}`).toBe(403);
    }
  }
  const faults = JSON.parse((await send("GET", "/api/faults")).body) as { faults: { on: boolean }[] };
  expect(faults.faults.filter((fault) => fault.on)).toEqual([]);
  const echo = await send("POST", "/api/actions/echo", { ...json, "x-console-token": valid }, '{"message":"allowed"}');
  expect(echo.status, echo.body).toBe(200);
});

test("sends only the dashboards' own queries to data sources", async () => {
  const window = { from: "now-5m", to: "now", variables: {} };
  const response = await send(
    "POST",
    "/api/dashboards/lookout/data",
    json,
    JSON.stringify({ ...window, panels: [{ id: 10, width: 300, expr: "up", query: "up" }] }),
  );
  expect(response.body).not.toContain('"query":"up"');
  for (const path of ["/api/v1/query?query=up", "/api/query?query=up", "/prometheus/api/v1/query?query=up"]) {
    expect((await send("GET", path)).status, path).toBe(404);
  }
  const unknown = await send("POST", "/api/dashboards/none/data", json, JSON.stringify({ ...window, panels: [] }));
  expect(unknown.status).toBe(404);
});

test("serves every page with a strict content security policy", async () => {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  for (const path of ["/", "/tutorials/1", "/d/lookout", "/t"]) {
    const { status, headers } = await send("GET", path);
    expect(status, path).toBe(200);
    expect(headers["content-security-policy"]).toBe(policy);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
  }
  for (const path of ["/nothing", "/tutorials/9/x", "/assets/../index.html", "/index.html"]) {
    expect((await send("GET", path)).status, path).toBe(404);
  }
});
