export { ArpaError } from "./arpa-error.ts";
export { type ReadArpaOptions, readArpa } from "./arpa-reader.ts";
export type { ArpaSource } from "./arpa-source.ts";
export { writeArpa } from "./arpa-writer.ts";
export { NgramFileError } from "./binary-error.ts";
export { fromBytes, toBytes } from "./binary-file.ts";
export type { ByteSink } from "./counting/count-encoder.ts";
export { countsFromBytes, countsToBytes } from "./counting/counts-bytes.ts";
export { CountsFileError } from "./counting/counts-file.ts";
export { mergeCounts } from "./counting/merge-counts.ts";
export type { CountWriter } from "./counting/merge-cursors.ts";
export { type CounterOptions, NgramCounter } from "./counting/ngram-counter.ts";
export { type ParquetSource, readCountsParquet, writeCountsParquet } from "./counting/parquet.ts";
export type { RunStore } from "./counting/run-store.ts";
export { NgramTableError } from "./counting/table-error.ts";
export { readCountsTsv, type TableOptions, writeCountsTsv } from "./counting/tsv.ts";
export { type CountOptions, countNgrams, type NgramCounts, type OrderCounts } from "./counts.ts";
export type { LookupStep } from "./cursor.ts";
export { pruneByEntropy } from "./entropy-pruning.ts";
export { NgramModel, type NgramOrigin, type NgramState, type TokenQuery } from "./model.ts";
export { type NgramEstimator, type NgramOptions, ngram } from "./ngram.ts";
export { quantize } from "./quantize.ts";
export type { AbsoluteDiscountingOptions } from "./smoothing/absolute-discounting.ts";
export {
  DiscountError,
  type DiscountKind,
  type DiscountPolicy,
  type OrderDiscount,
} from "./smoothing/discounts.ts";
export type { InterpolationOptions } from "./smoothing/jelinek-mercer.ts";
export type { KatzOptions } from "./smoothing/katz.ts";
export type { KneserNeyOptions } from "./smoothing/kneser-ney.ts";
export type { Discount, ModifiedKneserNeyOptions } from "./smoothing/modified-kneser-ney.ts";
export type { Backoff, Form, Smoothing, SmoothingName } from "./smoothing/smoothing.ts";
export { parseSmoothing, SMOOTHING_NAMES } from "./smoothing/smoothings.ts";
export type { StupidBackoffOptions } from "./smoothing/stupid-backoff.ts";
export type { WittenBellOptions } from "./smoothing/witten-bell.ts";
export type { BlankLinePolicy, TrainingTextOptions, UnknownPolicy } from "./training-sequence.ts";
export type { Trie, TrieOrder } from "./trie.ts";
