import { Generator } from "@lm/random";
import { describe, expect, it } from "vitest";
import { Sampler } from "./sampler.ts";
import type { SamplerContext, SamplerStep } from "./step.ts";
import { temperature } from "./temperature.ts";
import { topK } from "./top-k.ts";
import { topP } from "./top-p.ts";

const probabilities = [0.05, 0.3, 0, 0.1, 0.25, 0.05, 0.25];
const logProbs = Float32Array.from(probabilities, Math.log);
const context: SamplerContext = { tokens: [0, 1], promptLength: 1 };

const sampler = (steps: readonly SamplerStep[], { seed = 1, isTraced = false } = {}) =>
  new Sampler(steps, { generator: new Generator(seed), vocabularySize: 7, isTraced });

function counts(steps: readonly SamplerStep[], draws: number): number[] {
  const drawn = Array<number>(probabilities.length).fill(0);
  const chain = sampler(steps);
  for (let i = 0; i < draws; i++) drawn[chain.choose(logProbs, context).token]!++;
  return drawn;
}

describe("Sampler", () => {
  // The distribution that each chain leaves, by hand, and the 99.9 % quantile of χ² for its degrees of freedom.
  it.each([
    ["the model as it is", [], probabilities, 20.52],
    ["topK(3)", [topK(3)], [0, 0.375, 0, 0, 0.3125, 0, 0.3125], 13.82],
    [
      "topP(0.9), of the last two equals the first",
      [topP(0.92)],
      [1, 6, 0, 2, 5, 0, 5].map((x) => x / 19),
      18.47,
    ],
    ["temperature(0.5)", [temperature(0.5)], probabilities.map((p) => p ** 2 / 0.23), 20.52],
    [
      "temperature, then topK",
      [temperature(0.5), topK(4)],
      [0, 36, 0, 4, 25, 0, 25].map((x) => x / 90),
      16.27,
    ],
  ])("draws from %s", (_, steps, expected, quantile) => {
    expect(expected.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    const draws = 20_000;
    const drawn = counts(steps, draws);
    let statistic = 0;
    for (const [token, p] of expected.entries()) {
      if (p === 0) expect(drawn[token]).toBe(0);
      else statistic += (drawn[token]! - draws * p) ** 2 / (draws * p);
    }
    expect(statistic).toBeLessThan(quantile);
  });

  it("draws the same for the same seed and another for another", () => {
    const draw = (seed: number) => {
      const chain = sampler([], { seed });
      return Array.from({ length: 20 }, () => chain.choose(logProbs, context).token);
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it("leaves the model's answer as it is", () => {
    const kept = logProbs.slice();
    sampler([temperature(0.5), topK(3), topP(0.5)]).choose(logProbs, context);
    expect(logProbs).toEqual(kept);
  });

  it("tells what every step left", () => {
    const { token, trace } = sampler([topK(2), temperature(0)], { isTraced: true }).choose(
      logProbs,
      context,
    );
    expect(token).toBe(1);
    const close = (p: number) => expect.closeTo(p, 7);
    expect(trace).toEqual([
      {
        step: "model",
        size: 6,
        best: [
          { token: 1, probability: close(0.3) },
          { token: 4, probability: close(0.25) },
          { token: 6, probability: close(0.25) },
          { token: 3, probability: close(0.1) },
          { token: 0, probability: close(0.05) },
          { token: 5, probability: close(0.05) },
        ],
      },
      {
        step: "topK(2)",
        size: 2,
        best: [
          { token: 1, probability: close(0.3 / 0.55) },
          { token: 4, probability: close(0.25 / 0.55) },
        ],
      },
      { step: "temperature(0)", size: 1, best: [{ token: 1, probability: 1 }] },
    ]);
  });

  it("traces the twenty best of many, relative to all", () => {
    const many = new Sampler([], {
      generator: new Generator(0),
      vocabularySize: 100,
      isTraced: true,
    });
    const { trace } = many.choose(new Float32Array(100).fill(-7), context);
    expect(trace[0]!.size).toBe(100);
    expect(trace[0]!.best.map(({ token }) => token)).toEqual([...Array(20).keys()]);
    expect(trace[0]!.best[19]!.probability).toBeCloseTo(0.01, 12);
  });

  it("lets a step see the tokens so far and rule tokens out", () => {
    const noRepetition: SamplerStep = {
      name: "noRepetition",
      apply({ tokens, logProbs, size }, { tokens: sofar }) {
        for (let i = 0; i < size; i++)
          if (sofar.includes(tokens[i]!)) logProbs[i] = Number.NEGATIVE_INFINITY;
      },
    };
    const seen = { tokens: [1, 4], promptLength: 1 };
    const chain = sampler([noRepetition, temperature(0)], { isTraced: true });
    expect(chain.choose(logProbs, seen).token).toBe(6);
    const draws = sampler([noRepetition]);
    for (let i = 0; i < 200; i++)
      expect([1, 2, 4]).not.toContain(draws.choose(logProbs, seen).token);
  });

  it("refuses an answer that no token can be drawn from", () => {
    const impossible = new Float32Array(7).fill(Number.NEGATIVE_INFINITY);
    expect(() => sampler([]).choose(impossible, context)).toThrow(
      "no token can follow the 2 tokens so far: model leaves none",
    );
    const nothing: SamplerStep = {
      name: "nothing",
      apply(candidates) {
        candidates.size = 0;
      },
    };
    expect(() => sampler([topK(2), nothing, topK(1)]).choose(logProbs, context)).toThrow(
      "nothing leaves none",
    );
    for (const none of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const broken: SamplerStep = { name: "broken", apply: (c) => c.logProbs.fill(none, 2, 3) };
      expect(() => sampler([broken]).choose(logProbs, context)).toThrow("that is none");
    }
    expect(() => sampler([]).choose(logProbs.with(3, Number.NaN), context)).toThrow(
      "NaN as the log-probability of token 3",
    );
  });
});
