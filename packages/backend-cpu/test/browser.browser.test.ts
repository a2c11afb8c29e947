import { conformance } from "@lm/backend-suite";
import { describe, expect, it } from "vitest";
import { type EngineOptions, openEngine } from "../src/cpu.ts";
import type { Kernels } from "../src/generated/kernels.ts";

const configurations: EngineOptions[] = [
  { threads: 1 },
  { threads: 2 },
  { threads: 2, build: "strict" },
];

describe("in a browser", () => {
  it("shares memory between threads on an isolated page", () => {
    expect(crossOriginIsolated).toBe(true);
  });

  it.each(configurations)(
    "conforms to the backend contract: %o",
    async (options) => {
      let kernels: Kernels | undefined;
      const engine = await openEngine({
        ...options,
        observe: (made) => {
          kernels = made;
          return made;
        },
      });
      const failures: string[] = [];
      for (const { name, run } of conformance({ backend: engine, tolerance: 1e-5 }))
        await run().catch((error: Error) => failures.push(`${name}: ${error.message}`));
      expect(failures).toEqual([]);
      if (engine.threads > 1) {
        const x = engine.fromArray(new Float32Array(300_000), [300_000]);
        const deadline = Date.now() + 10_000;
        while (kernels!.chunksHelped() === 0 && Date.now() < deadline)
          engine.dispose(engine.unary("exp", x));
        expect(kernels!.chunksHelped()).toBeGreaterThan(0);
      }
      engine.close();
    },
    120_000,
  );
});
