import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { key, naiveCounts, naiveSentences } from "../test/naive.ts";
import { countNgrams, type NgramCounts } from "./counts.ts";

const letters = new Vocabulary(["a", "b", "c", "d"]);
const words = new Vocabulary(["<unk>", "<s>", "</s>", "a", "b", "c"]);
const wordsWithoutBos = new Vocabulary(["a", "b", "</s>"]);

/** The n-grams of every order as ids, in the order in which they are listed. */
function listed({ orders }: NgramCounts): number[][][] {
  const lists = [Array.from(orders[0]!.words, (word) => [word])];
  for (const [i, { childStarts }] of orders.slice(0, -1).entries()) {
    const list: number[][] = [];
    for (const [context, ids] of lists[i]!.entries())
      for (let child = childStarts[context]!; child < childStarts[context + 1]!; child++)
        list.push([...ids, orders[i + 1]!.words[child]!]);
    lists.push(list);
  }
  return lists;
}

describe("countNgrams", () => {
  it("counts as slow counting with strings does, for any text, order and vocabulary", () => {
    const text = fc.oneof(
      fc.record({ vocabulary: fc.constant(letters), ids: fc.array(fc.nat(3), { minLength: 1 }) }),
      fc.record({
        vocabulary: fc.constant(words),
        ids: fc.array(fc.constantFrom(2, 3, 4, 5), { minLength: 1, maxLength: 60 }),
      }),
      fc.record({
        vocabulary: fc.constant(wordsWithoutBos),
        ids: fc.array(fc.nat(2), { minLength: 1, maxLength: 60 }),
      }),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 7 }), ({ vocabulary, ids }, order) => {
        const counts = countNgrams(vocabulary, Int32Array.from(ids), { order });
        const expected = naiveCounts(naiveSentences(vocabulary, ids), order);
        const lists = listed(counts);
        for (const [i, list] of lists.entries()) {
          const { counts: raw, suffixes } = counts.orders[i]!;
          const seen = list.flatMap((ngram, j) => (raw[j] ? [[key(ngram), raw[j]!] as const] : []));
          expect(new Map(seen)).toEqual(expected[i]);
          if (i > 0) expect(seen.length).toBe(list.length);
          for (const [j, ngram] of list.entries())
            if (i > 0) expect(lists[i - 1]![suffixes[j]!]).toEqual(ngram.slice(1));
        }
      }),
    );
  });

  it("lists n-grams in the order of their words", () => {
    const counts = countNgrams(letters, Int32Array.of(2, 0, 1, 0, 0, 2, 0, 1), { order: 3 });
    expect(listed(counts)[2]).toEqual([
      [0, 0, 2],
      [0, 1, 0],
      [0, 2, 0],
      [1, 0, 0],
      [2, 0, 1],
    ]);
    expect([...counts.orders[2]!.counts]).toEqual([1, 1, 1, 1, 2]);
  });

  it.each([0, -1, 1.5, 33, 1000, Number.NaN])("refuses an order of %s", (order) => {
    expect(() => countNgrams(letters, Int32Array.of(1), { order })).toThrow(
      `ngram: order is ${order}, but it must be an integer from 1 to 32`,
    );
  });

  it("counts nothing beyond the length of the text", () => {
    const { orders } = countNgrams(letters, Int32Array.of(1, 2), { order: 32 });
    expect(orders.map((order) => order.words.length).slice(0, 4)).toEqual([4, 1, 0, 0]);
  });
});
