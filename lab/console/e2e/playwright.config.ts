//! One browser and one test at a time, because all tests share one running lab.
import { defineConfig } from "@playwright/test";
import { address } from "./lab/addresses";

export default defineConfig({
  testDir: "tests",
  outputDir: `${process.env.OUT ?? "out"}/traces`,
  // A flaky test counts as failed.
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
      // The sandbox needs privileges that the container does not have.
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    },
  },
});
