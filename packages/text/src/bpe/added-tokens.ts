import {
  describe,
  expectList,
  expectObject,
  expectString,
  invalid,
} from "../tokenizer-document.ts";
import type { ReservedTokens } from "../vocabulary.ts";

/** A token that no merge makes: wherever its content stands in a text, it is this token. */
export interface AddedToken {
  readonly id: unknown;
  readonly content: string;
  /** Whether it is a mark (end of text) rather than text. */
  readonly special: boolean;
}

// What published byte-level vocabularies call the reserved tokens; a tokenizer.json does not say.
const BOS_NAMES = ["<s>", "<|begin_of_text|>", "<|startoftext|>", "<|endoftext|>"];
const EOS_NAMES = ["</s>", "<|end_of_text|>", "<|endoftext|>"];

export function readAddedTokens(json: unknown): AddedToken[] {
  return Array.from(expectList(json ?? [], "added_tokens"), (item, i) => {
    const where = `added_tokens[${i}]`;
    const token = expectObject(item, where);
    for (const option of ["single_word", "lstrip", "rstrip"])
      if (token[option] !== undefined && token[option] !== false)
        throw invalid(`${where}.${option} is ${describe(token[option])}; only false is supported`);
    const content = expectString(token.content, `${where}.content`);
    return { id: token.id, content, special: token.special === true };
  });
}

export function addedTokenJson({ id, content, special }: AddedToken): object {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special,
  };
}

/** The reserved tokens that are among the special ones. */
export function reservedTokens(added: readonly AddedToken[]): ReservedTokens {
  const special = new Set(added.filter((token) => token.special).map(({ content }) => content));
  const bos = BOS_NAMES.find((name) => special.has(name));
  const eos = EOS_NAMES.find((name) => special.has(name));
  return { ...(bos !== undefined && { bos }), ...(eos !== undefined && { eos }) };
}

/** Splits a text so that every second part is an added token, the leftmost and then longest first. */
export function addedTokenPattern(added: readonly AddedToken[]): RegExp {
  const contents = added
    .map(({ content }) => content)
    .sort((a, b) => b.length - a.length)
    .map((content) => content.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return new RegExp(contents.length > 0 ? `(${contents.join("|")})` : "(?!)");
}
