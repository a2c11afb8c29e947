import { NgramModel } from "@lm/ngram";
import { InputError } from "../failure.ts";
import { readCounts } from "../runs/counts.ts";
import { loadRun } from "../runs/load.ts";
import { type BigramTable, bigramTable } from "./bigram-table.ts";
import { type NextTokens, nextTokens } from "./next-tokens.ts";
import { readWords } from "./read-words.ts";
import { type Zipf, zipf } from "./zipf.ts";

interface LookFlags {
  readonly words?: string | undefined;
  readonly context?: string | undefined;
  readonly top: number;
  readonly hasReport: boolean;
}

/** What was asked to be seen of an n-gram model. */
export interface Look {
  readonly bigrams?: BigramTable;
  readonly next?: NextTokens;
  /** Part of a report, where the run keeps counts. */
  readonly zipf?: Zipf;
}

/** @throws InputError for a folder without n-grams, and for words that the model does not know. */
export async function lookInto(
  folder: string,
  { words, context, top, hasReport }: LookFlags,
): Promise<Look> {
  const { model, tokenizer, config } = await loadRun(folder);
  if (!(model instanceof NgramModel))
    throw new InputError(
      `${folder}: is a model of ${config.family}; --words, --context and --report look into n-grams`,
    );
  const counts = await readCounts(folder);
  if (!counts)
    console.error(`note: ${folder} keeps no counts, so that only probabilities can be shown`);
  return {
    ...(words !== undefined && {
      bigrams: bigramTable(model, counts, readWords("--words", words, tokenizer)),
    }),
    ...(context !== undefined && {
      next: nextTokens(model, counts, { context: readWords("--context", context, tokenizer), top }),
    }),
    ...(counts && hasReport && { zipf: zipf(counts) }),
  };
}
