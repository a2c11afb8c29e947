import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { chromiumLaunchOptions } from "./chromium.ts";

/** Resolves workspace packages to their sources, so that no build is needed. */
const source: ViteUserConfig = {
  resolve: { conditions: ["@lm/source", ...defaultClientConditions] },
  ssr: { resolve: { conditions: ["@lm/source", ...defaultServerConditions] } },
};

const tests = ["src/**/*.test.ts", "test/**/*.test.ts"];
const browserTests = "{src,test}/**/*.browser.test.ts";

export function unitTests(name: string) {
  return defineConfig({
    ...source,
    test: {
      name,
      environment: "node",
      include: tests,
      exclude: [browserTests],
      benchmark: { include: ["bench/**/*.bench.ts"] },
    },
  });
}

export function browserSuite(name: string) {
  return defineConfig({
    ...source,
    test: {
      name: `${name}:browser`,
      include: [browserTests],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: chromiumLaunchOptions }),
        instances: [{ browser: "chromium" }],
      },
    },
  });
}
