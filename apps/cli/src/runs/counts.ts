import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  countsFromBytes,
  type NgramCounts,
  readCountsParquet,
  readCountsTsv,
  type TableOptions,
} from "@lm/ngram";
import { type Tokenizer, WordTokenizer } from "@lm/text";
import { blameInput, InputError } from "../failure.ts";
import { readBytes, readTextInPieces } from "../input.ts";
import { FILES } from "./config.ts";
import { readTokenizer } from "./load.ts";
import { checkSameVocabulary } from "./vocabularies.ts";

/** The counts that a run keeps; undefined where it has none, as a model from elsewhere. */
export async function readCounts(folder: string): Promise<NgramCounts | undefined> {
  const path = join(folder, FILES.counts);
  return existsSync(path) ? blameInput(path, () => countsFromBytes(readBytes(path))) : undefined;
}

/** What the name of a file of counts ends in, and how it is read. */
const READERS: Readonly<
  Record<string, (path: string, options: TableOptions) => NgramCounts | Promise<NgramCounts>>
> = {
  ".counts": (path) => countsFromBytes(readBytes(path)),
  ".tsv": (path, options) => readCountsTsv(readTextInPieces(path), options),
  ".tsv.gz": (path, options) => readCountsTsv(readTextInPieces(path), options),
  ".parquet": (path, options) => readCountsParquet(readBytes(path), options),
};

/**
 * Counts to estimate a model from, and the tokenizer whose ids they have: those of a run, or of a file with the
 * tokenizer given, by default one for the words that the file has.
 * @throws InputError for anything else, and where the two do not belong together.
 */
export async function loadCounts(
  path: string,
  given: Tokenizer | undefined,
): Promise<{ readonly counts: NgramCounts; readonly tokenizer: Tokenizer }> {
  if (!existsSync(path)) throw new InputError(`${path}: no such file or folder`);
  const isRun = statSync(path).isDirectory();
  const file = isRun ? join(path, FILES.counts) : path;
  const reader = Object.entries(READERS).find(([ending]) => file.endsWith(ending))?.[1];
  if (!reader)
    throw new InputError(
      `${path}: is no file of counts; its name must end in ${Object.keys(READERS).join(", ")}`,
    );
  const options = given ? { vocabulary: given.vocabulary } : {};
  const counts = await blameInput(file, () => reader(file, options));
  const tokenizer =
    given ??
    (isRun
      ? await readTokenizer(path)
      : await blameInput(path, () => new WordTokenizer(counts.vocabulary)));
  checkSameVocabulary(path, tokenizer.vocabulary, counts.vocabulary);
  return { counts, tokenizer };
}

/** The counts up to an order. @throws InputError where they do not go so far. */
export function countsUpTo(counts: NgramCounts, order: number): NgramCounts {
  if (order > counts.order)
    throw new InputError(`--order is ${order}, but the counts go up to order ${counts.order}`);
  const orders = counts.orders
    .slice(0, order)
    .map((each, i) => (i === order - 1 ? { ...each, childStarts: new Int32Array(0) } : each));
  return { ...counts, order, orders };
}

/** How often an n-gram stands in the counted text. The symbol for `<s>` is `counts.bos`. */
export function countOf({ orders }: NgramCounts, ngram: readonly number[]): number {
  let place = ngram[0]!;
  for (let k = 1; k < ngram.length; k++) {
    const { childStarts } = orders[k - 1]!;
    const first = childStarts[place]!;
    const found = orders[k]!.words.subarray(first, childStarts[place + 1]!).indexOf(ngram[k]!);
    if (found < 0) return 0;
    place = first + found;
  }
  return orders[ngram.length - 1]!.counts[place]!;
}

/** N1, N2, …, up to N_most: how many n-grams of order k stand so often in the text. `<s>` is no event. */
export function countsOfCounts({ orders, bos }: NgramCounts, k: number, most: number): number[] {
  const seen = new Array<number>(most).fill(0);
  for (const [i, count] of orders[k - 1]!.counts.entries())
    if (count >= 1 && count <= most && !(k === 1 && i === bos)) seen[count - 1]!++;
  return seen;
}
