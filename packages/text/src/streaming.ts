import type { Tokenizer } from "./tokenizer.ts";

/** Text that arrives token by token. All pieces together are what the tokenizer's `decode` gives at once. */
export interface StreamingDecoder {
  /** Takes the next token and gives the text that has become certain: never part of a character. */
  push(id: number): string;
  /** Gives what is left, and starts anew. */
  end(): string;
}

// An unfinished UTF-8 character has at most three bytes, and no token is empty: which tokens came before
// the last three changes nothing any more.
const REACH = 3;

/**
 * Decodes tokens one at a time, as a model generates them, at a cost that does not grow with the text. Works
 * for any tokenizer whose tokens are never empty and read alike whatever came more than three tokens before.
 */
export function streamingDecoder(tokenizer: Tokenizer): StreamingDecoder {
  let recent: number[] = [];
  /** How much of the recent tokens' text has been given out. */
  let given = 0;
  return {
    push(id) {
      const ids = [...recent, id];
      const text = tokenizer.decode(ids);
      // An unfinished character decodes to one U+FFFD at the end.
      const held = text.endsWith("\uFFFD") ? 1 : 0;
      const piece = text.slice(given, text.length - held);
      recent = ids.slice(-REACH);
      given = tokenizer.decode(recent).length - held;
      return piece;
    },
    end() {
      const piece = tokenizer.decode(recent).slice(given);
      recent = [];
      given = 0;
      return piece;
    },
  };
}
