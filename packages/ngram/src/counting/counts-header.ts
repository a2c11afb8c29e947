import type { Vocabulary } from "@lm/text";
import { HIGHEST_ORDER } from "../trie.ts";

/** What a file of counts says before the n-grams. */
export interface CountsHeader {
  readonly order: number;
  readonly tokens: readonly string[];
  /** What the reserved tokens are called. */
  readonly reserved: { readonly bos?: string; readonly eos?: string; readonly unk?: string };
}

export function headerOf({ tokens, bos, eos, unk }: Vocabulary, order: number): CountsHeader {
  const reserved = Object.entries({ bos, eos, unk }).flatMap(([name, id]) =>
    id === undefined ? [] : [[name, tokens[id]!] as const],
  );
  return { order, tokens, reserved: Object.fromEntries(reserved) };
}

/** What is wrong with a header, in words; undefined where `value` is one. */
export function problemOfCountsHeader(value: unknown): string | undefined {
  if (!isObject(value)) return "it is no object";
  const { order, tokens, reserved } = value;
  if (!Number.isInteger(order) || (order as number) < 1 || (order as number) > HIGHEST_ORDER)
    return `order is ${order}, but it must be an integer from 1 to ${HIGHEST_ORDER}`;
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === "string"))
    return "tokens are no list of strings";
  const known = new Set<unknown>(tokens);
  if (known.size < tokens.length) return "a token stands twice";
  if (!isObject(reserved) || !Object.values(reserved).every((name) => known.has(name)))
    return "reserved names something that is no token";
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
