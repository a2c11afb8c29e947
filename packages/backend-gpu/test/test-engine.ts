import { withGrad } from "@lm/autograd";
import { testBackend } from "@lm/backend-suite/vitest";
import type { GpuBackend } from "../src/index.ts";
import { testCounts } from "./counts.ts";
import { testFamilies } from "./families.ts";
import { testGpuJs } from "./gpu-js.ts";

// Float32 rounds to 6e-8; the largest sums of the suite have 600 terms.
const tolerance = 1e-5;

/** All that every mode has to show. */
export async function testEngine(open: () => Promise<GpuBackend>): Promise<void> {
  const backend = await open();
  testBackend({ backend, tolerance });
  testBackend({ backend: withGrad(backend), tolerance });
  testFamilies(backend);
  testCounts(backend.name, open);
  testGpuJs(backend.mode);
}
