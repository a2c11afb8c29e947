import { ShapeError } from "@lm/backend";
import { activations, dropout, embedding, layerNorm, type TokenRows } from "@lm/nn";
import type { Generator } from "@lm/random";
import { fused, type Tensor } from "@lm/tensor";
import type { TransformerConfig } from "./config.ts";
import type { BlockParameters, Conv1DParameters, TransformerParameters } from "./parameters.ts";

// B rows, T new tokens, S tokens seen in all, C width.

/** The keys and values of the tokens that one block has seen, `[B, S, C]` each. */
export type KeyValue = { readonly key: Tensor; readonly value: Tensor };
/** The cache of each block; none before the first token. */
export type KeyValueCache = readonly KeyValue[];

/** Linear with GPT-2's weight layout. */
function conv1D({ weight, bias }: Conv1DParameters, x: Tensor): Tensor {
  return fused("linear", { x, weight, bias }, { transposed: false }).y;
}

/**
 * The final hidden vectors of new tokens `[B, T, C]`, and the cache with them added. Pre-norm blocks, as in GPT-2: x +
 * attention(norm(x)), then x + feed-forward(norm(x)).
 * @throws ShapeError when cache and new tokens together exceed the context.
 */
export function forward(
  { transformer }: TransformerParameters,
  { ids, rows, length }: TokenRows,
  config: TransformerConfig,
  {
    cache,
    generator,
  }: {
    readonly cache?: KeyValueCache | undefined;
    readonly generator?: Generator | undefined;
  } = {},
): { readonly hidden: Tensor; readonly cache: KeyValueCache } {
  const { context, dropout: rate, epsilon } = config;
  const seen = cache?.[0]?.key.shape[1] ?? 0;
  if (seen + length > context)
    throw new ShapeError(
      "transformer",
      [[rows, seen + length]],
      `it has ${context} positions; give it shorter pieces, or make it with a longer context`,
    );
  const tokens = embedding(transformer.wte, ids, [rows, length]); // [B, T, C]
  const positions = transformer.wpe.weight.slice(0, seen, seen + length); // [T, C]
  let x = dropout(tokens.add(positions), rate, generator);
  const next = transformer.h.map((block, i) => {
    const attended = attend(block, layerNorm(block.ln_1, x, epsilon), config, cache?.[i]);
    x = x.add(dropout(attended.output, rate, generator));
    x = x.add(
      dropout(feedForward(block, layerNorm(block.ln_2, x, epsilon), config), rate, generator),
    );
    return attended.keyValue;
  });
  return { hidden: layerNorm(transformer.ln_f, x, epsilon), cache: next };
}

/** Causal multi-head self-attention (Vaswani et al. 2017) over the cached tokens and the new ones. */
function attend(
  { attn }: BlockParameters,
  x: Tensor,
  { heads, width }: TransformerConfig,
  cached: KeyValue | undefined,
): { readonly output: Tensor; readonly keyValue: KeyValue } {
  const projected = conv1D(attn.c_attn, x); // [B, T, 3C]
  const part = (i: number) => projected.slice(2, i * width, (i + 1) * width); // [B, T, C]
  const [query, newKey, newValue] = [part(0), part(1), part(2)];
  const key = cached ? cached.key.concat([newKey], 1) : newKey; // [B, S, C]
  const value = cached ? cached.value.concat([newValue], 1) : newValue;
  const { output } = fused("attention", { query, key, value }, { heads, causal: true });
  return { output: conv1D(attn.c_proj, output), keyValue: { key, value } };
}

function feedForward(
  { mlp }: BlockParameters,
  x: Tensor,
  { activation }: TransformerConfig,
): Tensor {
  return conv1D(mlp.c_proj, activations[activation](conv1D(mlp.c_fc, x)));
}

/** The logits of the next token: output weights are the token vectors (tied). `[…, C]` → `[…, V]`. */
export function logitsOf({ transformer }: TransformerParameters, hidden: Tensor): Tensor {
  return hidden.matmul(transformer.wte.weight, { transposeB: true });
}
