import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Candidates } from "./candidates.ts";
import type { SamplerStep } from "./step.ts";
import { temperature } from "./temperature.ts";
import { topK } from "./top-k.ts";
import { topP } from "./top-p.ts";

const IMPOSSIBLE = Number.NEGATIVE_INFINITY;

/** What is left of a distribution: probabilities by token id, in the order of the ids. */
function run(steps: readonly SamplerStep[], logProbs: readonly number[]): [number, number][] {
  const candidates = new Candidates(logProbs.length);
  candidates.load(Float32Array.from(logProbs));
  for (const step of steps) step.apply(candidates, { tokens: [], promptLength: 0 });
  candidates.normalize();
  return Array.from(
    { length: candidates.size },
    (_, i) => [candidates.tokens[i]!, Math.exp(candidates.logProbs[i]!)] as [number, number],
  ).sort(([a], [b]) => a - b);
}

/** The same by a full sort: the tokens that can occur, best first, with their log-probabilities. */
function sorted(logProbs: readonly number[]): [number, number][] {
  return logProbs
    .map((logProb, token) => [token, Math.fround(logProb)] as [number, number])
    .filter(([, logProb]) => logProb !== IMPOSSIBLE)
    .sort(([i, a], [j, b]) => b - a || i - j);
}

function normalized(entries: readonly (readonly [number, number])[]): [number, number][] {
  const total = entries.reduce((sum, [, logProb]) => sum + Math.exp(logProb), 0);
  return entries
    .map(([token, logProb]) => [token, Math.exp(logProb) / total] as [number, number])
    .sort(([a], [b]) => a - b);
}

function expectSame(got: readonly [number, number][], expected: readonly [number, number][]): void {
  expect(got.map(([token]) => token)).toEqual(expected.map(([token]) => token));
  for (const [i, [, p]] of got.entries()) expect(p).toBeCloseTo(expected[i]![1], 12);
}

// Few different values, so that there are ties.
const distributions = fc
  .array(fc.constantFrom(IMPOSSIBLE, -0.5, -1, -2, -2.5, -4, -9), { minLength: 1, maxLength: 60 })
  .filter((logProbs) => logProbs.some((x) => x !== IMPOSSIBLE));

describe("topK", () => {
  it("keeps the k most probable, of equals the lowest ids", () => {
    fc.assert(
      fc.property(distributions, fc.integer({ min: 1, max: 70 }), (logProbs, k) => {
        expectSame(run([topK(k)], logProbs), normalized(sorted(logProbs).slice(0, k)));
      }),
    );
  });
});

describe("topP", () => {
  it("keeps the nucleus by hand", () => {
    const logProbs = [0.1, 0.4, 0.2, 0.3].map(Math.log);
    expect(run([topP(0.39)], logProbs).map(([token]) => token)).toEqual([1]);
    expect(run([topP(0.69)], logProbs).map(([token]) => token)).toEqual([1, 3]);
    expect(run([topP(0.71)], logProbs).map(([token]) => token)).toEqual([1, 2, 3]);
    expect(run([topP(1)], logProbs).map(([token]) => token)).toEqual([0, 1, 2, 3]);
    expect(run([topP(1e-9)], logProbs).map(([token]) => token)).toEqual([1]);
  });

  it("keeps the fewest most probable tokens that hold the mass", () => {
    fc.assert(
      fc.property(
        distributions,
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (logProbs, p) => {
          const all = sorted(logProbs);
          const total = all.reduce((sum, [, logProb]) => sum + Math.exp(logProb), 0);
          let mass = 0;
          let count = 0;
          while (mass < p) mass += Math.exp(all[count++]![1]) / total;
          // Just at the border rounding decides.
          fc.pre(
            Math.abs(mass - p) > 1e-9 &&
              Math.abs(mass - Math.exp(all[count - 1]![1]) / total - p) > 1e-9,
          );
          expectSame(run([topP(p)], logProbs), normalized(all.slice(0, count)));
        },
      ),
    );
  });

  it("counts the mass that the steps before have left", () => {
    const logProbs = [0.4, 0.3, 0.2, 0.1].map(Math.log);
    // Of the first two, renormalised to 4/7 and 3/7, the first is enough for 0.5 but not for 0.6.
    expect(run([topK(2), topP(0.5)], logProbs)).toEqual([[0, 1]]);
    expect(run([topK(2), topP(0.6)], logProbs).length).toBe(2);
    expect(run([topP(0.6), topK(1)], logProbs)).toEqual([[0, 1]]);
  });
});

describe("temperature", () => {
  it("raises the probabilities to the power of 1 / T", () => {
    fc.assert(
      fc.property(distributions, fc.double({ min: 0.05, max: 20, noNaN: true }), (logProbs, t) => {
        expectSame(
          run([temperature(t)], logProbs),
          normalized(sorted(logProbs).map(([token, logProb]) => [token, (logProb + 0.5) / t])),
        );
      }),
    );
  });

  it("is greedy at 0, of equals for the lowest id", () => {
    fc.assert(
      fc.property(distributions, (logProbs) => {
        expect(run([temperature(0)], logProbs)).toEqual([[sorted(logProbs)[0]![0], 1]]);
      }),
    );
  });

  it("goes to greedy, however low", () => {
    expect(run([temperature(Number.MIN_VALUE)], [-3, -2, -2.5])).toEqual([
      [0, 0],
      [1, 1],
      [2, 0],
    ]);
  });

  it("counts in its place of the chain", () => {
    const logProbs = [0.5, 0.3, 0.2].map(Math.log);
    expect(run([temperature(0.5), topP(0.65)], logProbs).length).toBe(1);
    expect(run([topP(0.65), temperature(0.5)], logProbs).length).toBe(2);
  });
});

describe("a step", () => {
  it.each([
    [() => temperature(-1), "temperature is -1"],
    [() => temperature(Number.NaN), "temperature is NaN"],
    [() => temperature(Number.POSITIVE_INFINITY), "temperature is Infinity"],
    [() => topK(0), "topK is 0"],
    [() => topK(1.5), "topK is 1.5"],
    [() => topP(0), "topP is 0"],
    [() => topP(1.01), "topP is 1.01"],
    [() => topP(Number.NaN), "topP is NaN"],
  ])("refuses what makes no sense", (make, message) => {
    expect(make).toThrow(message);
  });

  it("has its parameters in its name", () => {
    const names = [temperature(0.8), topK(40), topP(0.95)].map(({ name }) => name);
    expect(names).toEqual(["temperature(0.8)", "topK(40)", "topP(0.95)"]);
  });
});
