import { defineConfig } from "vitest/config";

/** `npx vitest` at the root: every package's unit tests in one watch process. */
export default defineConfig({
  test: { projects: ["packages/*/vitest.config.ts", "apps/*/vitest.config.ts"] },
});
