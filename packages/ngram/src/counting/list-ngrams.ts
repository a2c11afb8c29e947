import { BOS } from "@lm/text";
import type { NgramCounts } from "../counts.ts";
import { ColumnCursor } from "./count-cursor.ts";
import { NgramTableError } from "./table-error.ts";

/**
 * Every n-gram with its count: its words with one space between them.
 * @throws NgramTableError for a vocabulary with tokens that are empty or have white space in them.
 */
export function* listNgrams({
  vocabulary,
  orders,
  order,
}: NgramCounts): Generator<[ngram: string, count: number]> {
  for (const [id, token] of vocabulary.tokens.entries())
    if (token === "" || /[ \t\n\v\f\r]/.test(token))
      throw new NgramTableError(
        undefined,
        `token ${id} is ${JSON.stringify(token)}, but a table parts words by spaces; keep these counts ` +
          "with countsToBytes",
      );
  const tokens = vocabulary.bos === undefined ? [...vocabulary.tokens, BOS] : vocabulary.tokens;
  // The n-grams that the one at hand goes on from.
  const ngrams = new Array<string>(order);
  for (const cursor = new ColumnCursor(orders); cursor.order > 0; cursor.advance()) {
    const word = tokens[cursor.word]!;
    const ngram = cursor.order === 1 ? word : `${ngrams[cursor.order - 2]} ${word}`;
    ngrams[cursor.order - 1] = ngram;
    yield [ngram, cursor.count];
  }
}
