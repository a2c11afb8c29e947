import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Option } from "@commander-js/extra-typings";
import {
  bpeTokenizer,
  characterTokenizer,
  type Tokenizer,
  tokenizerFromJson,
  WordCounter,
  type WordTokenizerOptions,
  wordTokenizer,
} from "@lm/text";
import { InvalidArgumentError } from "commander";
import { blameInput, InputError } from "../failure.ts";
import { readJson } from "../input.ts";
import { FILES } from "./config.ts";

/** Makes a tokenizer for a training text. */
export interface TokenizerChoice {
  (text: string): Tokenizer | Promise<Tokenizer>;
  /** Where the tokenizer is read, if it learns nothing from the text. */
  readonly path?: string;
  /** Of words: they can be learned from a text that comes in pieces. */
  readonly words?: WordTokenizerOptions;
}

/** The tokenizer for a text in pieces. Only words are learned without holding it as a whole. */
export async function tokenizerFor(
  choice: TokenizerChoice,
  source: () => Iterable<string> | AsyncIterable<string>,
): Promise<Tokenizer> {
  if (choice.path !== undefined) return choice("");
  if (choice.words) {
    const counter = new WordCounter();
    for await (const piece of source()) counter.add(piece);
    return counter.tokenizer(choice.words);
  }
  let text = "";
  for await (const piece of source()) text += piece;
  return choice(text);
}

/** All words, the most frequent (`word:10000`), or those that stand so many times (`word:min=2`). */
const WORD = /^word(?::(?:(\d{1,9})|min=(\d{1,9})))?$/;

/** Reads `--tokenizer`: `char`, `word`, `bpe:N`, or the folder of a run, or a tokenizer.json, to take it from. */
function parseTokenizer(choice: string): TokenizerChoice {
  if (choice === "char") return characterTokenizer;
  const words = WORD.exec(choice);
  if (words) {
    const [, maximumSize, minimumCount] = words;
    const options = {
      ...(maximumSize !== undefined && { maximumSize: Number(maximumSize) }),
      ...(minimumCount !== undefined && { minimumCount: Number(minimumCount) }),
    };
    const learn = (text: string) =>
      blameInput(`--tokenizer ${choice}`, () => wordTokenizer(text, options));
    return Object.assign(learn, { words: options });
  }
  const [, size] = /^bpe:(\d{1,9})$/.exec(choice) ?? [];
  if (size !== undefined)
    return (text) =>
      blameInput(`--tokenizer ${choice}`, () => bpeTokenizer(text, { size: Number(size) }));
  if (!existsSync(choice))
    throw new InvalidArgumentError(
      "It must be char, word, word:SIZE, word:min=COUNT, bpe:SIZE, or a folder with a tokenizer.json.",
    );
  const path = statSync(choice).isDirectory() ? join(choice, FILES.tokenizer) : choice;
  const read = () => blameInput(path, () => tokenizerFromJson(readJson(path)));
  return Object.assign(read, { path });
}

/** The tokens of a training text. @throws InputError when there is nothing to predict: no two tokens. */
export function checkTokens(path: string, tokenizer: Tokenizer, text: string): Int32Array {
  const ids = tokenizer.encode(text);
  const { eos } = tokenizer.vocabulary;
  checkTokenCount(
    path,
    ids.reduce((sum, id) => sum + (id === eos ? 0 : 1), 0),
  );
  return ids;
}

/** @throws InputError when there is nothing to predict. */
export function checkTokenCount(path: string, count: number): void {
  if (count < 2)
    throw new InputError(
      `${path}: holds ${count} token${count === 1 ? "" : "s"}; to learn what follows what, a model needs two or more`,
    );
}

/** The flag, with the tokenizer that a family uses by default. */
export function tokenizerOption(byDefault: string) {
  return new Option(
    "--tokenizer <kind>",
    "char, word, word:SIZE (the most frequent), word:min=COUNT, bpe:SIZE, or a folder to take it from",
  )
    .argParser(parseTokenizer)
    .default(parseTokenizer(byDefault), byDefault);
}
