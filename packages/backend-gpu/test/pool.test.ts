import { describe, expect, it } from "vitest";
import type { Memory } from "../src/device/device.ts";
import { Pool } from "../src/device/pool.ts";

function poolOfCounted() {
  const alive = new Set<Memory>();
  const pool = new Pool<Memory>({
    maxFloats: 6_000_000,
    create(floats) {
      const memory = { floats };
      alive.add(memory);
      return memory;
    },
    destroy: (memory) => alive.delete(memory),
  });
  return { pool, alive };
}

describe("a pool", () => {
  it("makes nothing new for a loop that asks for the same sizes", () => {
    const { pool, alive } = poolOfCounted();
    const sizes = [10, 70, 5000, 5000, 100_000];
    const round = () => {
      for (const memory of sizes.map((size) => pool.take(size))) pool.give(memory);
    };
    round();
    const first = new Set(alive);
    for (let i = 0; i < 100; i++) round();
    expect(alive).toEqual(first);
    expect(pool.count).toBe(sizes.length);
  });

  it("keeps at most what was in use at a time, whatever sizes come", () => {
    const { pool, alive } = poolOfCounted();
    for (let size = 1; size < 100_000; size += 997) pool.give(pool.take(size));
    const kept = [...alive].reduce((sum, { floats }) => sum + floats, 0);
    expect(kept).toBeLessThanOrEqual(2 * 131_072);
    expect(pool.count).toBe(alive.size);
  });

  it("wastes at most a fifth of a large piece", () => {
    const { pool } = poolOfCounted();
    for (let size = 257; size < 5_000_000; size = Math.ceil(size * 1.03))
      expect(pool.take(size).floats / size).toBeLessThanOrEqual(1.25);
  });

  it("makes no piece larger than the device can hold, and takes it back", () => {
    const { pool, alive } = poolOfCounted();
    for (let i = 0; i < 3; i++) pool.give(pool.take(5_900_000));
    expect([...alive]).toEqual([{ floats: 6_000_000 }]);
  });

  it("gives everything back, in use or not", () => {
    const { pool, alive } = poolOfCounted();
    pool.take(10);
    pool.give(pool.take(1000));
    pool.clear();
    expect(alive.size).toBe(0);
    expect(pool.count).toBe(0);
  });
});
