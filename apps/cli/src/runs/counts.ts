import { existsSync } from "node:fs";
import { join } from "node:path";
import { countsFromBytes, type NgramCounts } from "@lm/ngram";
import { blameInput } from "../failure.ts";
import { readBytes } from "../input.ts";
import { FILES } from "./config.ts";

/** The counts that a run keeps; undefined where it has none, as a model from elsewhere. */
export async function readCounts(folder: string): Promise<NgramCounts | undefined> {
  const path = join(folder, FILES.counts);
  return existsSync(path) ? blameInput(path, () => countsFromBytes(readBytes(path))) : undefined;
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
