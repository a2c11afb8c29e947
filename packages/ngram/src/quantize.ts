import type { FloatOrder } from "./float-order.ts";
import { NgramModel } from "./model.ts";
import { BLOCK_BITS, QuantizedOrder } from "./quantized-order.ts";
import { WORDS_IN_TWO_BYTES } from "./trie.ts";
import { nearestCodes, valueTable } from "./value-table.ts";

/**
 * The same model in half the memory or less: the log-probabilities of each order above 1, and its back-off weights,
 * are rounded to 256 values each (see `valueTable`). Unigrams are few, and stay as they are.
 *
 * Rounded probabilities sum to one only approximately; `notes` of the model says so. A quantised model is
 * given back as it is.
 */
export function quantize(model: NgramModel): NgramModel {
  const { trie, origin } = model;
  if (model.isQuantized) return model;
  const isNarrow = trie.vocabulary.size < WORDS_IN_TWO_BYTES;
  const [unigrams, ...longer] = trie.orders as FloatOrder[];
  const quantized = longer.map(({ words, logProbs, backoffs, childStarts }) => {
    const logProbTable = valueTable(logProbs);
    const backoffTable = valueTable(backoffs);
    return new QuantizedOrder({
      words: isNarrow ? Uint16Array.from(words) : words,
      logProbTable,
      logProbs: nearestCodes(logProbs, logProbTable),
      backoffTable,
      backoffs: nearestCodes(backoffs, backoffTable),
      ...blocks(childStarts),
    });
  });
  return new NgramModel({ ...trie, orders: [unigrams!, ...quantized] }, origin);
}

/** Where the continuations of each n-gram begin, in two bytes unless some block has more than those can count. */
function blocks(starts: Int32Array): Pick<QuantizedOrder, "childBases" | "childOffsets"> {
  const childBases = starts.filter((_, i) => i % (1 << BLOCK_BITS) === 0);
  const childOffsets = new Uint16Array(starts.length);
  for (let i = 0; i < starts.length; i++) {
    const offset = starts[i]! - childBases[i >> BLOCK_BITS]!;
    if (offset > 0xffff) return { childBases: starts, childOffsets: new Uint16Array(0) };
    childOffsets[i] = offset;
  }
  return { childBases, childOffsets };
}
