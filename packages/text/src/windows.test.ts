import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextError } from "./errors.ts";
import { windows } from "./windows.ts";

const ids = Int32Array.from({ length: 11 }, (_, i) => i);

describe("windows", () => {
  it("draws windows from every legal place about equally often, the last one too", () => {
    const source = windows(ids, { batchSize: 100, context: 4, seed: 1 });
    const seen = new Map<number, number>();
    for (let step = 0; step < 70; step++) {
      const { inputs, targets, rows, length, continues } = source.batch(step);
      expect([rows, length, continues]).toEqual([100, 4, false]);
      for (let row = 0; row < rows; row++) {
        const start = inputs[row * 4]!;
        expect([...inputs.subarray(row * 4, row * 4 + 4)]).toEqual(
          [0, 1, 2, 3].map((i) => start + i),
        );
        expect([...targets.subarray(row * 4, row * 4 + 4)]).toEqual(
          [1, 2, 3, 4].map((i) => start + i),
        );
        seen.set(start, (seen.get(start) ?? 0) + 1);
      }
    }
    expect([...seen.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    // A thousand each on average, with a standard deviation of 29.
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("gives the same batch for the same seed and step, in whatever order they are asked for", () => {
    const options = { batchSize: 8, context: 2, seed: 5 };
    const source = windows(ids, options);
    const later = source.batch(7);
    source.batch(2);
    expect(source.batch(7)).toEqual(later);
    expect(windows(ids, options).batch(7)).toEqual(later);
    expect(source.batch(8)).not.toEqual(later);
    expect(windows(ids, { ...options, seed: 6 }).batch(7)).not.toEqual(later);
  });

  it("counts the steps that read as many tokens as the text has to predict", () => {
    const steps = (batchSize: number, context: number) =>
      windows(ids, { batchSize, context, seed: 0 }).stepsPerEpoch;
    expect([steps(1, 1), steps(2, 5), steps(2, 4), steps(100, 10)]).toEqual([10, 1, 2, 1]);
  });

  it("needs one token more than the context", () => {
    expect(windows(ids, { batchSize: 1, context: 10, seed: 0 }).batch(0).inputs[0]).toBe(0);
    const make = () => windows(ids, { batchSize: 1, context: 11, seed: 0 });
    expect(make).toThrow(TextError);
    expect(make).toThrow(
      "windows: the text has 11 tokens, but 12 are needed; give more text or lower context",
    );
  });

  it("refuses sizes and steps that make no sense", () => {
    fc.assert(
      fc.property(fc.constantFrom(0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY), (wrong) => {
        const options = { batchSize: 1, context: 1, seed: 0 };
        expect(() => windows(ids, { ...options, batchSize: wrong })).toThrow(
          `batchSize is ${wrong}`,
        );
        expect(() => windows(ids, { ...options, context: wrong })).toThrow(`context is ${wrong}`);
        if (wrong !== 0)
          expect(() => windows(ids, options).batch(wrong)).toThrow(`step is ${wrong}`);
      }),
    );
    expect(() => windows(ids, { batchSize: 1, context: 1, seed: -1 })).toThrow("seed is -1");
  });
});
