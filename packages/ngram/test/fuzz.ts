import fc from "fast-check";
import { FUZZ_TARGETS } from "./fuzzing.ts";

/* `npm run fuzz [-- RUNS [SEED]]`: broken inputs, 100,000 in all unless said otherwise. */
const [runs = 100_000, seed = Date.now()] = process.argv.slice(2).map(Number);
const numRuns = Math.ceil(runs / FUZZ_TARGETS.length);
for (const { name, property } of FUZZ_TARGETS) {
  const start = performance.now();
  await fc.assert(property, { numRuns, seed });
  const seconds = (performance.now() - start) / 1000;
  console.log(`${name}: ${numRuns} inputs in ${seconds.toFixed(1)} s, seed ${seed}`);
}
