import { mergeConfig } from "vitest/config";
import { unitTests } from "../../tools/vitest.base.ts";

// Every test starts processes, several of them one after the other, on machines that may be busy.
export default mergeConfig(unitTests("cli"), {
  test: { testTimeout: 60_000, hookTimeout: 120_000 },
});
