import { mergeConfig } from "vitest/config";
import { browserSuite } from "../../tools/vitest.base.ts";

export default mergeConfig(browserSuite("ngram"), {
  test: { globalSetup: "test/browser-setup.ts" },
});
