import { encodeStream, wordTokenizer } from "@lm/text";
import { NgramCounter, ngram } from "../src/index.ts";
import { SpilledRuns } from "../src/node/index.ts";
import { repeatedText, stateOfTheUnion } from "./repeated-text.ts";

/*
 * `npm run bench:memory` counts 100 million tokens at order 4, smooths them, and prints what that took. It fails where
 * the process ever needed more than 2 GiB. Another number of tokens may follow: `npm run bench:memory -- 1e7`.
 */
const TOKENS = Number(process.argv[2] ?? 1e8);
const ORDER = 4;
const MOST_BYTES = 2 * 2 ** 30;

const peak = () => process.resourceUsage().maxRSS * 1024;
const table: Record<string, { seconds: string; "peak, MiB": string }> = {};
let start = performance.now();
function done(name: string): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  table[name] = { seconds, "peak, MiB": (peak() / 2 ** 20).toFixed(0) };
  start = performance.now();
}

const tokenizer = wordTokenizer(stateOfTheUnion().join("\n"));
const counter = new NgramCounter(tokenizer.vocabulary, { order: ORDER, runs: new SpilledRuns() });
done("vocabulary");

let tokens = 0;
for await (const ids of encodeStream(tokenizer, repeatedText(1))) {
  counter.add(ids.subarray(0, TOKENS - tokens));
  tokens += ids.length;
  if (tokens >= TOKENS) break;
}
done("text to sorted runs");

const counts = counter.finish();
done("merging");
const model = ngram({ order: ORDER }).fitCounts(counts);
done("smoothing");

console.table(table);
console.log(`tokens ${Math.min(tokens, TOKENS)}, n-grams ${model.ngramCounts.join(" + ")}`);
for (const note of model.notes) console.log(note);
const logProbs = model.score([tokenizer.encode("\nThe Congress of the United States.\n")])[0]!;
console.log(`ln p of a sentence ${logProbs.reduce((sum, logProb) => sum + logProb).toFixed(3)}`);
if (peak() > MOST_BYTES) {
  console.error(`not true: at most ${MOST_BYTES / 2 ** 20} MiB`);
  process.exitCode = 1;
}
