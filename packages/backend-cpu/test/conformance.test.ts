import { withGrad } from "@lm/autograd";
import { conformance } from "@lm/backend-suite";
import { testBackend } from "@lm/backend-suite/vitest";
import { describe, expect, it } from "vitest";
import { type EngineOptions, openEngine } from "../src/cpu.ts";
import { cpu } from "../src/index.ts";

// Float32 rounds to 6e-8; the largest sums of the suite have 600 terms.
const tolerance = 1e-5;

const backend = await cpu({ threads: 2 });
testBackend({ backend, tolerance });
testBackend({ backend: withGrad(backend), tolerance });

/** The other ways in which the engine runs. */
const others: EngineOptions[] = [
  { build: "relaxed", threads: 1, shared: false },
  { build: "relaxed", threads: 1, shared: true },
  { build: "strict", threads: 1, shared: false },
  { build: "strict", threads: 2, shared: true },
  // Addresses that would be negative if they were taken for signed numbers.
  { build: "relaxed", threads: 2, shared: true, gap: 3.5 * 2 ** 30 },
];

describe.each(others)("$build build, threads: $threads, shared: $shared, gap: $gap", (options) => {
  it("conforms to the backend contract", async () => {
    const engine = await openEngine(options);
    const failures: string[] = [];
    for (const { name, run } of conformance({ backend: engine, tolerance }))
      await run().catch((error: Error) => failures.push(`${name}: ${error.message}`));
    engine.close();
    expect(failures).toEqual([]);
  }, 60_000);
});
