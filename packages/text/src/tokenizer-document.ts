import { TokenizerError } from "./errors.ts";
import { UNK, type Vocabulary } from "./vocabulary.ts";

/**
 * The parts of a Hugging Face `tokenizer.json` that say how text becomes ids. Truncation, padding and the
 * post-processor (special tokens around a text) say how the ids are used, and are not applied here.
 */
export interface TokenizerParts {
  readonly addedTokens?: readonly object[];
  readonly normalizer?: object | null;
  readonly preTokenizer: object;
  readonly postProcessor?: unknown;
  readonly decoder: object;
  readonly model: object;
}

/** The document in the order and with every field that the `tokenizers` library writes. */
export function tokenizerDocument(parts: TokenizerParts): object {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: parts.addedTokens ?? [],
    normalizer: parts.normalizer ?? null,
    pre_tokenizer: parts.preTokenizer,
    post_processor: parts.postProcessor ?? null,
    decoder: parts.decoder,
    model: parts.model,
  };
}

/** `{ token: id }` of a vocabulary, as documents hold it. */
export function vocabularyJson({ tokens }: Vocabulary): object {
  return Object.fromEntries(tokens.map((token, id) => [token, id]));
}

/** The document of a tokenizer that looks each piece of the text up whole. */
export function wordLevelDocument(
  layout: Omit<TokenizerParts, "model">,
  vocabulary: Vocabulary,
): object {
  const model = { type: "WordLevel", vocab: vocabularyJson(vocabulary), unk_token: UNK };
  return tokenizerDocument({ ...layout, model });
}

/** The tokens in the order of their ids, which must be 0 … n − 1, each once. */
export function tokensInOrder(ids: ReadonlyMap<string, unknown>): string[] {
  const tokens = new Array<string>(ids.size);
  for (const [token, id] of ids) {
    if (token === "" || !token.isWellFormed())
      throw invalid(`token ${describe(token)} is empty or has half of a surrogate pair`);
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= ids.size)
      throw invalid(
        `the id of token ${describe(token)} is ${describe(id)}, but ${ids.size} tokens have the ids 0 to ${ids.size - 1}, without holes`,
      );
    if (tokens[id] !== undefined)
      throw invalid(`tokens ${describe(tokens[id])} and ${describe(token)} share the id ${id}`);
    tokens[id] = token;
  }
  return tokens;
}

export function expectObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(`${where} is ${describe(value)}, but must be an object`);
  return value as Record<string, unknown>;
}

export function expectList(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(`${where} is ${describe(value)}, but must be a list`);
  return value;
}

export function expectString(value: unknown, where: string): string {
  if (typeof value !== "string")
    throw invalid(`${where} is ${describe(value)}, but must be a string`);
  return value;
}

/** Whether `value` is the JSON value `expected`; goes only as deep as `expected` does. */
export function isSameJson(value: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return value === expected;
  if (
    typeof value !== "object" ||
    value === null ||
    Array.isArray(value) !== Array.isArray(expected)
  )
    return false;
  const entries = Object.entries(expected);
  return (
    Object.keys(value).length === entries.length &&
    entries.every(([key, part]) => isSameJson((value as Record<string, unknown>)[key], part))
  );
}

/** A value in a message: short, whatever was handed in. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = String(value);
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return typeof value === "string" ? JSON.stringify(short) : short;
}

export function invalid(what: string): TokenizerError {
  return new TokenizerError(`tokenizer.json: ${what}`);
}

export function unsupported(part: string, value: unknown, supported: string): TokenizerError {
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : value;
  return invalid(`${part} ${describe(type)} is not supported; supported: ${supported}`);
}
