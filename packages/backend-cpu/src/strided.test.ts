import { stridesOf } from "@lm/backend";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forEachOuter, mergeAxes, reshapeStrides } from "./strided.ts";

/** The offsets that a walk over these axes passes, in order. */
function offsetsOf(shape: readonly number[], strides: readonly number[]): number[] {
  const offsets: number[] = [];
  forEachOuter({ sizes: shape, strides: [strides] }, 0, ([offset]) => offsets.push(offset!));
  return offsets;
}

const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 });

/** A view: a shape, its axes in some order, each perhaps broadcast. */
const views = sizes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    strides: fc
      .shuffledSubarray(
        shape.map((_, axis) => axis),
        { minLength: shape.length },
      )
      .chain((order) => {
        const packed = stridesOf(order.map((axis) => shape[axis]!));
        const strides = shape.map((_, axis) => packed[order.indexOf(axis)]!);
        return fc
          .array(fc.boolean(), { minLength: shape.length, maxLength: shape.length })
          .map((repeats) => strides.map((stride, axis) => (repeats[axis] ? 0 : stride)));
      }),
  }),
);

describe("mergeAxes", () => {
  it("walks the same elements in the same order over no more axes", () => {
    fc.assert(
      fc.property(views, ({ shape, strides }) => {
        const merged = mergeAxes(shape, [strides, stridesOf(shape)]);
        expect(offsetsOf(merged.sizes, merged.strides[0]!)).toEqual(offsetsOf(shape, strides));
        expect(offsetsOf(merged.sizes, merged.strides[1]!)).toEqual(
          offsetsOf(shape, stridesOf(shape)),
        );
        expect(merged.sizes.length).toBeLessThanOrEqual(shape.length);
      }),
    );
  });

  it("leaves one axis of what lies in one piece", () => {
    expect(mergeAxes([2, 3, 1, 4], [[12, 4, 4, 1]])).toEqual({ sizes: [24], strides: [[1]] });
  });
});

describe("reshapeStrides", () => {
  it("gives strides that show the same elements, or none", () => {
    fc.assert(
      fc.property(views, sizes, ({ shape, strides }, target) => {
        const size = (of: readonly number[]) => of.reduce((product, d) => product * d, 1);
        fc.pre(size(shape) === size(target));
        const reshaped = reshapeStrides(shape, strides, target);
        if (reshaped) expect(offsetsOf(target, reshaped)).toEqual(offsetsOf(shape, strides));
      }),
      { numRuns: 500 },
    );
  });

  it("splits and merges axes without a copy where they allow it", () => {
    expect(reshapeStrides([2, 3, 4], [24, 8, 1], [6, 4])).toEqual([8, 1]);
    expect(reshapeStrides([2, 3, 4], [24, 8, 1], [2, 3, 2, 2])).toEqual([24, 8, 2, 1]);
    expect(reshapeStrides([2, 3, 4], [24, 8, 1], [24])).toBeUndefined();
    expect(reshapeStrides([4, 6], [1, 4], [24])).toBeUndefined();
  });
});
