import type { Backend, Handle } from "../backend.ts";
import type { Fused } from "../fused.ts";
import { activation } from "./activation.ts";

// B batch, T queries, S keys, C width, H heads, D = C / H.
export const attention = <T extends Handle>(b: Backend<T>): Pick<Fused<T>, "attention"> => ({
  attention({ query, key, value }, { heads, causal }) {
    const [batch, queries, width] = query.shape as [number, number, number];
    const keys = key.shape[1]!;
    const split = (x: T, length: number) =>
      b.permute(b.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]); // [B, T, C] → [B, H, T, D]
    const scores = b.binary(
      "multiply",
      b.matmul(split(query, queries), split(key, keys), { transposeB: true }), // [B, H, T, S]
      1 / Math.sqrt(width / heads),
    );
    const seen = causal
      ? b.where(causalMask(b, queries, keys), scores, Number.NEGATIVE_INFINITY)
      : scores;
    const { y: weights } = activation(b).softmax({ x: seen }, {});
    const mixed = b.matmul(weights, split(value, keys)); // [B, H, T, D]
    return { output: b.reshape(b.permute(mixed, [0, 2, 1, 3]), [batch, queries, width]) };
  },
});

/** `[T, S]`: 1 where query t may see key s. */
function causalMask<T extends Handle>(b: Backend<T>, queries: number, keys: number): T {
  const mask = new Float32Array(queries * keys);
  for (let t = 0; t < queries; t++) mask.fill(1, t * keys, t * keys + t + keys - queries + 1);
  return b.fromArray(mask, [queries, keys]);
}
