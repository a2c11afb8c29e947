import { testLanguageModel } from "@lm/model/vitest";
import { describe } from "vitest";
import { ngram } from "../src/index.ts";
import { VOCABULARIES } from "./arbitrary-texts.ts";
import { SMOOTHINGS } from "./smoothings.ts";

const LINES = ["abacab", "cab", "", "abba", "caba"];

describe.each(Object.entries(VOCABULARIES))("over %s", (_, vocabulary) => {
  const text = LINES.flatMap((line) => [...line, "</s>"]);
  const ids = Int32Array.from(text.flatMap((token) => vocabulary.id(token) ?? []));
  describe.each([1, 3])("order %i", (order) => {
    describe.each([...SMOOTHINGS, "stupid-backoff" as const])("%j", (smoothing) => {
      const model = ngram({ order, smoothing }).fitIds(vocabulary, ids);
      // Probabilities and weights are float32 logarithms, a relative error of 6e-8 each, some of which add up.
      testLanguageModel({ model, tolerance: 1e-6 });
    });
  });
});
