import { readFileSync } from "node:fs";
import { Vocabulary } from "@lm/text";
import { describe, expect, it } from "vitest";
import { type NgramModel, ngram, type Smoothing } from "../src/index.ts";

/** What nltk.lm says of tiny texts; see fixtures/generate-nltk.py. */
interface Settings {
  readonly order: number;
  readonly discount: number;
  readonly gamma: number;
  readonly sequence: readonly string[];
  readonly sentences: readonly (readonly string[])[];
}

interface Row {
  readonly method: string;
  readonly context: readonly string[];
  readonly word: string;
  readonly probability: number;
}

const [first, ...lines] = readFileSync(new URL("fixtures/nltk.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");
const { order, discount, gamma, sequence, sentences } = JSON.parse(first!) as Settings;
const rows = lines.map((line) => JSON.parse(line) as Row);

// nltk does not discount unigrams.
const discounts = [0, discount, discount];
const words = ["a", "b", "c", "d"];
const stream = sequence;
const text = sentences.flatMap((sentence) => [...sentence, "</s>"]);
const cases: [Smoothing, tokens: string[], text: readonly string[]][] = [
  ["mle", words, stream],
  // nltk's vocabulary always has an unknown word.
  [{ add: gamma }, [...words, "<unk>"], stream],
  [{ absolute: { discounts } }, words, stream],
  ["witten-bell", words, stream],
  [{ "kneser-ney": { discounts } }, [...words, "</s>"], text],
];

describe.each(cases)("%j", (smoothing, tokens, training) => {
  const vocabulary = new Vocabulary(tokens);
  const ids = (text: readonly string[]) => text.map((word) => vocabulary.id(word)!);
  const model: NgramModel = ngram({ order, smoothing }).fitIds(
    vocabulary,
    Int32Array.from(ids(training)),
  );
  const name = typeof smoothing === "string" ? smoothing : Object.keys(smoothing)[0];
  const expected = rows.filter(({ method }) => method === name);

  it("gives the probabilities that nltk gives", () => {
    expect(expected.length).toBeGreaterThan(40);
    for (const { context, word, probability } of expected) {
      const { logProb } = model.query(ids(context), vocabulary.id(word)!);
      // Ours are float32 logarithms, of which up to three are added.
      expect(Math.exp(logProb), `${word} after ${context}`).toBeCloseTo(probability, 6);
    }
  });
});
