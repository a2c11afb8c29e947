import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShapeError } from "./errors.ts";
import { broadcastShapes, sameShape, sizeOf, stridesOf } from "./shape.ts";

describe("shapes", () => {
  it("have sizes and row-major strides", () => {
    expect(sizeOf([])).toBe(1);
    expect(sizeOf([2, 0, 3])).toBe(0);
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2], [2, 1])).toBe(false);
  });

  it("broadcast as NumPy's do", () => {
    expect(broadcastShapes("add", [4, 1, 3], [2, 1])).toEqual([4, 2, 3]);
    expect(broadcastShapes("add", [], [5])).toEqual([5]);
    expect(broadcastShapes("add", [0, 3], [1, 3])).toEqual([0, 3]);
    expect(() => broadcastShapes("add", [2, 3], [4, 3])).toThrow(ShapeError);
    expect(() => broadcastShapes("add", [2, 3], [4, 3])).toThrow(
      "add: [2,3] and [4,3]: sizes 2 and 4 of axis -2 differ and neither is 1",
    );
  });

  it("broadcast the same both ways, and to themselves", () => {
    const shape = fc.array(fc.constantFrom(1, 3), { maxLength: 4 });
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const both = broadcastShapes("add", a, b);
        expect(broadcastShapes("add", b, a)).toEqual(both);
        expect(broadcastShapes("add", both, a)).toEqual(both);
        expect(both.length).toBe(Math.max(a.length, b.length));
      }),
    );
  });
});
