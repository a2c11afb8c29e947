import { ArpaError } from "./arpa-error.ts";
import { ArpaParser } from "./arpa-parser.ts";
import { type ArpaSource, textPieces } from "./arpa-source.ts";
import { NgramModel } from "./model.ts";

/** No line of an ARPA file is nearly as long; a file without line ends is something else. */
const LONGEST_LINE = 1_000_000;

export interface ReadArpaOptions {
  /**
   * Makes reading lenient. What can be put right is put right, and told here with its line, in place of an error:
   * counts other than the header's and a missing end are believed; a probability above 1 becomes 1, a missing
   * back-off weight 1; lines that are no n-grams, come twice, or have words or a context that the file does not
   * list are left out. A file that is still no model is an error all the same.
   */
  readonly onRepair?: (problem: ArpaError) => void;
}

/**
 * Reads a model from an ARPA file, given as text or bytes (UTF-8, also gzipped) in one piece or many, such as
 * `createReadStream(path)` or the body of a fetched response. Strict unless `onRepair` is given: whatever is not as
 * the file's own header says is an error. The file is read as it comes, and never held as a whole.
 *
 * The vocabulary is the file's unigrams in their order. `<s>` is never predicted, whatever probability the file
 * gives it (KenLM writes 0, SRILM −99), and −99 elsewhere is the logarithm of zero, as SRILM writes it.
 * @throws ArpaError with the line, for anything that is no well-formed model.
 */
export async function readArpa(
  source: ArpaSource,
  { onRepair }: ReadArpaOptions = {},
): Promise<NgramModel> {
  const parser = new ArpaParser((problem) => {
    if (!onRepair) throw problem;
    onRepair(problem);
  });
  let line = 0;
  const read = (text: string) => {
    line++;
    if (text.length > LONGEST_LINE)
      throw new ArpaError(line, `longer than ${LONGEST_LINE} characters; this is no ARPA file`);
    parser.read(text.endsWith("\r") ? text.slice(0, -1) : text, line);
  };
  let rest = "";
  for await (const piece of piecesOf(source, () => line + 1)) {
    const text = rest + piece;
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      read(text.slice(start, end));
      start = end + 1;
    }
    rest = text.slice(start);
    if (rest.length > LONGEST_LINE) break;
  }
  if (rest !== "") read(rest);
  return new NgramModel(parser.finish(line));
}

/** The text; bytes that are none are an error in the line that they would be in. */
async function* piecesOf(source: ArpaSource, line: () => number): AsyncGenerator<string> {
  const pieces = textPieces(source);
  try {
    for (;;) {
      const { value, done } = await pieces.next().catch((cause: unknown) => {
        // What a stream of the caller's fails with is the caller's own.
        if (!(cause instanceof TypeError)) throw cause;
        throw new ArpaError(line(), "the bytes are neither UTF-8 nor gzip, or damaged");
      });
      if (done) return;
      yield value;
    }
  } finally {
    await pieces.return(undefined);
  }
}
