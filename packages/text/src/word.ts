import { TokenizerError } from "./errors.ts";
import { IdList } from "./id-list.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { invalid, wordLevelDocument } from "./tokenizer-document.ts";
import { BOS, EOS, UNK, Vocabulary } from "./vocabulary.ts";
import { behindLastSpace, isWhiteSpace } from "./white-space.ts";

const RESERVED = [UNK, BOS, EOS];

export interface WordTokenizerOptions {
  /** Words that stand fewer times in the text are left out (1: none is). */
  readonly minimumCount?: number;
  /** The most tokens, the three reserved ones included; the most frequent words stay. */
  readonly maximumSize?: number;
}

/**
 * A tokenizer with one token for every word of `text`: `<unk>`, `<s>`, `</s>` (ids 0, 1, 2), then the words
 * in order of first occurrence. Where the vocabulary is cut, the most frequent words stay, of equally
 * frequent ones those that came first.
 *
 * Words are parted by ASCII white space alone, as KenLM does. Every line is a sentence, a blank one too: it
 * ends with `</s>`, also where the last newline is missing. The word `<unk>` in a text is the unknown token,
 * the words `<s>` and `</s>` are white space. A lone surrogate reads as U+FFFD.
 *
 * @throws TokenizerError when an option is not a number that makes sense.
 */
export function wordTokenizer(text: string, options?: WordTokenizerOptions): Tokenizer {
  const counter = new WordCounter();
  counter.add(text);
  return counter.tokenizer(options);
}

/** The words of a text that comes in pieces, however long it is, for a tokenizer. */
export class WordCounter {
  readonly #counts = new Map<string, number>();
  /** A word that may not be over. */
  #rest = "";

  /** Counts the words of some more text, which may begin and end anywhere. */
  add(text: string): void {
    const end = behindLastSpace(text);
    if (end === 0) this.#rest += text;
    else {
      this.#count(this.#rest + text.slice(0, end));
      this.#rest = text.slice(end);
    }
  }

  /**
   * Ends the text, and makes the tokenizer that `wordTokenizer` makes of all of it.
   * @throws TokenizerError when an option is not a number that makes sense.
   */
  tokenizer({
    minimumCount = 1,
    maximumSize = Number.POSITIVE_INFINITY,
  }: WordTokenizerOptions = {}): Tokenizer {
    if (!(minimumCount >= 1))
      throw new TokenizerError(
        `wordTokenizer: minimumCount is ${minimumCount}, but must be 1 or more`,
      );
    if (!(maximumSize >= RESERVED.length))
      throw new TokenizerError(
        `wordTokenizer: maximumSize is ${maximumSize}, but ${RESERVED.join(", ")} alone need ${RESERVED.length}`,
      );
    this.#count(this.#rest);
    this.#rest = "";
    const counts = this.#counts;
    const frequent = [...counts.keys()].filter((word) => counts.get(word)! >= minimumCount);
    const kept = new Set(
      frequent
        .toSorted((a, b) => counts.get(b)! - counts.get(a)!)
        .slice(0, maximumSize - RESERVED.length),
    );
    const tokens = [...RESERVED, ...frequent.filter((word) => kept.has(word))];
    // Joined and split, the words are slices of that string, not of the text, which could never be freed.
    return new WordTokenizer(new Vocabulary(tokens.join("\n").split("\n")));
  }

  #count(text: string): void {
    const counts = this.#counts;
    forEachToken(text, (token) => {
      const count = counts.get(token);
      if (count !== undefined) counts.set(token, count + 1);
      else if (token !== EOS && token !== UNK) counts.set(ownString(token), 1);
    });
  }
}

/** The same string, but no slice of the text, of which it would keep a whole piece in memory. */
function ownString(slice: string): string {
  return JSON.parse(JSON.stringify(slice));
}

export class WordTokenizer implements Tokenizer {
  /**
   * How a `tokenizer.json` says it: reserved words become white space, an end of line (or of a text without
   * one) the word `</s>`; back again, every word brings a space that goes where a line begins.
   */
  static readonly layout = {
    normalizer: {
      type: "Sequence",
      normalizers: [
        replace("(?<![^ \\t\\n\\x0B\\f\\r])</?s>(?![^ \\t\\n\\x0B\\f\\r])", " "),
        replace("\\n|(?<=[^\\n])\\z", ` ${EOS}\n`),
      ],
    },
    preTokenizer: {
      type: "Split",
      pattern: { Regex: "[ \\t\\n\\x0B\\f\\r]+" },
      behavior: "Removed",
      invert: false,
    },
    decoder: {
      type: "Sequence",
      decoders: [
        replace("\\A", " "),
        { type: "Fuse" },
        replace(` ${EOS}(?= |\\z)`, "\n"),
        replace("\\A |(?<=\\n) ", ""),
      ],
    },
  };

  readonly vocabulary: Vocabulary;
  readonly #unk: number;

  /** @throws TokenizerError unless the three reserved tokens are there. */
  constructor(vocabulary: Vocabulary) {
    const { bos, eos, unk } = vocabulary;
    if (unk === undefined || bos === undefined || eos === undefined)
      throw invalid(`a word vocabulary needs ${RESERVED.join(", ")}`);
    this.vocabulary = vocabulary;
    this.#unk = unk;
  }

  encode(text: string): Int32Array {
    const ids = new IdList();
    forEachToken(text, (token) => ids.push(this.vocabulary.id(token) ?? this.#unk));
    return ids.toArray();
  }

  /**
   * The words with one space between them, `</s>` as a newline.
   * @throws TokenizerError for an id outside the vocabulary.
   */
  decode(ids: ArrayLike<number>): string {
    let text = "";
    let startsLine = true;
    for (let i = 0; i < ids.length; i++) {
      const ends = ids[i] === this.vocabulary.eos;
      if (ends) text += "\n";
      else text += (startsLine ? "" : " ") + this.vocabulary.token(ids[i]!);
      startsLine = ends;
    }
    return text;
  }

  toJSON(): object {
    return wordLevelDocument(WordTokenizer.layout, this.vocabulary);
  }
}

const NEWLINE = 10;

/** Visits the words of every line and an `</s>` for its end. */
function forEachToken(text: string, visit: (token: string) => void): void {
  const wellFormed = text.toWellFormed();
  let start = 0;
  const visitWord = (end: number) => {
    if (end === start) return;
    const word = wellFormed.slice(start, end);
    if (word !== BOS && word !== EOS) visit(word);
  };
  for (let i = 0; i < wellFormed.length; i++) {
    const code = wellFormed.charCodeAt(i);
    if (!isWhiteSpace(code)) continue;
    visitWord(i);
    start = i + 1;
    if (code === NEWLINE) visit(EOS);
  }
  if (wellFormed !== "" && !wellFormed.endsWith("\n")) {
    visitWord(wellFormed.length);
    visit(EOS);
  }
}

function replace(regex: string, content: string): object {
  return { type: "Replace", pattern: { Regex: regex }, content };
}
