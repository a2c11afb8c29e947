import type { Backend } from "@lm/backend";
import { feedforward } from "@lm/feedforward";
import type { NgramModel } from "@lm/ngram";
import { ngram, type Smoothing } from "@lm/ngram";
import { elman, gru, lstm } from "@lm/rnn";
import { type BatchSource, streams, type Tokenizer, type Vocabulary, windows } from "@lm/text";
import { transformer } from "@lm/transformer";
import type { NeuralModel } from "../runs/families.ts";

/** A model of the demo: counted, or trained for as long as the budget lasts. */
export type Contestant = CountedContestant | TrainedContestant;

interface CountedContestant {
  readonly kind: "counted";
  readonly title: string;
  fit(tokenizer: Tokenizer, text: string): NgramModel;
}

interface TrainedContestant {
  readonly kind: "trained";
  readonly title: string;
  create(vocabulary: Vocabulary, backend: Backend): NeuralModel;
  batches(ids: Int32Array): BatchSource;
  /** At its highest. */
  readonly learningRate: number;
}

const SEED = 1;
/** Characters of a row of a batch; what recurrent models look back in training, and what the Transformer sees. */
const LENGTH = 64;

const counted = (title: string, order: number, smoothing: Smoothing): CountedContestant => ({
  kind: "counted",
  title,
  fit: (tokenizer, text) => ngram({ order, smoothing }).fit(tokenizer, text),
});

const rows = (batchSize: number) => (ids: Int32Array) =>
  streams(ids, { batchSize, context: LENGTH });
const pieces = (batchSize: number) => (ids: Int32Array) =>
  windows(ids, { batchSize, context: LENGTH, seed: SEED });

const recurrent = (title: string, make: typeof lstm): TrainedContestant => ({
  kind: "trained",
  title,
  create: (vocabulary, backend) =>
    make({ vocabulary, embedding: 64, hidden: 192 }, { backend, seed: SEED }) as NeuralModel,
  batches: rows(16),
  learningRate: 4e-3,
});

/** Every family, each with settings that suit a budget of seconds. */
export const contestants: readonly Contestant[] = [
  counted("5-gram, maximum likelihood", 5, "mle"),
  counted("6-gram, modified Kneser–Ney", 6, "modified-kneser-ney"),
  {
    kind: "trained",
    title: "Feedforward (window 8)",
    create: (vocabulary, backend) =>
      feedforward(
        { vocabulary, window: 8, embedding: 32, hidden: 256 },
        { backend, seed: SEED },
      ) as NeuralModel,
    batches: pieces(16),
    learningRate: 4e-3,
  },
  recurrent("Elman", elman),
  recurrent("LSTM", lstm),
  recurrent("GRU", gru),
  {
    kind: "trained",
    title: "Transformer (2 layers)",
    create: (vocabulary, backend) =>
      transformer(
        { vocabulary, layers: 2, heads: 4, width: 96, context: LENGTH },
        { backend, seed: SEED },
      ) as NeuralModel,
    batches: pieces(16),
    learningRate: 3e-3,
  },
];
