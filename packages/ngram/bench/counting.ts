import { wordTokenizer } from "@lm/text";
import { countNgrams, NgramCounter, type NgramCounts } from "../src/index.ts";
import { SpilledRuns } from "../src/node/index.ts";
import { stateOfTheUnion } from "./repeated-text.ts";

/*
 * `npm run bench:counting` prints how long ways to count n-grams take in proportion to `countNgrams`: with a Map of
 * strings, and in pieces with runs in memory or on disk. Medians of interleaved runs; half a million tokens for the
 * Map, which soon has no room for more, three and a half million for the rest.
 */
const ORDER = 5;
const ROUNDS = 5;
const RUN_LENGTH = 1 << 20;

const text = stateOfTheUnion().join("\n");
const tokenizer = wordTokenizer(text);
const { vocabulary } = tokenizer;
const long = tokenizer.encode(`${text}\n${text.split(" ").reverse().join(" ")}`);
const short = long.slice(0, 500_000);

function countInMap(ids: Int32Array): number[] {
  const maps = Array.from({ length: ORDER }, () => new Map<string, number>());
  const sentence: number[] = [vocabulary.bos!];
  const countSentence = () => {
    for (const [i, map] of maps.entries())
      for (let start = 0; start + i < sentence.length; start++) {
        const key = sentence.slice(start, start + i + 1).join(" ");
        map.set(key, (map.get(key) ?? 0) + 1);
      }
    sentence.length = 1;
  };
  for (const id of ids) {
    sentence.push(id);
    if (id === vocabulary.eos) countSentence();
  }
  // The last one may have been cut off.
  if (sentence.length > 1) {
    sentence.push(vocabulary.eos!);
    countSentence();
  }
  return maps.map(({ size }) => size);
}

function countInPieces(ids: Int32Array, runs?: SpilledRuns): NgramCounts {
  const options = { order: ORDER, runLength: RUN_LENGTH, ...(runs && { runs }) };
  const counter = new NgramCounter(vocabulary, options);
  counter.add(ids);
  return counter.finish();
}

const sizesOf = ({ orders }: NgramCounts) =>
  orders.map(({ counts }) => counts.reduce((sum, count) => sum + Math.min(count, 1), 0));

/** Seconds of `count`, after its n-grams have been found as many as they should be. */
function timed(count: () => number[], expected: readonly number[]): number {
  const start = performance.now();
  const sizes = count();
  const seconds = (performance.now() - start) / 1000;
  if (sizes.join() !== expected.join()) {
    console.error(`not true: there are ${expected} n-grams, not ${sizes}`);
    process.exitCode = 1;
  }
  return seconds;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const ours = (ids: Int32Array) => () => sizesOf(countNgrams(vocabulary, ids, { order: ORDER }));

const table: object[] = [];
for (const [name, ids, count] of [
  ["a Map of strings", short, () => countInMap(short)],
  ["pieces, runs in memory", long, () => sizesOf(countInPieces(long))],
  ["pieces, runs on disk", long, () => sizesOf(countInPieces(long, new SpilledRuns()))],
] as const) {
  const expected = ours(ids)();
  const pairs = Array.from({ length: ROUNDS }, () => [
    timed(ours(ids), expected),
    timed(count, expected),
  ]) as [number, number][];
  table.push({
    "counted by": name,
    tokens: ids.length,
    "countNgrams, s": median(pairs.map(([our]) => our)).toFixed(2),
    "this, s": median(pairs.map(([, other]) => other)).toFixed(2),
    ratio: median(pairs.map(([our, other]) => other / our)).toFixed(2),
  });
}
console.table(table);
