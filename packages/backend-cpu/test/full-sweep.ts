import { openEngine } from "../src/cpu.ts";
import { subjects, worstError } from "./accuracy.ts";

/**
 * The accuracy of every function at all 2³² numbers of float32, which takes an hour or so; with a stride, at every so
 * many: `node --conditions=@lm/source test/full-sweep.ts [relaxed|strict] [stride] [function]`
 */
const build = process.argv[2] === "strict" ? "strict" : "relaxed";
const stride = Number(process.argv[3] ?? 1);
const only = process.argv[4];
const backend = await openEngine({ build, threads: 1 });
const piece = 2 ** 22;

for (const [name, subject] of Object.entries(subjects)) {
  if (only !== undefined && name !== only) continue;
  let worst = { ulp: 0, x: 0 };
  for (let start = 0; start < 2 ** 32; start += piece * stride) {
    const count = Math.min(piece, Math.ceil((2 ** 32 - start) / stride));
    const found = await worstError(backend, subject, { start, stride, count });
    if (found.ulp > worst.ulp) worst = found;
  }
  console.log(`${build} ${name}: ${worst.ulp.toFixed(3)} ulp at ${worst.x}`);
}
