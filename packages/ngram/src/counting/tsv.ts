import type { Vocabulary } from "@lm/text";
import type { NgramCounts } from "../counts.ts";
import { countsFromRows } from "./counts-from-rows.ts";
import { listNgrams } from "./list-ngrams.ts";
import { NgramTableError } from "./table-error.ts";
import { TableRows } from "./table-rows.ts";

/** No n-gram is nearly as long. */
const LONGEST_LINE = 1_000_000;
const PIECE = 1 << 16;

/** How a table of counts is read. */
export interface TableOptions {
  /**
   * The vocabulary of the counts, with the ids of a tokenizer. By default the words of the table in the order of
   * their code units, behind `<unk>`, `<s>` and `</s>`.
   */
  readonly vocabulary?: Vocabulary;
}

/**
 * Writes counts as a table in pieces: a line an n-gram, its words with one space between them, a tab, its count. That
 * is how SRILM writes counts too.
 * @throws NgramTableError for a vocabulary with tokens that are empty or have white space in them.
 */
export function* writeCountsTsv(counts: NgramCounts): Generator<string> {
  let piece = "";
  for (const [ngram, count] of listNgrams(counts)) {
    piece += `${ngram}\t${count}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}

/**
 * Reads a table of counts, whose lines may come in any order. A first line `ngram<TAB>count` is passed over. The
 * source is a string or comes in pieces: a Node stream with an encoding set, a web stream of decoded text.
 * @throws NgramTableError with the line, for anything that is no such table, or has not all n-grams of a text.
 */
export async function readCountsTsv(
  source: string | Iterable<string> | AsyncIterable<string>,
  { vocabulary }: TableOptions = {},
): Promise<NgramCounts> {
  const rows = new TableRows();
  let line = 0;
  const read = (text: string) => {
    line++;
    const end = text.endsWith("\r") ? text.length - 1 : text.length;
    const tab = text.indexOf("\t");
    if (line === 1 && text.slice(0, end) === "ngram\tcount") return;
    const digits = text.slice(tab + 1, end);
    if (tab < 0 || !/^\d+$/.test(digits))
      throw new NgramTableError(
        line,
        `${JSON.stringify(text.slice(0, 80))}, but a line must be an n-gram, a tab and a whole number`,
      );
    rows.add(text.slice(0, tab), Number(digits), line);
  };
  let rest = "";
  for await (const piece of typeof source === "string" ? [source] : source) {
    const text = rest + piece;
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      read(text.slice(start, end));
      start = end + 1;
    }
    rest = text.slice(start);
    if (rest.length > LONGEST_LINE)
      throw new NgramTableError(line + 1, `longer than ${LONGEST_LINE} characters`);
  }
  if (rest !== "") read(rest);
  return countsFromRows(rows, vocabulary);
}
