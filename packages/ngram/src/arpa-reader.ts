import { ArpaError } from "./arpa-error.ts";
import { ArpaParser } from "./arpa-parser.ts";
import { NgramModel } from "./model.ts";

/** No line of an ARPA file is nearly as long; a file without line ends is something else. */
const LONGEST_LINE = 1_000_000;

/**
 * Reads a model from an ARPA file, given as a string or in pieces: a Node stream with an encoding set, a web
 * stream of decoded text, an array. Strict: whatever is not as the file's own header says is an error.
 *
 * The vocabulary is the file's unigrams in their order. `<s>` is never predicted, whatever probability the file
 * gives it (KenLM writes 0, SRILM −99), and −99 elsewhere is the logarithm of zero, as SRILM writes it.
 * @throws ArpaError with the line, for anything that is no well-formed model.
 */
export async function readArpa(
  source: string | Iterable<string> | AsyncIterable<string>,
): Promise<NgramModel> {
  const parser = new ArpaParser();
  let line = 0;
  const read = (text: string) => {
    line++;
    if (text.length > LONGEST_LINE)
      throw new ArpaError(line, `longer than ${LONGEST_LINE} characters; this is no ARPA file`);
    parser.read(text.endsWith("\r") ? text.slice(0, -1) : text, line);
  };
  let rest = "";
  for await (const chunk of typeof source === "string" ? [source] : source) {
    const text = rest + chunk;
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
