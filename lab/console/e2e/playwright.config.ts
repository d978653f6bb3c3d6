//! One browser, one test after the other: the lab that they look at, load and break is one.
import { defineConfig } from "@playwright/test";
import { address } from "./lab/addresses";

export default defineConfig({
  testDir: "tests",
  outputDir: `${process.env.OUT ?? "out"}/traces`,
  // A test that passes only sometimes is a failed one.
  retries: 0,
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    baseURL: address.console,
    browserName: "chromium",
    viewport: { width: 1280, height: 900 },
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      // In a container there is no second user to shut the pages into.
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    },
  },
});
