import { describe, expect, it } from "vitest";
import { openEngine } from "../src/cpu.ts";
import { subjects, worstError } from "./accuracy.ts";

/** Every 40,009th float32 from the first to the last: about 64 of each exponent and sign. */
const stride = 40009;
const everywhere = { stride, count: Math.floor(2 ** 32 / stride) };

/** In ulp: what `test/full-sweep.ts` finds, rounded up. */
const bounds: Record<keyof typeof subjects, number> = {
  exp: 1.1,
  log: 0.9,
  sqrt: 0.5,
  reciprocal: 0.5,
  tanh: 1.4,
  sigmoid: 2.3,
  erf: 1.2,
  silu: 3.2,
  gelu: 3.7,
};

describe.each(["relaxed", "strict"] as const)("in the %s build", async (build) => {
  const backend = await openEngine({ build, threads: 1 });

  it.each(Object.keys(subjects) as (keyof typeof subjects)[])(
    "%s is accurate everywhere",
    async (name) => {
      const { ulp, x } = await worstError(backend, subjects[name], everywhere);
      expect(ulp, `at ${x}`).toBeLessThanOrEqual(bounds[name]);
    },
  );

  it("keeps the ends of the functions exact", async () => {
    const ends = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 2 ** -149, 100, -200];
    const x = backend.fromArray(ends, [ends.length]);
    const values = async (op: "tanh" | "sigmoid" | "exp" | "erf" | "log") => [
      ...(await backend.read(backend.unary(op, x))),
    ];
    const tiny = 2 ** -149;
    expect(await values("tanh")).toEqual([1, -1, 0, tiny, 1, -1]);
    expect(await values("sigmoid")).toEqual([1, 0, 0.5, 0.5, 1, 0]);
    expect(await values("exp")).toEqual([
      Number.POSITIVE_INFINITY,
      0,
      1,
      1,
      Number.POSITIVE_INFINITY,
      0,
    ]);
    expect(await values("erf")).toEqual([1, -1, 0, tiny, 1, -1]);
    expect((await values("log")).slice(0, 3)).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
    ]);
  });
});
