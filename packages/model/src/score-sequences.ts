import type { LanguageModel } from "./language-model.ts";
import { yieldEvery } from "./yield-every.ts";

/**
 * For each sequence, the natural-log probabilities of its tokens 1 … n − 1, each given all of the sequence before
 * it: by the model's `score` where it has one, otherwise by advancing, sequences of equal length side by side.
 * Takes memory for all sequences at once; whoever has many hands them over in batches.
 * @throws RangeError for an empty sequence.
 * @throws whatever reason `signal` is aborted with; it is looked at between advances.
 */
export async function scoreSequences(
  model: LanguageModel,
  sequences: readonly Int32Array[],
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Float32Array[]> {
  const empty = sequences.findIndex(({ length }) => length === 0);
  if (empty >= 0)
    throw new RangeError(
      `scoreSequences: sequence ${empty} is empty; the first token of a sequence is its context`,
    );
  signal?.throwIfAborted();
  if (model.score) return model.score(sequences);

  const scores = sequences.map(({ length }) => new Float32Array(length - 1));
  const breathe = yieldEvery();
  for (const rows of rowsOfEqualLength(sequences)) {
    let state = model.start(rows.length);
    try {
      for (let at = 0; at < scores[rows[0]!]!.length; at++) {
        const tokens = Int32Array.from(rows, (row) => sequences[row]![at]!);
        const next = await model.advance(state, tokens);
        model.release?.(state);
        state = next.state;
        for (const [i, row] of rows.entries())
          scores[row]![at] = next.logProbs[i * model.vocabulary.size + sequences[row]![at + 1]!]!;
        await breathe();
        signal?.throwIfAborted();
      }
    } finally {
      model.release?.(state);
    }
  }
  return scores;
}

function rowsOfEqualLength(sequences: readonly Int32Array[]): Iterable<number[]> {
  const rows = new Map<number, number[]>();
  for (const [row, { length }] of sequences.entries()) {
    const group = rows.get(length);
    if (group) group.push(row);
    else rows.set(length, [row]);
  }
  return rows.values();
}
