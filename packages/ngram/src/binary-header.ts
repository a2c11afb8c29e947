import type { NgramOrigin } from "./model.ts";
import type { Backoff } from "./smoothing/smoothing.ts";
import { HIGHEST_ORDER } from "./trie.ts";

/** What a model file says of its model before the columns. */
export interface BinaryHeader {
  readonly tokens: readonly string[];
  /** What the reserved tokens are called. */
  readonly reserved: { readonly bos?: string; readonly eos?: string; readonly unk?: string };
  readonly backoff: Backoff;
  readonly unlistedBackoff: number;
  readonly isOpen: boolean;
  /** How many n-grams of each order there are. */
  readonly ngramCounts: readonly number[];
  /** Of a quantised model, an entry for each order above 1. */
  readonly quantized?: readonly QuantizedSizes[];
  readonly origin?: NgramOrigin;
}

/** How many entries the tables of a quantised order have, and whether it has the column `childOffsets`. */
export interface QuantizedSizes {
  readonly logProbTable: number;
  readonly backoffTable: number;
  readonly hasChildOffsets: boolean;
}

/** What is wrong with a header, in words; undefined where `value` is one. */
export function problemOfHeader(value: unknown): string | undefined {
  if (!isObject(value)) return "it is no object";
  const { tokens, reserved, backoff, unlistedBackoff, isOpen, ngramCounts } = value;
  const { quantized, origin } = value;
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === "string"))
    return "tokens are no list of strings";
  const known = new Set<unknown>(tokens);
  if (known.size < tokens.length) return "a token stands twice";
  if (!isObject(reserved) || !Object.values(reserved).every((name) => known.has(name)))
    return "reserved names something that is no token";
  if (backoff !== "shorter-context" && backoff !== "uniform") return "backoff is unknown";
  if (typeof unlistedBackoff !== "number" || !(unlistedBackoff <= 0))
    return "unlistedBackoff is no logarithm";
  if (typeof isOpen !== "boolean") return "isOpen is neither true nor false";
  if (
    !Array.isArray(ngramCounts) ||
    ngramCounts.length < 1 ||
    ngramCounts.length > HIGHEST_ORDER ||
    !ngramCounts.every((count) => Number.isInteger(count) && count >= 0 && count < 2 ** 31)
  )
    return `ngramCounts is no list of 1 to ${HIGHEST_ORDER} sizes`;
  if (ngramCounts[0] !== tokens.length && ngramCounts[0] !== tokens.length + 1)
    return `there are ${tokens.length} tokens, but ${ngramCounts[0]} unigrams`;
  if (
    quantized !== undefined &&
    !(
      Array.isArray(quantized) &&
      quantized.length === ngramCounts.length - 1 &&
      quantized.every(isQuantizedSizes)
    )
  )
    return "quantized is malformed";
  if (origin !== undefined && !isOrigin(origin)) return "origin is malformed";
  return undefined;
}

function isQuantizedSizes(value: unknown): value is QuantizedSizes {
  if (!isObject(value)) return false;
  const { logProbTable, backoffTable, hasChildOffsets } = value;
  const isSize = (size: unknown) =>
    Number.isInteger(size) && Number(size) >= 0 && Number(size) <= 256;
  return isSize(logProbTable) && isSize(backoffTable) && typeof hasChildOffsets === "boolean";
}

function isOrigin(value: unknown): value is NgramOrigin {
  if (!isObject(value)) return false;
  const { smoothing, discounts = [] } = value;
  return (
    (typeof smoothing === "string" || isObject(smoothing)) &&
    Array.isArray(discounts) &&
    discounts.every(
      (discount) =>
        isObject(discount) &&
        Number.isInteger(discount.order) &&
        isNumbers(discount.values) &&
        isNumbers(discount.countsOfCounts) &&
        typeof discount.kind === "string" &&
        typeof discount.source === "string" &&
        ["undefined", "string"].includes(typeof discount.reason),
    )
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isFinite);
}
