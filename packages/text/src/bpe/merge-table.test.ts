import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Vocabulary } from "../vocabulary.ts";
import { MergeTable } from "./merge-table.ts";
import type { Merge } from "./train.ts";

const vocabulary = new Vocabulary(["a", "b", "ab", "aa", "ba", "aab", "abab", "aaa"]);
const ids = (...tokens: string[]) => tokens.map((token) => vocabulary.id(token)!);
const merges = fc.shuffledSubarray<Merge>([
  ["a", "b"],
  ["a", "a"],
  ["b", "a"],
  ["a", "ab"],
  ["aa", "b"],
  ["ab", "ab"],
  ["aa", "a"],
  ["a", "aa"],
]);

/** The definition: the earliest learned merge that applies, leftmost first, until none does. */
function applySlowly(table: readonly Merge[], tokens: readonly string[]): string[] {
  const result = [...tokens];
  for (;;) {
    let best: { rank: number; at: number } | undefined;
    for (let at = 0; at + 1 < result.length; at++) {
      const rank = table.findIndex(([l, r]) => l === result[at] && r === result[at + 1]);
      if (rank >= 0 && (best === undefined || rank < best.rank)) best = { rank, at };
    }
    if (best === undefined) return result;
    result.splice(best.at, 2, table[best.rank]!.join(""));
  }
}

describe("MergeTable", () => {
  it("applies merges in the order in which they were learned, from the left", () => {
    const table = new MergeTable(
      [
        ["a", "a"],
        ["a", "b"],
        ["aa", "a"],
      ],
      vocabulary,
    );
    expect(table.apply(Int32Array.from(ids("a", "a", "a", "b")))).toEqual(ids("aa", "ab"));
    expect(table.apply(Int32Array.from(ids("a", "a", "a")))).toEqual(ids("aaa"));
    expect(table.apply(new Int32Array(0))).toEqual([]);
  });

  it("does what the definition says", () => {
    fc.assert(
      fc.property(merges, fc.array(fc.constantFrom("a", "b")), (table, symbols) => {
        expect(new MergeTable(table, vocabulary).apply(Int32Array.from(ids(...symbols)))).toEqual(
          ids(...applySlowly(table, symbols)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses merges of tokens that there are not", () => {
    expect(() => new MergeTable([["a", "c"]], vocabulary)).toThrow(
      'model.merges[0] needs the token "c"',
    );
    expect(
      () =>
        new MergeTable(
          [
            ["a", "b"],
            ["b", "b"],
          ],
          vocabulary,
        ),
    ).toThrow('model.merges[1] needs the token "bb"');
  });
});
