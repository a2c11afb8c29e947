import { gzipSync } from "node:zlib";
import { wordTokenizer } from "@lm/text";
import { ngram, quantize, toBytes, writeArpa } from "../src/index.ts";

/** What Node says of a model, for the browser to say the same. */
export interface ModelInNode {
  readonly name: string;
  /** The model file, and the gzipped ARPA file. */
  readonly file: readonly number[];
  readonly arpa: readonly number[];
  readonly ids: readonly number[];
  readonly scores: readonly number[];
  /** As strings: what is provided travels as JSON, which has no −Infinity. */
  readonly distribution: readonly string[];
}

// A program: prints the models as JSON.
const words = "the cat sat on a mat and a dog ran home".split(" ");
const lines = Array.from({ length: 400 }, (_, i) =>
  Array.from({ length: 3 + (i % 7) }, (_, j) => words[(i * i + j * j * 3 + i * j) % words.length]),
);
const text = lines.map((line) => `${line.join(" ")}\n`).join("");
const tokenizer = wordTokenizer(text);
const model = ngram({ order: 4 }).fit(tokenizer, text);
const ids = tokenizer.encode(`\n${text.slice(0, 3000)} bird`);
const models = [model, quantize(model)].map(
  (each): ModelInNode => ({
    name: each.isQuantized ? "quantised" : "as estimated",
    file: [...toBytes(each)],
    arpa: [...gzipSync([...writeArpa(each)].join(""))],
    ids: [...ids],
    scores: [...each.score([ids])[0]!],
    distribution: Array.from(each.distribution(ids), String),
  }),
);
process.stdout.write(JSON.stringify(models));
