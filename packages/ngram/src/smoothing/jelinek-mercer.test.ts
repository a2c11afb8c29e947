import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { texts } from "../../test/arbitrary-texts.ts";
import { naiveCounts, naiveSentences } from "../../test/naive.ts";
import { countNgrams } from "../counts.ts";
import { ngram } from "../ngram.ts";
import { fitWeights } from "./fit-weights.ts";
import { heldOutEvents, leaveOneOutEvents, UNSEEN } from "./interpolation-events.ts";
import type { InterpolationOptions } from "./jelinek-mercer.ts";

const vocabulary = new Vocabulary(["a", "b"]);
const [a, b] = [0, 1];
const weightsOf = (order: number, ids: number[], options: InterpolationOptions) => {
  const model = ngram({ order, smoothing: { interpolation: options } }).fitIds(
    vocabulary,
    Int32Array.from(ids),
  );
  const { smoothing } = model.origin!;
  return (smoothing as { interpolation: { weights: number[][] } }).interpolation.weights;
};
const everyContextAlike = { bucketOf: () => 0, isOpen: true };

describe("jelinekMercer", () => {
  it("finds the weight that makes held-out text most probable", () => {
    // p(a) = 1/2 + λ/6 after “a a b”. The likelihood of three a and two b is highest at p(a) = 3/5.
    const heldOut = Int32Array.of(a, a, a, b, b);
    expect(weightsOf(1, [a, a, b], { heldOut, tying: "order" })[0]![0]).toBeCloseTo(0.6, 2);
  });

  it("trusts longer contexts where they help, one weight for each power of two of their count", () => {
    const training = [...Array(20).fill([a, b]).flat(), ...Array(20).fill([b]).flat()];
    const heldOut = Int32Array.from(Array(20).fill([a, b]).flat());
    const [, [first, , , , last]] = weightsOf(2, training, { heldOut }) as [number[], number[]];
    // a was counted 20 times, b 39 times; only the last two buckets had events, the first have none.
    expect(first).toBe(0.5);
    expect(last).toBeGreaterThan(0.9);
  });

  it("fits without held-out text by leaving each occurrence out", () => {
    // b follows a always, and what follows b is anyone's guess.
    const training = Array(40).fill([a, b]).flat();
    const [, [lambda]] = weightsOf(2, training, { tying: "order" }) as [number[], number[]];
    expect(lambda).toBeGreaterThan(0.95);
  });

  it("keeps the fitted weights, not the text, in what it says of its origin", () => {
    const model = ngram({
      order: 1,
      smoothing: { interpolation: { heldOut: Int32Array.of(a), tying: "order" } },
    }).fitIds(vocabulary, Int32Array.of(a, b, b));
    expect(
      Object.keys((model.origin!.smoothing as { interpolation: object }).interpolation),
    ).toEqual(["weights"]);
  });
});

describe("fitWeights", () => {
  it("finds no worse a likelihood than any neighbour has", () => {
    const frequency = fc.double({ min: 0, max: 1, noNaN: true });
    const events = fc
      .array(fc.tuple(frequency, frequency, fc.boolean(), fc.integer({ min: 1, max: 9 })), {
        minLength: 1,
        maxLength: 12,
      })
      .map((rows) => ({
        order: 2,
        uniform: 0.1,
        occurrences: Float64Array.from(rows, ([, , , times]) => times),
        frequencies: Float32Array.from(rows.flatMap(([one, two]) => [one, two] as const)),
        buckets: Uint8Array.from(rows.flatMap(([, , isSeen]) => [0, isSeen ? 0 : UNSEEN])),
      }));
    fc.assert(
      fc.property(events, (drawn) => {
        const likelihood = (one: number, two: number) =>
          drawn.occurrences.reduce((sum, times, i) => {
            const lower = one * drawn.frequencies[2 * i]! + (1 - one) * drawn.uniform;
            const upper = two * drawn.frequencies[2 * i + 1]! + (1 - two) * lower;
            return sum + times * Math.log(drawn.buckets[2 * i + 1] === UNSEEN ? lower : upper);
          }, 0);
        const [[one], [two]] = fitWeights(drawn) as [[number], [number]];
        const found = likelihood(one, two);
        // EM stops where an iteration gains less than 1e-7 an event: close to the optimum, not on it.
        const slack = 1e-3 * drawn.occurrences.reduce((sum, times) => sum + times, 0);
        for (const step of [-0.05, 0.05]) {
          const moved = (x: number) => Math.min(Math.max(x + step, 1e-6), 1 - 1e-6);
          expect(likelihood(moved(one), two)).toBeLessThan(found + slack);
          expect(likelihood(one, moved(two))).toBeLessThan(found + slack);
        }
      }),
    );
  });
});

describe("events", () => {
  /** Rows of [occurrences, frequency or "unseen" for each order], summed up, sorted. */
  function rows(events: ReturnType<typeof heldOutEvents>): string[] {
    const { order, occurrences, frequencies, buckets } = events;
    const times = new Map<string, number>();
    for (const [i, count] of occurrences.entries()) {
      const row = Array.from({ length: order }, (_, k) =>
        buckets[i * order + k] === UNSEEN ? "unseen" : frequencies[i * order + k]!.toFixed(5),
      ).join(" ");
      times.set(row, (times.get(row) ?? 0) + count);
    }
    return [...times].map(([row, count]) => `${count}: ${row}`).sort();
  }

  /** The same from the definitions, each event judged by the counts without `left` of its own occurrences. */
  function naiveRows(
    text: { vocabulary: Vocabulary; ids: Int32Array },
    judged: Int32Array,
    order: number,
    left: number,
  ): string[] {
    const counts = naiveCounts(naiveSentences(text.vocabulary, [...text.ids]), order);
    const { bos, size } = text.vocabulary;
    const start = bos ?? size;
    const times = new Map<string, number>();
    for (const sentence of naiveSentences(text.vocabulary, [...judged]))
      for (let i = 0; i < sentence.length; i++) {
        const word = sentence[i]!;
        if (word === start && text.vocabulary.eos !== undefined) continue;
        // Leaving one out passes over the beginning of a text without sentences.
        if (left > 0 && text.vocabulary.eos === undefined && i + 1 < order) continue;
        const row = Array.from({ length: order }, (_, k) => {
          if (k > i) return "unseen";
          const context = sentence.slice(i - k, i).join(" ");
          const follow = [...counts[k]!].filter(
            ([ngram]) =>
              ngram.split(" ").slice(0, -1).join(" ") === context &&
              !(k === 0 && text.vocabulary.eos !== undefined && ngram === String(start)),
          );
          const total = follow.reduce((sum, [, count]) => sum + count, 0) - left;
          if (total <= 0) return "unseen";
          const own = counts[k]!.get(sentence.slice(i - k, i + 1).join(" ")) ?? 0;
          return Math.fround((own - left) / total).toFixed(5);
        }).join(" ");
        times.set(row, (times.get(row) ?? 0) + 1);
      }
    return [...times].map(([row, count]) => `${count}: ${row}`).sort();
  }

  const orders = fc.integer({ min: 1, max: 4 });

  it("of held-out text are what every order says of its tokens", () => {
    fc.assert(
      fc.property(texts, orders, fc.nat(), (text, order, cut) => {
        const judged = text.ids.subarray(cut % text.ids.length);
        const counts = countNgrams(text.vocabulary, text.ids, { order });
        expect(rows(heldOutEvents(counts, judged, everyContextAlike))).toEqual(
          naiveRows(text, judged, order, 0),
        );
      }),
    );
  });

  it("of the counted text leave out the occurrence that they judge", () => {
    fc.assert(
      fc.property(texts, orders, (text, order) => {
        const counts = countNgrams(text.vocabulary, text.ids, { order });
        expect(rows(leaveOneOutEvents(counts, everyContextAlike))).toEqual(
          naiveRows(text, text.ids, order, 1),
        );
      }),
    );
  });
});
