import fc from "fast-check";
import { describe, it } from "vitest";
import { FUZZ_TARGETS } from "./fuzzing.ts";

describe("broken input gives a sound model or a documented error", () => {
  it.each(FUZZ_TARGETS)("$name", async ({ property }) => {
    await fc.assert(property, { numRuns: 1500 });
  });
});
