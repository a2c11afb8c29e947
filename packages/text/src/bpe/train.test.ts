import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BYTE_ALPHABET, bytesToCharacters } from "./byte-level.ts";
import { GPT2 } from "./pre-tokenization.ts";
import { trainMerges } from "./train.ts";

/** Algorithm 1 of Sennrich et al. 2016 as it stands: all pairs are counted anew for every merge. */
function countAnew(text: string, size: number): { tokens: string[]; merges: string[][] } {
  const tokens = [...BYTE_ALPHABET];
  const merges: string[][] = [];
  let pieces = [...text.matchAll(GPT2.pattern)].map(([piece]) => [
    ...bytesToCharacters(new TextEncoder().encode(piece)),
  ]);
  while (tokens.length < size) {
    const counts = new Map<string, number>();
    for (const piece of pieces)
      for (let i = 1; i < piece.length; i++) {
        const pair = `${piece[i - 1]} ${piece[i]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    const order = (pair: string) => pair.split(" ").map((token) => tokens.indexOf(token));
    const [best] = [...counts].sort(([a, m], [b, n]) => {
      const [i, j] = [order(a), order(b)];
      return n - m || i[0]! - j[0]! || i[1]! - j[1]!;
    });
    if (best === undefined) break;
    const [left, right] = best[0].split(" ") as [string, string];
    merges.push([left, right]);
    if (!tokens.includes(left + right)) tokens.push(left + right);
    pieces = pieces.map((piece) => {
      const merged: string[] = [];
      for (let i = 0; i < piece.length; i++)
        if (piece[i] === left && piece[i + 1] === right) merged.push(left + piece[++i]);
        else merged.push(piece[i]!);
      return merged;
    });
  }
  return { tokens, merges };
}

describe("trainMerges", () => {
  it("merges the most frequent pair first, of equal ones that of the smaller ids", () => {
    const merges = (text: string, count: number) => trainMerges(text, 256 + count).merges;
    expect(merges("ab ab cd", 1)).toEqual([["a", "b"]]);
    expect(merges("cd ab", 1)).toEqual([["a", "b"]]);
    expect(merges("ac ab", 1)).toEqual([["a", "b"]]);
    // Four overlapping pairs, of which two can merge.
    expect(merges("aaaaa xy xy xy", 3)).toEqual([
      ["a", "a"],
      ["x", "y"],
      ["Ġ", "xy"],
    ]);
  });

  it("stops where no pair is left", () => {
    expect(trainMerges("ab", 1000)).toEqual({
      tokens: [...BYTE_ALPHABET, "ab"],
      merges: [["a", "b"]],
    });
    expect(trainMerges("", 1000).merges).toEqual([]);
  });

  it("learns what counting anew learns", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "c", "ab", "aa", " ", " ", "é"),
      maxLength: 100,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 256, max: 300 }), (text, size) => {
        expect(trainMerges(text, size)).toEqual(countAnew(text, size));
      }),
      { numRuns: 300 },
    );
  });

  it("takes no longer for one long piece than for many short ones", () => {
    const piece = Array.from({ length: 100_000 }, (_, i) => "acgt"[((i * i) % 7) % 4]).join("");
    const { tokens } = trainMerges(piece, 400);
    expect(tokens.length).toBeGreaterThan(260);
  });
});
