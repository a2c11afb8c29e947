import { describe, expect, it } from "vitest";
import type { BatchSource } from "./batch.ts";
import { epochs } from "./epochs.ts";

const ids = Int32Array.from({ length: 24 }, (_, i) => i);
const options = { batchSize: 3, context: 3, seed: 1 };

/** The first token of each row of an epoch's steps, and that all rows are as they must be. */
const starts = (source: BatchSource, epoch: number) =>
  Array.from({ length: source.stepsPerEpoch }, (_, i) => {
    const { inputs, targets, rows, length, continues } = source.batch(
      epoch * source.stepsPerEpoch + i,
    );
    expect([length, continues]).toEqual([3, false]);
    expect(inputs.length).toBe(rows * 3);
    expect([...targets]).toEqual([...inputs].map((id) => id + 1));
    return [...inputs].filter((_, place) => place % 3 === 0);
  });

describe("epochs", () => {
  it("gives every window once an epoch, the last step what is left", () => {
    const source = epochs(ids, options);
    expect(source.stepsPerEpoch).toBe(3);
    for (const epoch of [0, 1, 5]) {
      const rows = starts(source, epoch);
      expect(rows.map((row) => row.length)).toEqual([3, 3, 1]);
      expect(rows.flat().sort((a, b) => a - b)).toEqual([0, 3, 6, 9, 12, 15, 18]);
    }
  });

  it("shuffles each epoch anew, and alike for the same seed", () => {
    const source = epochs(ids, options);
    const first = starts(source, 0).flat();
    const second = starts(source, 1).flat();
    expect(first).not.toEqual([0, 3, 6, 9, 12, 15, 18]);
    expect(second).not.toEqual(first);
    expect(starts(source, 0).flat()).toEqual(first);
    expect(starts(epochs(ids, options), 1).flat()).toEqual(second);
    expect(starts(epochs(ids, { ...options, seed: 2 }), 0).flat()).not.toEqual(first);
  });

  it("takes the whole text at once where the batch is large enough", () => {
    const source = epochs(ids, { ...options, batchSize: 1000 });
    expect(source.stepsPerEpoch).toBe(1);
    expect(source.batch(0).rows).toBe(7);
    expect(source.batch(3).rows).toBe(7);
  });

  it("uses a text to its end where the windows fill it", () => {
    const source = epochs(ids.subarray(0, 7), options);
    expect(starts(source, 0).flat().sort()).toEqual([0, 3]);
    expect(epochs(ids.subarray(0, 6), options).batch(0).rows).toBe(1);
  });

  it("refuses a text, sizes, steps and seeds that make no sense", () => {
    expect(() => epochs(ids.subarray(0, 3), options)).toThrow(
      "epochs: the text has 3 tokens, but 4 are needed; give more text or lower context",
    );
    expect(() => epochs(ids, { ...options, batchSize: 0 })).toThrow("batchSize is 0");
    expect(() => epochs(ids, { ...options, context: 1.5 })).toThrow("context is 1.5");
    expect(() => epochs(ids, { ...options, seed: -1 })).toThrow("seed is -1");
    expect(() => epochs(ids, options).batch(-1)).toThrow("step is -1");
  });
});
