import { OutOfMemoryError } from "@lm/backend";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Block, Heap } from "./heap.ts";
import { bytesOfClass, CLASSES, classOf } from "./size-classes.ts";

const MIB = 2 ** 20;
const memoryOf = (maximum: number) => new WebAssembly.Memory({ initial: 1, maximum });

describe("size classes", () => {
  it("are the smallest that hold so many bytes, and waste at most an eighth above 1 KiB", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (bytes) => {
        const index = classOf(bytes);
        const size = bytesOfClass(index);
        expect(size).toBeGreaterThanOrEqual(bytes);
        expect(size % 64).toBe(0);
        expect(index).toBeLessThan(CLASSES);
        if (index > 1) expect(bytesOfClass(index - 1)).toBeLessThan(bytes);
        if (bytes > 1024) expect(size).toBeLessThanOrEqual((bytes * 9) / 8 + 1);
      }),
    );
  });
});

describe("Heap", () => {
  it("never gives memory away twice, and counts what is in use", () => {
    const sizes = fc.array(
      fc.record({ floats: fc.integer({ min: 0, max: 5000 }), drop: fc.nat(20) }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(sizes, (steps) => {
        const heap = new Heap(memoryOf(512), 1000, 2 ** 32);
        const live: Block[] = [];
        for (const { floats, drop } of steps) {
          live.push(heap.take([floats]));
          if (drop < live.length) heap.release(live.splice(drop, 1)[0]!);
          const spans = live
            .map(({ address, bytes }) => [address, address + bytes] as const)
            .sort(([x], [y]) => x - y);
          for (let i = 0; i < spans.length; i++) {
            expect(spans[i]![0]).toBeGreaterThanOrEqual(1000);
            expect(spans[i]![0] % 64).toBe(0);
            if (i > 0) expect(spans[i]![0]).toBeGreaterThanOrEqual(spans[i - 1]![1]);
          }
          expect(heap.bytes).toBe(live.reduce((sum, { bytes }) => sum + bytes, 0));
        }
      }),
    );
  });

  it("gives a block back only when its last reference is released", () => {
    const heap = new Heap(memoryOf(16), 0, 2 ** 32);
    const block = heap.take([10]);
    block.references += 1;
    heap.release(block);
    expect(heap.take([10]).address).not.toBe(block.address);
    heap.release(block);
    expect(heap.take([10])).toBe(block);
  });

  it("merges free neighbours when the memory cannot grow any more", () => {
    const heap = new Heap(memoryOf(16), 0, 2 ** 32);
    const small = Array.from({ length: 15 }, () => heap.take([16384]));
    expect(() => heap.take([4 * 16384])).toThrow(OutOfMemoryError);
    for (const block of small.slice(3, 8)) heap.release(block);
    const large = heap.take([4 * 16384]);
    expect(large.address).toBe(small[3]!.address);
    expect(heap.take([16384]).address).toBe(small[7]!.address);
  });

  it("names the largest holders, and what to do, when the limit is reached", () => {
    const heap = new Heap(memoryOf(4096), 0, 64 * MIB);
    for (let i = 0; i < 3; i++) heap.take([16, MIB / 4]);
    heap.take([7]);
    let message = "";
    try {
      heap.take([20, MIB / 4]);
    } catch (error) {
      expect(error).toBeInstanceOf(OutOfMemoryError);
      message = (error as Error).message;
    }
    expect(message).toContain("[20,262144] of 20.0 MiB does not fit into the limit of 64.0 MiB");
    expect(message).toContain(
      "48.0 MiB are held, most of it by 3 × [16,262144] (48.0 MiB), 1 × [7]",
    );
    expect(message).toContain("scope()");
    // What was refused has taken nothing.
    heap.take([14, MIB / 4]);
  });

  it("works up to 4 GiB and says clearly when they are full", () => {
    const heap = new Heap(memoryOf(65536), 0, 2 ** 32);
    const gibibyte = [2 ** 28];
    const blocks = [heap.take(gibibyte), heap.take(gibibyte), heap.take(gibibyte)];
    expect(blocks[2]!.address).toBe(2 ** 31);
    expect(() => heap.take(gibibyte)).toThrow(
      /4.00 GiB that WebAssembly can address.*3 × \[268435456\]/,
    );
    expect(() => heap.take([2 ** 31])).toThrow("a tensor [2147483648] of 8.00 GiB does not fit");
    heap.release(blocks[1]!);
    expect(heap.take(gibibyte).address).toBe(2 ** 30);
  });
});
