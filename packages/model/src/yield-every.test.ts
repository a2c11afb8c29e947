import { expect, it } from "vitest";
import { yieldEvery } from "./yield-every.ts";

it("lets timers through while work goes on", async () => {
  let isRung = false;
  setTimeout(() => {
    isRung = true;
  });
  const breathe = yieldEvery(5);
  const end = performance.now() + 2000;
  while (!isRung && performance.now() < end) await breathe();
  expect(isRung).toBe(true);
});

it("goes on at once before the time is over", async () => {
  let isRung = false;
  setTimeout(() => {
    isRung = true;
  });
  const breathe = yieldEvery(60_000);
  for (let i = 0; i < 100; i++) await breathe();
  expect(isRung).toBe(false);
});
