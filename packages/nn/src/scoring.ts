import { disposeTensors, scopeOf, type Tensor } from "@lm/tensor";
import { tokenLosses } from "./loss.ts";
import type { TokenRows } from "./token-rows.ts";
import type { CarriedState } from "./trainable.ts";

/** The logits of a piece at every place, `[rows · length, V]`, and the memory behind it, given the memory before it. */
export type ReadPiece<Parameters> = (
  parameters: Parameters,
  inputs: TokenRows,
  state: CarriedState | undefined,
) => { readonly logits: Tensor; readonly state: CarriedState };

export interface ScoringOptions {
  /** The most tokens read at once, unless one sequence alone is longer. */
  readonly tokensPerBatch: number;
}

/**
 * Teacher-forced scores: for each sequence, the natural-log probabilities of its tokens 1 … n − 1. Sequences of one length
 * go through the model together; what a batch computes is freed with it.
 */
export function teacherForcedScores<Parameters>(
  parameters: Parameters,
  sequences: readonly Int32Array[],
  { tokensPerBatch }: ScoringOptions,
  /** The logits at every place, `[rows · length, V]`. */
  logitsOf: (parameters: Parameters, inputs: TokenRows) => Tensor,
): Promise<Float32Array[]> {
  const wholeSequences = { tokensPerBatch, chunk: Number.POSITIVE_INFINITY };
  return scoreGroups(parameters, sequences, wholeSequences, (scoped, inputs) => ({
    logits: logitsOf(scoped, inputs),
    state: {},
  }));
}

/** The same for a model with a memory, which reads sequences of any length piece by piece. */
export function recurrentScores<Parameters>(
  parameters: Parameters,
  sequences: readonly Int32Array[],
  { tokensPerBatch }: ScoringOptions,
  read: ReadPiece<Parameters>,
): Promise<Float32Array[]> {
  return scoreGroups(parameters, sequences, { tokensPerBatch, chunk: tokensPerBatch }, read);
}

async function scoreGroups<Parameters>(
  parameters: Parameters,
  sequences: readonly Int32Array[],
  { tokensPerBatch, chunk }: { readonly tokensPerBatch: number; readonly chunk: number },
  read: ReadPiece<Parameters>,
): Promise<Float32Array[]> {
  const scores = sequences.map((sequence) => new Float32Array(Math.max(0, sequence.length - 1)));
  for (const group of groupByLength(sequences, tokensPerBatch)) {
    const length = scores[group[0]!]!.length;
    let state: CarriedState | undefined;
    for (let start = 0; start < length; ) {
      const end = Math.min(length, start + Math.max(1, Math.floor(chunk / group.length)));
      const part = (shift: number) =>
        joinRows(group.map((which) => sequences[which]!.subarray(start + shift, end + shift)));
      const inputs = { ids: part(0), rows: group.length, length: end - start };
      const before = state;
      const after = scopeOf(parameters, (scoped) => {
        const { logits, state } = read(scoped, inputs, before);
        return { losses: tokenLosses(logits, part(1)), state };
      });
      const values = await after.losses.read();
      disposeTensors([after.losses, before]);
      state = after.state;
      group.forEach((which, row) => {
        for (let i = start; i < end; i++)
          scores[which]![i] = -values[row * inputs.length + i - start]!;
      });
      start = end;
    }
    disposeTensors(state);
  }
  return scores;
}

function joinRows(rows: readonly Int32Array[]): Int32Array {
  const length = rows[0]!.length;
  const joined = new Int32Array(rows.length * length);
  rows.forEach((row, i) => {
    joined.set(row, i * length);
  });
  return joined;
}

/** The places of sequences of equal length, in groups of at most `tokensPerBatch` tokens (and at least one sequence). */
function groupByLength(sequences: readonly Int32Array[], tokensPerBatch: number): number[][] {
  const groups: number[][] = [];
  const open = new Map<number, number[]>();
  sequences.forEach(({ length }, which) => {
    const group = open.get(length);
    if (group && (group.length + 1) * length <= tokensPerBatch) group.push(which);
    else {
      const next = [which];
      open.set(length, next);
      groups.push(next);
    }
  });
  return groups;
}

/** The natural-log probabilities of the next token, `[rows, V]`, as a language model gives them: read and disposed of. */
export async function readLogProbs(logProbs: Tensor): Promise<Float32Array> {
  const values = await logProbs.read();
  logProbs.dispose();
  return values instanceof Float32Array ? values : Float32Array.from(values);
}
