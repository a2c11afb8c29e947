import { wordTokenizer } from "@lm/text";
import {
  fromBytes,
  type NgramModel,
  ngram,
  pruneByEntropy,
  quantize,
  readArpa,
  toBytes,
  writeArpa,
} from "../src/index.ts";
import { perplexity } from "../test/perplexity.ts";
import { check, closedWikiText, cpuSeconds } from "./measure.ts";

/*
 * `npm run bench:costs` prints what a 5-gram model of WikiText-2 costs to make, to score, to keep and to open, and
 * what is lost by making it smaller. It fails where a promise of the README is broken: times are CPU seconds, those of
 * the compiler and the garbage collector included, of which the median of some runs is taken.
 */
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value);
const bytesPerNgram = (model: NgramModel) => model.byteLength / sum(model.ngramCounts);

const train = closedWikiText("train");
const test = closedWikiText("test");

/** CPU seconds that KenLM's lmplz takes for this text, options and order, as the reference data say. */
const LMPLZ_SECONDS = 3.9;

const making: number[] = [];
for (let run = 0; run < 3; run++) {
  const [, seconds] = await cpuSeconds(() => {
    const tokenizer = wordTokenizer(train);
    return ngram({ order: 5 }).fit(tokenizer, train).query([0], 1);
  });
  making.push(seconds);
}
check(making[0]! <= LMPLZ_SECONDS, "text to model in no more CPU time than lmplz");

const tokenizer = wordTokenizer(train);
const ids = tokenizer.encode(test);
const exact = ngram({ order: 5 }).fit(tokenizer, train);
const smaller: Record<string, NgramModel> = {
  "as estimated": exact,
  quantised: quantize(exact),
  "pruned, count 1 from order 3": ngram({ order: 5, prune: [0, 0, 1] }).fit(tokenizer, train),
  "pruned by entropy, 1e-8": pruneByEntropy(exact, 1e-8),
  "pruned by entropy, 1e-7": pruneByEntropy(exact, 1e-7),
  "and quantised": quantize(pruneByEntropy(exact, 1e-7)),
};
const sizes: object[] = [];
for (const [name, model] of Object.entries(smaller)) {
  const speeds: number[] = [];
  for (let run = 0; run < 9; run++) {
    const [, seconds] = await cpuSeconds(() => model.score([ids, ids]));
    speeds.push((2 * ids.length) / seconds);
  }
  const scored = median(speeds);
  const most = model.isQuantized ? 8 : 16;
  check(bytesPerNgram(model) <= most, `${name}: at most ${most} bytes an n-gram`);
  // Whatever else the machine does only slows it down.
  if (model === exact) check(Math.max(...speeds) >= 3e6, "3 million tokens a second");
  sizes.push({
    model: name,
    "n-grams": sum(model.ngramCounts),
    "bytes an n-gram": bytesPerNgram(model).toFixed(2),
    MiB: (model.byteLength / 2 ** 20).toFixed(1),
    perplexity: perplexity(model, ids).perplexity.toFixed(3),
    "million tokens a second": (scored / 1e6).toFixed(2),
  });
}
console.table(sizes);

// From memory, in pieces as a disk would give them: what is compared is opening, not disks.
const encoder = new TextEncoder();
const [file, packing] = await cpuSeconds(() => toBytes(exact));
const [arpa, writing] = await cpuSeconds(() =>
  Array.from(writeArpa(exact), (piece) => encoder.encode(piece)),
);
const opening: number[] = [];
const reading: number[] = [];
const scores = exact.score([ids])[0]!;
const isSame = (model: NgramModel) =>
  model.score([ids])[0]!.every((logProb, i) => logProb === scores[i]);
for (let run = 0; run < 5; run++) {
  const [opened, openingSeconds] = await cpuSeconds(() => fromBytes(file));
  const [read, readingSeconds] = await cpuSeconds(() => readArpa(arpa));
  opening.push(openingSeconds);
  reading.push(readingSeconds);
  check(isSame(opened), "a model opened from its file scores the same");
  check(isSame(read), "a model read from its ARPA file scores the same");
}
const ratio = median(reading.map((seconds, run) => seconds / opening[run]!));
check(ratio >= 50, "a model file opens 50 times faster than an ARPA file");

console.table({
  "text to model, CPU s": making.map((seconds) => seconds.toFixed(2)).join(", "),
  "of lmplz's CPU time, the first": (making[0]! / LMPLZ_SECONDS).toFixed(2),
  "toBytes, CPU s": packing.toFixed(2),
  "fromBytes, CPU s": median(opening).toFixed(3),
  "writing ARPA, CPU s": writing.toFixed(2),
  "MB of the model file, the ARPA file": [file.length, sum(arpa.map(({ length }) => length))]
    .map((bytes) => (bytes / 1e6).toFixed(0))
    .join(", "),
  "reading ARPA, CPU s": median(reading).toFixed(2),
  "ARPA for fromBytes": ratio.toFixed(0),
});
