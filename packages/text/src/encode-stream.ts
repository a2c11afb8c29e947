import type { Tokenizer } from "./tokenizer.ts";
import { behindLastSpace } from "./white-space.ts";

/** Text is encoded so many characters at a time. */
const PIECE = 1 << 18;

/**
 * The ids of a text that comes in pieces, wherever they are cut, in memory that does not grow with the text: a
 * Node stream with an encoding set, a web stream of decoded text, lines with their newlines. The ids are those of
 * `tokenizer.encode` of the whole text.
 *
 * Text is encoded up to a place where no token reaches across: behind white space where the tokenizer has
 * sentences, else before the space that ends a word. Only where a quarter of a million characters have no such
 * place is it cut anywhere; that changes nothing for words and characters.
 */
export async function* encodeStream(
  tokenizer: Tokenizer,
  pieces: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<Int32Array> {
  const { eos } = tokenizer.vocabulary;
  const lastCut = eos === undefined ? lastWordEnd : behindLastSpace;
  let rest = "";
  let enough = PIECE;
  for await (const piece of pieces) {
    rest += piece;
    if (rest.length < enough) continue;
    const end = lastCut(rest);
    // A word that long is not looked through again for every piece of it.
    enough = end === 0 ? 2 * rest.length : PIECE;
    if (end === 0) continue;
    const text = rest.slice(0, end);
    rest = rest.slice(end);
    const ids = tokenizer.encode(text);
    // The tokenizer closes a line that is not over.
    yield eos === undefined || text.endsWith("\n") ? ids : ids.subarray(0, -1);
  }
  if (rest !== "") yield tokenizer.encode(rest);
}

/** Before the last space that follows something else than white space; else behind the last whole character. */
function lastWordEnd(text: string): number {
  for (let end = text.length - 1; end > 0; end--)
    if (text[end] === " " && /\S/u.test(text[end - 1]!)) return end;
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last < 0xdc00 ? text.length - 1 : text.length;
}
