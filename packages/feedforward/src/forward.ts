import { dropout, embedding, linear, type TokenRows } from "@lm/nn";
import type { Generator } from "@lm/random";
import type { Tensor } from "@lm/tensor";
import type { FeedforwardConfig } from "./config.ts";
import type { FeedforwardParameters } from "./parameters.ts";

/**
 * The hidden layer at every place: tanh(d + H·x), where x is the vectors of the last `window` tokens side by side (Bengio
 * et al. 2003, eq. 1, without its optional direct connections). Before the start of a row stand zero vectors.
 */
export function forward(
  parameters: FeedforwardParameters,
  { ids, rows, length }: TokenRows,
  config: FeedforwardConfig,
  generator?: Generator,
): Tensor {
  const { window } = config;
  const vectors = embedding(parameters.embedding, ids, [rows, length]); // [B, T, m]
  const padded = vectors.pad(1, window - 1, 0); // [B, window − 1 + T, m]
  const shifted = Array.from({ length: window }, (_, i) => padded.slice(1, i, i + length));
  const context = shifted[0]!.concat(shifted.slice(1), 2); // [B, T, window · m], oldest first
  const hidden = linear(parameters.hidden, context).tanh(); // [B, T, h]
  return dropout(hidden, config.dropout, generator);
}
