import { describe, expect, expectTypeOf, it } from "vitest";
import { ngram } from "../ngram.ts";
import type { Smoothing } from "./smoothing.ts";
import { parseSmoothing, SMOOTHING_NAMES } from "./smoothings.ts";

describe("parseSmoothing", () => {
  it("reads a name, and the number that add needs", () => {
    expect(["mle", "katz", "modified-kneser-ney", "add:1", "add:0.05"].map(parseSmoothing)).toEqual(
      ["mle", "katz", "modified-kneser-ney", { add: 1 }, { add: 0.05 }],
    );
  });

  it.each(["", "add", "add:", "add:0", "add:x", "add:1:2", "mle:1", "good-turing", "toString"])(
    "refuses %j and lists what there is",
    (text) => {
      expect(() => parseSmoothing(text)).toThrow(
        `smoothing is "${text}", but it must be one of mle, add:NUMBER, absolute, katz, interpolation, ` +
          "witten-bell, kneser-ney, modified-kneser-ney, stupid-backoff",
      );
    },
  );
});

describe("smoothing", () => {
  it("is a name, or a name with its parameters", () => {
    expectTypeOf<"mle">().toExtend<Smoothing>();
    expectTypeOf<{ add: number }>().toExtend<Smoothing>();
    expectTypeOf<"add">().not.toExtend<Smoothing>();
    expectTypeOf<{
      "modified-kneser-ney": { discounts: { fallback: "error" } };
    }>().toExtend<Smoothing>();
    expectTypeOf<{ mle: { alpha: 1 } }>().not.toEqualTypeOf<Smoothing>();
    expectTypeOf<{ interpolation: { heldOut: Int32Array } }>().toExtend<Smoothing>();
    expect(SMOOTHING_NAMES).toEqual([
      "mle",
      "add",
      "absolute",
      "katz",
      "interpolation",
      "witten-bell",
      "kneser-ney",
      "modified-kneser-ney",
      "stupid-backoff",
    ]);
  });

  it.each([["good-turing"], [{ "good-turing": {} }], [{ add: 1, mle: {} }], [{}], ["add"]])(
    "refuses %j before anything is counted",
    (smoothing) => {
      expect(() => ngram({ order: 2, smoothing: smoothing as never })).toThrow("smoothing is");
    },
  );
});
