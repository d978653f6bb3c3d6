//! Bundles each unit test for Node's test runner, so that the tests need no framework.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";

const tests = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => [path.replace(/[/\\]/g, "-").replace(/\.ts$/, ""), join("src", path)]);

export default defineConfig({
  build: {
    ssr: true,
    outDir: ".tests",
    emptyOutDir: true,
    target: "node20",
    rolldownOptions: { input: Object.fromEntries(tests) },
  },
  logLevel: "warn",
});
