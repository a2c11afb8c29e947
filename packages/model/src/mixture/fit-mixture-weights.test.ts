import { Generator } from "@lm/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitMixtureWeights } from "./fit-mixture-weights.ts";
import { mixLogProbs } from "./mixture.ts";

const logs = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);
const crossEntropy = (logProbs: readonly Float32Array[], weights: readonly number[]) => {
  const mixed = mixLogProbs(logProbs, weights);
  return -mixed.reduce((sum, x) => sum + x, 0) / mixed.length;
};

describe("fitMixtureWeights", () => {
  it("is the share of tokens that each model explains, where no two explain the same", () => {
    const { weights, crossEntropy: nats } = fitMixtureWeights([logs(1, 1, 1, 0), logs(0, 0, 0, 1)]);
    expect(weights).toEqual([expect.closeTo(0.75, 6), expect.closeTo(0.25, 6)]);
    expect(nats).toBeCloseTo(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)), 6);
  });

  // p1 = ½, ½ and p2 = 9⁄10, 1⁄5: d/dλ of ln(0.9 − 0.4 λ) + ln(0.2 + 0.3 λ) is 0 at λ = 19⁄24.
  it("finds the maximum that calculus finds", () => {
    const { weights } = fitMixtureWeights([logs(0.5, 0.5), logs(0.9, 0.2)]);
    expect(weights[0]).toBeCloseTo(19 / 24, 3);
  });

  it("gives a model that is always better everything, and the others nothing", () => {
    const { weights } = fitMixtureWeights([logs(0.5, 0.5, 0.4), logs(0.1, 0.2, 0.1)]);
    expect(weights[0]).toBeGreaterThan(0.999);
  });

  it("leaves out what no model holds for possible", () => {
    const one = fitMixtureWeights([logs(0.5, 0, 0.5), logs(0.9, 0, 0.2)]);
    expect(one.weights).toEqual(fitMixtureWeights([logs(0.5, 0.5), logs(0.9, 0.2)]).weights);
  });

  it("is fitted on very improbable text too", () => {
    const low = (row: Float32Array) => row.map((x) => x - 5000);
    const { weights } = fitMixtureWeights([low(logs(0.5, 0.5)), low(logs(0.9, 0.2))]);
    expect(weights[0]).toBeCloseTo(19 / 24, 2);
  });

  it("is no worse than any other weights (property)", () => {
    const seed = fc.integer({ min: 0, max: 1e6 });
    fc.assert(
      fc.property(seed, fc.integer({ min: 2, max: 4 }), (number, count) => {
        const generator = new Generator(number);
        const rows = Array.from({ length: count }, () =>
          Float32Array.from({ length: 40 }, () => Math.log(0.01 + 0.99 * generator.uniform())),
        );
        const fitted = fitMixtureWeights(rows);
        const best = crossEntropy(rows, fitted.weights);
        expect(fitted.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
        expect(fitted.crossEntropy).toBeCloseTo(best, 5);
        for (let i = 0; i < 20; i++) {
          const other = Array.from({ length: count }, () => generator.uniform());
          const total = other.reduce((sum, weight) => sum + weight, 0);
          const nats = crossEntropy(
            rows,
            other.map((weight) => weight / total),
          );
          expect(best).toBeLessThan(nats + 1e-6);
        }
      }),
      { seed: 2, numRuns: 30 },
    );
  });

  it.each([
    [[], "nothing to fit"],
    [[new Float32Array()], "nothing to fit"],
    [[logs(0.5), logs(0.5, 0.5)], "model 1 scored 2 tokens and model 0 1"],
    [[logs(0.5), logs(Number.NaN)], "model 1 gives token 0 the log-probability NaN"],
    [[Float32Array.of(2)], "the log-probability 2"],
    [[logs(0), logs(0)], "every token of the text for impossible"],
  ])("refuses %#", (logProbs, message) => {
    expect(() => fitMixtureWeights(logProbs)).toThrow(message);
  });
});
