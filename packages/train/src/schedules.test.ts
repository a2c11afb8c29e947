import { expect, it } from "vitest";
import { constant, cosineWithWarmup, stepDecay } from "./schedules.ts";

it("constant stays", () => {
  expect([1, 1000].map(constant(0.1))).toEqual([0.1, 0.1]);
});

it("cosineWithWarmup rises linearly, then falls along half a cosine to its floor and stays there", () => {
  const schedule = cosineWithWarmup({ peak: 1, warmup: 3, steps: 13, floor: 0.2 });
  expect([1, 2, 3].map(schedule)).toEqual([0.25, 0.5, 0.75]);
  expect(schedule(4)).toBe(1);
  expect(schedule(9)).toBeCloseTo(0.6, 12);
  expect(schedule(14)).toBeCloseTo(0.2, 12);
  expect(schedule(100)).toBeCloseTo(0.2, 12);
});

it("stepDecay halves after the fourth epoch, as Zaremba et al. did", () => {
  const schedule = stepDecay({ initial: 1, factor: 0.5, every: 10, start: 30 });
  expect([1, 30, 40, 41, 50, 51].map(schedule)).toEqual([1, 1, 1, 0.5, 0.5, 0.25]);
});
