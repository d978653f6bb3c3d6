//! The gate: what a page of another site reaches on the ports of the third-party services.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
// The lab's own `test` allows requests to the console only.
import { expect, type Page, test } from "@playwright/test";
import { address } from "../lab/addresses";

// The other site's name resolves to this machine, as in an attack by DNS rebinding.
const site = "other.example";
test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", `--host-resolver-rules=MAP ${site} 127.0.0.1`],
  },
});

const targets = {
  prometheus: `${address.prometheus}/api/v1/query?query=1`,
  reload: `${address.prometheus}/-/reload`,
  alertmanager: `${address.alertmanager}/api/v2/status`,
  jaeger: `${address.jaeger}/api/services`,
  mailbox: `${address.mailbox}/email`,
  influxdb: `${address.influxdb}/query?q=CREATE+DATABASE+foreign`,
  admin: `${address.envoyAdmin}/runtime_modify?fault.http.foreign=1`,
} as const;

let server: Server;
let home: string;

test.beforeAll(async () => {
  server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<p>another site</p>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  home = `http://${site}:${(server.address() as AddressInfo).port}/`;
});

test.afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

/** The status of the next response from `url` while `act` runs in the page. */
async function statusOf(page: Page, url: string, act: () => Promise<unknown>): Promise<number> {
  const [response] = await Promise.all([page.waitForResponse((response) => response.url() === url), act()]);
  return response.status();
}

for (const [name, url] of Object.entries(targets)) {
  test(`refuses what a page of another site sends to ${name}`, async ({ page }) => {
    await page.goto(home);
    const send = (method: "GET" | "POST") => () =>
      page.evaluate(
        async ({ url, method }) => {
          await fetch(url, { mode: "no-cors", method, ...(method === "POST" ? { body: "x" } : {}) });
        },
        { url, method },
      );
    expect(await statusOf(page, url, send("GET")), "read").toBe(403);
    expect(await statusOf(page, url, send("POST")), "write").toBe(403);

    const frame = () =>
      page.evaluate((url) => {
        const frame = document.createElement("iframe");
        frame.src = url;
        document.body.append(frame);
      }, url);
    expect(await statusOf(page, url, frame), "frame").toBe(403);

    const form = () =>
      page.evaluate((url) => {
        const form = document.createElement("form");
        form.method = "post";
        form.action = url;
        document.body.append(form);
        form.submit();
      }, url);
    expect(await statusOf(page, url, form), "form").toBe(403);
  });
}

test("a page of another site cannot read responses", async ({ page }) => {
  await page.goto(home);
  const read = (url: string) =>
    page.evaluate(
      (url) =>
        fetch(url).then(
          (response) => response.text(),
          (error: Error) => error.name,
        ),
      url,
    );
  for (const url of Object.values(targets)) expect(await read(url), url).toBe("TypeError");
});

test("refuses a name that another site resolves to this machine", async ({ page }) => {
  for (const url of Object.values(targets)) {
    const rebound = url.replace("127.0.0.1", site);
    const response = await page.goto(rebound);
    expect(response?.status(), rebound).toBe(421);
  }
});

test("a link of another site opens a page, and the pages work", async ({ page }) => {
  await page.goto(home);
  await page.evaluate((url) => {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = "open";
    document.body.append(link);
  }, targets.mailbox);
  expect(await statusOf(page, targets.mailbox, () => page.getByRole("link", { name: "open" }).click())).toBe(200);

  await page.goto(address.mailbox);
  const own = await page.evaluate(() => fetch("/email", { method: "GET" }).then((response) => response.status));
  expect(own).toBe(200);
});

test("nothing of what was refused has reached a service", async ({ request }) => {
  const runtime = await request.get(`${address.envoyAdmin}/runtime`);
  expect(await runtime.text()).not.toContain("fault.http.foreign");
  const databases = await request.get(`${address.influxdb}/query?q=SHOW+DATABASES`);
  expect(await databases.text()).not.toContain("foreign");
});
