import { type CpuBackend, cpu } from "@lm/backend-cpu";
import { lstm } from "@lm/rnn";
import { streams, Vocabulary, windows } from "@lm/text";
import { adamW, sgd, train } from "@lm/train";
import { transformer } from "@lm/transformer";
import { printTable } from "../../backend-cpu/bench/measure.ts";
import { native } from "../src/index.ts";

/**
 * A training step by the library and without it, in pairs that take turns, medians: nanoGPT's configuration for a CPU, and
 * the small LSTM of Zaremba et al. 2014. `node --conditions=@lm/source bench/training.ts [threads]`
 */
const threads = Number(process.argv[2] ?? 1);
const [warmUp, pairs] = [5, 40];

/** A corpus of so many different words, at random. */
function corpus(size: number) {
  let seed = 1;
  const ids = Int32Array.from({ length: 100_000 }, () => {
    seed = (seed * 48271) % 2147483647;
    return seed % size;
  });
  return { ids, vocabulary: new Vocabulary(Array.from({ length: size }, (_, id) => String(id))) };
}

function trainGpt(backend: CpuBackend) {
  const { ids, vocabulary } = corpus(65);
  return train({
    model: transformer({ vocabulary }, { backend, seed: 1 }),
    data: windows(ids, { batchSize: 12, context: 64, seed: 1 }),
    optimizer: adamW({ learningRate: 1e-3, beta2: 0.99 }),
    steps: warmUp + pairs,
    clip: 1,
  });
}

function trainLstm(backend: CpuBackend) {
  const { ids, vocabulary } = corpus(10_000);
  return train({
    model: lstm({ vocabulary, embedding: 200, hidden: 200, layers: 2 }, { backend, seed: 1 }),
    data: streams(ids, { batchSize: 20, context: 20 }),
    optimizer: sgd({ learningRate: 1 }),
    steps: warmUp + pairs,
    clip: 5,
  });
}

const median = (values: readonly number[]) =>
  [...values].sort((x, y) => x - y)[values.length >> 1]!;

/** Milliseconds of each step of two runs that take turns. */
async function race(start: (backend: CpuBackend) => ReturnType<typeof train>) {
  const engines = [await cpu({ threads }), await native({ threads })];
  const runs = engines.map(start);
  const times: number[][] = [[], []];
  for (let step = 0; step < warmUp + pairs; step++)
    for (const [i, run] of runs.entries()) {
      const begin = performance.now();
      await run.next();
      if (step >= warmUp) times[i]!.push(performance.now() - begin);
    }
  for (const engine of engines) engine.close();
  return times as [number[], number[]];
}

console.log(`${threads} threads, milliseconds a step; the ratio is the median of the pairs'`);
const rows = [["model", "cpu", "native", "times faster"]];
for (const [name, start] of [
  ["GPT", trainGpt],
  ["LSTM", trainLstm],
] as const) {
  const [own, blas] = await race(start);
  const ratio = median(own.map((time, i) => time / blas[i]!));
  rows.push([name, median(own).toFixed(1), median(blas).toFixed(1), ratio.toFixed(2)]);
}
printTable(rows);
