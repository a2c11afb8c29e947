import type { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { texts } from "../../test/arbitrary-texts.ts";
import {
  type NaiveMethod,
  type NaiveModel,
  naiveAdjusted,
  naiveBackoff,
  naiveCounts,
  naiveInterpolated,
  naiveSentences,
} from "../../test/naive.ts";
import { ngram } from "../ngram.ts";
import type { Form, Smoothing } from "./smoothing.ts";

/*
 * Every method beside its definition, computed with strings and maps from the same text: for any text, order, context,
 * pruning and parameters.
 */
const HIGHEST = 4;
const discount = fc.double({ min: 0.01, max: 1, noNaN: true });
const weight = fc.double({ min: 0, max: 1, noNaN: true });
const contexts = fc.array(fc.nat(3), { maxLength: 4 });
const thresholds = fc
  .tuple(fc.nat(1), fc.nat(2), fc.nat(2))
  .map(([b, c, d]) => [0, b, b + c, b + c + d]);
const drawn = fc.record({
  text: texts,
  order: fc.integer({ min: 1, max: HIGHEST }),
  discounts: fc.array(discount, { minLength: HIGHEST, maxLength: HIGHEST }),
  weights: fc.array(fc.array(weight, { minLength: 1, maxLength: 3 }), {
    minLength: HIGHEST,
    maxLength: HIGHEST,
  }),
  prune: thresholds,
  context: contexts,
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

interface Definition {
  readonly smoothing: (drawn: Drawn) => Smoothing;
  readonly form: Form;
  readonly isAdjusted?: boolean;
  readonly method: (drawn: Drawn) => Omit<NaiveMethod, "counts" | "prune">;
}

const single = (name: "absolute" | "kneser-ney", form: Form): Definition => ({
  smoothing: ({ discounts, order }) =>
    ({ [name]: { form, discounts: discounts.slice(0, order) } }) as unknown as Smoothing,
  form,
  isAdjusted: name === "kneser-ney",
  method: ({ discounts }) => ({ keep: (k, count) => count - discounts[k - 1]! }),
});
const modified = (form: Form): Definition => ({
  smoothing: ({ discounts, order }) => ({
    "modified-kneser-ney": {
      form,
      discounts: discounts.slice(0, order).map((d) => [d, 1.5 * d, 2 * d]),
    },
  }),
  form,
  isAdjusted: true,
  method: ({ discounts }) => ({
    keep: (k, count) => count - [1, 1.5, 2][Math.min(count, 3) - 1]! * discounts[k - 1]!,
  }),
});
const wittenBell = (form: Form): Definition => ({
  smoothing: () => ({ "witten-bell": { form } }),
  form,
  method: () => ({ keep: (_, count) => count, denominator: (_, total, types) => total + types }),
});

const definitions: Record<string, Definition> = {
  "absolute, interpolated": single("absolute", "interpolated"),
  "absolute, back-off": single("absolute", "backoff"),
  "kneser-ney, interpolated": single("kneser-ney", "interpolated"),
  "kneser-ney, back-off": single("kneser-ney", "backoff"),
  "modified-kneser-ney, interpolated": modified("interpolated"),
  "modified-kneser-ney, back-off": modified("backoff"),
  "witten-bell, interpolated": wittenBell("interpolated"),
  "witten-bell, back-off": wittenBell("backoff"),
  katz: {
    // Two ratios: counts of 3 and more are trusted as they are.
    smoothing: ({ discounts, order }) => ({
      katz: { discounts: discounts.slice(0, order).map((d) => [d / 2, d]) },
    }),
    form: "backoff",
    method: ({ discounts }) => ({
      keep: (k, count) => count * (count > 2 ? 1 : (count * discounts[k - 1]!) / 2),
    }),
  },
  interpolation: {
    smoothing: ({ weights, order }) => ({ interpolation: { weights: weights.slice(0, order) } }),
    form: "interpolated",
    method: ({ weights }) => ({
      keep: (_, count) => count,
      denominator: (k, total) => {
        const row = weights[k - 1]!;
        return total / row[Math.min(Math.floor(Math.log2(total)), row.length - 1)]!;
      },
    }),
  },
};

function naive(definition: Definition, drawn: Drawn): NaiveModel {
  const { vocabulary, ids } = drawn.text;
  const sentences = naiveSentences(vocabulary, [...ids]);
  const counts = (definition.isAdjusted ? naiveAdjusted : rawCounts)(
    vocabulary,
    sentences,
    drawn.order,
  );
  const build = definition.form === "backoff" ? naiveBackoff : naiveInterpolated;
  return build(vocabulary, sentences, {
    counts,
    prune: drawn.prune.slice(0, drawn.order),
    ...definition.method(drawn),
  });
}

const rawCounts = (_: Vocabulary, sentences: readonly number[][], order: number) =>
  naiveCounts(sentences, order);

describe.each(Object.entries(definitions))("%s", (_, definition) => {
  it("is what its equations say", () => {
    fc.assert(
      fc.property(drawn, (drawn) => {
        const { vocabulary, ids } = drawn.text;
        const expected = naive(definition, drawn);
        const model = ngram({
          order: drawn.order,
          smoothing: definition.smoothing(drawn),
          prune: drawn.prune.slice(0, drawn.order),
        }).fitIds(vocabulary, ids);
        const letters = ["a", "b", "c", "never"].map((token) => vocabulary.id(token)!);
        const context = drawn.context.map((letter) => letters[letter]!);
        for (let word = 0; word < vocabulary.size; word++) {
          const { logProb } = model.query(context, word);
          // Values are stored as float32 logarithms, up to four of which are added.
          expect(Math.exp(logProb)).toBeCloseTo(expected(context, word), 5);
        }
      }),
      { numRuns: 150 },
    );
  });
});
