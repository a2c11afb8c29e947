import { describe, expect, it } from "vitest";
import { countsOfCounts, goodTuring, oneDiscount, threeDiscounts } from "./discount-estimates.ts";

describe("threeDiscounts", () => {
  it("is equation 26 of Chen & Goodman", () => {
    // Y = 10 / (10 + 2 · 5) = 1/2; D = 1 − 2Y·5/10, 2 − 3Y·4/5, 3 − 4Y·2/4.
    expect(threeDiscounts([10, 5, 4, 2])).toEqual([0.5, 0.8, 2]);
  });

  it("says what is missing or out of range", () => {
    expect(threeDiscounts([10, 0, 4, 2])).toBe(
      "no n-gram has a count of 2 (n1 = 10, n2 = 0, n3 = 4, n4 = 2)",
    );
    expect(threeDiscounts([10, 1, 10, 2])).toBe(
      "D2 would be -23.00, below 0 (n1 = 10, n2 = 1, n3 = 10, n4 = 2)",
    );
  });

  it("takes no n-gram of count 4 for what it is", () => {
    expect(threeDiscounts([10, 5, 4, 0])).toEqual([0.5, 0.8, 3]);
  });
});

describe("oneDiscount", () => {
  it("is n1 / (n1 + 2 n2)", () => {
    expect(oneDiscount([10, 5, 0, 0])).toEqual([0.5]);
  });

  it.each([
    [[0, 5, 1, 1], "no n-gram has a count of 1 (n1 = 0, n2 = 5, n3 = 1, n4 = 1)"],
    [[5, 0, 1, 1], "no n-gram has a count of 2 (n1 = 5, n2 = 0, n3 = 1, n4 = 1)"],
  ])("has none for %j", (counts, reason) => {
    expect(oneDiscount(counts)).toBe(reason);
  });
});

describe("goodTuring", () => {
  it("is Katz's equation 13", () => {
    // 1* = 2·30/120, 2* = 3·10/30, 3* = 4·5/10; A = 4·5/120 = 1/6.
    const ratios = goodTuring([120, 30, 10, 5]) as number[];
    const expected = [0.5, 1 / 2, 2 / 3].map((ratio) => (ratio - 1 / 6) / (1 - 1 / 6));
    for (const [i, ratio] of ratios.entries()) expect(ratio).toBeCloseTo(expected[i]!, 12);
    expect(ratios.length).toBe(3);
  });

  it("sets aside the n-grams seen once, which is what Good–Turing gives to the unseen", () => {
    const n = [120, 30, 10, 5];
    const ratios = goodTuring(n) as number[];
    const setAside = ratios.reduce((sum, ratio, i) => sum + n[i]! * (i + 1) * (1 - ratio), 0);
    expect(setAside).toBeCloseTo(120, 9);
  });

  it("lowers k where counts of counts run dry or cross over", () => {
    expect((goodTuring([120, 30, 10, 5, 0]) as number[]).length).toBe(3);
    expect((goodTuring([120, 30, 10, 5, 20]) as number[]).length).toBe(3);
  });

  it("has no ratios for what has no counts to take them from", () => {
    expect(goodTuring([120, 0, 10])).toBe("no n-gram has a count of 2 (n1 = 120, n2 = 0, n3 = 10)");
    expect(goodTuring([120, 30, 0])).toContain("no n-gram has a count of 3");
    expect(goodTuring([10, 30, 90, 200])).toBe(
      "Good–Turing ratios would not lie between 0 and 1 (n1 = 10, n2 = 30, n3 = 90, n4 = 200)",
    );
  });
});

describe("countsOfCounts", () => {
  it("counts what is counted once to four times", () => {
    expect(countsOfCounts(Uint32Array.of(0, 1, 1, 2, 4, 4, 4, 5), 4)).toEqual([2, 1, 0, 3]);
  });
});
