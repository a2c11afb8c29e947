import fc from "fast-check";
import { expect, it } from "vitest";
import { Heap } from "./heap.ts";

it("gives its items in order, also while more come in", () => {
  // A number is pushed, null pops.
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 }))), (commands) => {
      const heap = new Heap<number>((a, b) => a < b);
      const sorted: number[] = [];
      for (const command of commands) {
        if (command === null) expect(heap.pop()).toBe(sorted.shift());
        else {
          heap.push(command);
          sorted.push(command);
          sorted.sort((a, b) => a - b);
        }
      }
      for (const item of sorted) expect(heap.pop()).toBe(item);
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
