import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countedTexts, cutAt, longText, manyWords, plain } from "../../test/counted-texts.ts";
import { countNgrams } from "../counts.ts";
import { mergeCounts } from "./merge-counts.ts";
import { NgramCounter } from "./ngram-counter.ts";
import { MemoryRuns } from "./run-store.ts";

const words = new Vocabulary(["<unk>", "<s>", "</s>", "a", "b", "c"]);
const order = fc.integer({ min: 1, max: 6 });

describe("NgramCounter", () => {
  it("counts what countNgrams counts, wherever the text is cut and however short the runs are", () => {
    const options = fc.record({
      order,
      runLength: fc.integer({ min: 1, max: 50 }),
      unknown: fc.constantFrom("skip" as const, "count" as const),
      blankLines: fc.constantFrom("skip" as const, "count" as const),
    });
    fc.assert(
      fc.property(
        countedTexts,
        fc.array(fc.nat(), { maxLength: 5 }),
        options,
        ({ vocabulary, ids }, cuts, { runLength, ...rest }) => {
          // All lines may be blank.
          fc.pre(rest.blankLines === "count" || ids.some((id) => id > 2));
          const counter = new NgramCounter(vocabulary, { ...rest, runLength });
          for (const piece of cutAt(ids, cuts)) counter.add(piece);
          expect(plain(counter.finish())).toEqual(plain(countNgrams(vocabulary, ids, rest)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("counts long texts, whose runs are sorted by bins", () => {
    const ids = longText(60_000, 1);
    const counter = new NgramCounter(manyWords, { order: 4, runLength: 25_000 });
    for (const piece of cutAt(ids, [1, 20_000, 20_001])) counter.add(piece);
    expect(plain(counter.finish())).toEqual(plain(countNgrams(manyWords, ids, { order: 4 })));
  });

  it("says where in the whole text a bad id stands", () => {
    const counter = new NgramCounter(words, { order: 2 });
    counter.add(Int32Array.of(3, 4, 2));
    expect(() => counter.add(Int32Array.of(3, 9))).toThrow("token 4 of the text has id 9");
  });

  it("refuses an empty text, more text after the end, and options that make no sense", () => {
    const counter = new NgramCounter(words, { order: 2 });
    counter.add(Int32Array.of());
    expect(() => counter.finish()).toThrow("the text has no tokens");
    expect(() => counter.add(Int32Array.of(3))).toThrow("this counter is finished");
    expect(() => counter.finish()).toThrow("this counter is finished");
    expect(() => new NgramCounter(words, { order: 0 })).toThrow("order is 0");
    expect(() => new NgramCounter(words, { order: 1000 })).toThrow("order is 1000");
    expect(() => new NgramCounter(words, { order: 1, runLength: 0 })).toThrow("runLength is 0");
  });

  it("closes its runs, also when nothing can be counted", () => {
    class Watched extends MemoryRuns {
      closed = 0;
      override close() {
        this.closed++;
        super.close();
      }
    }
    const runs = new Watched();
    expect(() => new NgramCounter(words, { order: 2, runs }).finish()).toThrow();
    expect(runs.closed).toBe(1);
    const bad = new NgramCounter(words, { order: 2, runs });
    expect(() => bad.add(Int32Array.of(77))).toThrow();
    expect(runs.closed).toBe(2);
  });
});

describe("mergeCounts", () => {
  it("gives the counts of all texts together", () => {
    const sentences = fc.array(fc.constantFrom(2, 3, 4, 5), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(sentences, { minLength: 1, maxLength: 4 }), order, (texts, order) => {
        const ids = texts.map((text) => Int32Array.of(...text, 2));
        const counts = ids.map((each) => countNgrams(words, each, { order }));
        const all = Int32Array.from(ids.flatMap((each) => [...each]));
        expect(plain(mergeCounts(counts))).toEqual(plain(countNgrams(words, all, { order })));
      }),
    );
  });

  it("refuses counts that do not belong together", () => {
    const count = (tokens: string[], order: number) =>
      countNgrams(new Vocabulary(tokens), Int32Array.of(0, 1), { order });
    const first = count(["a", "b"], 2);
    expect(() => mergeCounts([])).toThrow("there are no counts to merge");
    expect(() => mergeCounts([first, count(["a", "b"], 3)])).toThrow("counts of order 2 and 3");
    expect(() => mergeCounts([first, count(["a", "c"], 2)])).toThrow(
      'different vocabularies: token 1 is "b" in one and "c" in another',
    );
    expect(() => mergeCounts([first, count(["a", "b", "c"], 2)])).toThrow(
      "one has 2 tokens, another 3",
    );
    const ends = countNgrams(new Vocabulary(["a", "b"], { eos: "b" }), Int32Array.of(0, 1), {
      order: 2,
    });
    expect(() => mergeCounts([first, ends])).toThrow("the reserved tokens are not the same");
  });

  it("refuses sums that a count cannot hold", () => {
    const counts = countNgrams(new Vocabulary(["a"]), Int32Array.of(0, 0), { order: 2 });
    counts.orders[0]!.counts[0] = 0xffffffff;
    expect(() => mergeCounts([counts, counts])).toThrow(
      "an n-gram of order 1 was counted 8589934590 times",
    );
  });
});
