import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { streams } from "./streams.ts";

const range = (length: number) => Int32Array.from({ length }, (_, i) => i);

describe("streams", () => {
  it("reads rows side by side, the last step of an epoch shorter", () => {
    const source = streams(range(13), { batchSize: 2, context: 4 });
    expect(source.stepsPerEpoch).toBe(2);
    expect(source.batch(0)).toEqual({
      inputs: Int32Array.of(0, 1, 2, 3, 6, 7, 8, 9),
      targets: Int32Array.of(1, 2, 3, 4, 7, 8, 9, 10),
      rows: 2,
      length: 4,
      continues: false,
    });
    expect(source.batch(1)).toEqual({
      inputs: Int32Array.of(4, 5, 10, 11),
      targets: Int32Array.of(5, 6, 11, 12),
      rows: 2,
      length: 2,
      continues: true,
    });
  });

  it("begins again after each epoch", () => {
    const source = streams(range(13), { batchSize: 2, context: 4 });
    expect(source.batch(6)).toEqual(source.batch(0));
    expect(source.batch(7)).toEqual(source.batch(1));
  });

  it("makes no empty step where the context divides the rows", () => {
    const source = streams(range(13), { batchSize: 3, context: 4 });
    expect(source.stepsPerEpoch).toBe(1);
    expect(source.batch(1)).toEqual(source.batch(0));
    expect(source.batch(1).continues).toBe(false);
  });

  it("predicts each token but the first once an epoch, save fewer than a batch at the end", () => {
    const sizes = {
      length: fc.integer({ min: 2, max: 80 }),
      batchSize: fc.integer({ min: 1, max: 9 }),
    };
    fc.assert(
      fc.property(
        fc.record({ ...sizes, context: fc.integer({ min: 1, max: 9 }) }),
        ({ length, batchSize, context }) => {
          fc.pre(length > batchSize);
          const source = streams(range(length), { batchSize, context });
          const targets: number[] = [];
          const last = new Int32Array(batchSize);
          for (let step = 0; step < source.stepsPerEpoch; step++) {
            const batch = source.batch(step);
            expect(batch.continues).toBe(step > 0);
            expect([...batch.targets]).toEqual([...batch.inputs].map((id) => id + 1));
            for (let row = 0; row < batch.rows; row++) {
              const first = batch.inputs[row * batch.length]!;
              if (batch.continues) expect(first).toBe(last[row]! + 1);
              last[row] = batch.inputs[(row + 1) * batch.length - 1]!;
            }
            targets.push(...batch.targets);
          }
          targets.sort((a, b) => a - b);
          expect(targets).toEqual([...range(targets.length)].map((i) => i + 1));
          expect(length - 1 - targets.length).toBeLessThan(batchSize);
        },
      ),
    );
  });

  it("refuses a text, sizes and steps that make no sense", () => {
    expect(streams(range(5), { batchSize: 4, context: 2 }).batch(0).length).toBe(1);
    expect(() => streams(range(4), { batchSize: 4, context: 2 })).toThrow(
      "streams: the text has 4 tokens, but 5 are needed; give more text or lower batchSize",
    );
    expect(() => streams(range(4), { batchSize: 0, context: 2 })).toThrow("batchSize is 0");
    expect(() => streams(range(4), { batchSize: 1, context: -2 })).toThrow("context is -2");
    expect(() => streams(range(4), { batchSize: 1, context: 2 }).batch(0.5)).toThrow(
      "step is 0.5, but must be an integer from 0",
    );
  });
});
