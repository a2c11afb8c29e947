import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generator } from "./generator.ts";
import { philox } from "./philox.ts";

const block = (counter: number[], key: number[]) => {
  const out = new Uint32Array(4);
  philox(counter, key, out);
  return [...out].map((word) => word.toString(16).padStart(8, "0")).join(" ");
};

describe("philox", () => {
  // The known answers that come with the authors' Random123 library.
  it.each([
    [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    [Array(4).fill(0xffffffff), Array(2).fill(0xffffffff), "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    ],
  ])("reproduces the published vector for %j", (counter, key, expected) => {
    expect(block(counter, key)).toBe(expected);
  });
});

describe("Generator", () => {
  it("goes on exactly where a saved state stopped", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(1000), fc.nat(20), (seed, stream, drawn) => {
        const one = new Generator(seed, stream);
        for (let i = 0; i < drawn; i++) one.uint32();
        const other = Generator.from(JSON.parse(JSON.stringify(one.state)));
        expect([other.uint32(), other.normal()]).toEqual([one.uint32(), one.normal()]);
      }),
    );
  });

  it("gives different numbers for different seeds and streams", () => {
    const first = [
      new Generator(1),
      new Generator(2),
      new Generator(1, 1),
      new Generator(1).fork(2),
    ];
    expect(new Set(first.map((generator) => generator.uint32())).size).toBe(4);
  });

  it("draws uniform and normal numbers with the right moments", () => {
    const generator = new Generator(7);
    const count = 100_000;
    const moments = (draw: () => number) => {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < count; i++) {
        const x = draw();
        sum += x;
        squares += x * x;
      }
      return { mean: sum / count, variance: squares / count - (sum / count) ** 2 };
    };
    const uniform = moments(() => generator.uniform());
    expect(uniform.mean).toBeCloseTo(0.5, 2);
    expect(uniform.variance).toBeCloseTo(1 / 12, 3);
    const normal = moments(() => generator.normal());
    expect(normal.mean).toBeCloseTo(0, 1.7);
    expect(normal.variance).toBeCloseTo(1, 1.5);
  });

  it("shuffles every order about equally often", () => {
    const generator = new Generator(3);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = generator.shuffle([0, 1, 2]).join("");
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("refuses seeds and limits that it cannot honour", () => {
    expect(() => new Generator(-1)).toThrow("seed is -1");
    expect(() => new Generator(0.5)).toThrow("seed is 0.5");
    expect(() => new Generator(1).integer(0)).toThrow("limit is 0");
  });
});
