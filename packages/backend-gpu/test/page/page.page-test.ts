import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { build, defaultClientConditions, preview } from "vite";
import { afterAll, expect, it } from "vitest";
import { gpuLaunchOptions } from "../gpu-chromium.ts";
import type { Report } from "./run-suite.ts";

/** What `main.ts` leaves for this test. */
interface Page {
  readonly reports: Promise<Report[]>;
  readonly canEvaluate: boolean;
}

const outDir = mkdtempSync(join(tmpdir(), "lm-gpu-page-"));
afterAll(() => rmSync(outDir, { recursive: true }));

/** Nothing may be evaluated or compiled that is not one of the page's own files. */
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'";

it("runs the suite in a minified page and in its worker, without unsafe-eval", async () => {
  const config = {
    configFile: false as const,
    root: fileURLToPath(new URL(".", import.meta.url)),
    logLevel: "error" as const,
    resolve: { conditions: ["@lm/source", ...defaultClientConditions] },
    worker: { format: "es" as const },
    build: { outDir, emptyOutDir: true, minify: true, target: "es2022" },
  };
  await build(config);
  const scripts = readdirSync(join(outDir, "assets")).map((file) =>
    readFileSync(join(outDir, "assets", file), "utf8"),
  );
  expect(scripts.join("\n")).not.toContain("runSuite");
  const server = await preview({
    ...config,
    preview: { port: 0, headers: { "Content-Security-Policy": policy } },
  });
  const browser = await chromium.launch({ headless: true, ...gpuLaunchOptions });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(server.resolvedUrls!.local[0]!);
    const reports = await page.evaluate(() => (globalThis as unknown as Page).reports);
    expect(problems).toEqual([]);
    for (const [i, mode] of ["webgpu", "webgl2"].entries()) {
      expect(reports[i]).toMatchObject({ mode, failures: [] });
      expect(reports[i]!.tests).toBeGreaterThan(1000);
    }
    expect(await page.evaluate(() => (globalThis as unknown as Page).canEvaluate)).toBe(false);
  } finally {
    await browser.close();
    await server.close();
  }
}, 180_000);
