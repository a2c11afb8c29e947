import { mergeConfig } from "vitest/config";
import { browserSuite } from "../../tools/vitest.base.ts";

/** With the headers that isolate a page from others, so that its threads may share memory. */
export default mergeConfig(browserSuite("backend-cpu"), {
  server: {
    headers: {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    },
  },
});
