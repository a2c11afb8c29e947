import { type Evaluation, type EvaluationContext, evaluate, parseContext } from "@lm/eval";
import { sentenceStart } from "@lm/model";
import { InvalidArgumentError } from "commander";
import { countCharacters } from "../input.ts";
import { startProgress } from "../terminal/progress.ts";
import type { Run } from "./load.ts";

/** Something that reads a text and is judged by it: a run, or what is made of runs. */
export type Judged = Pick<Run, "folder" | "model" | "tokenizer">;

/** How well one model does; `weight` is its part in a mixture. */
export interface Result {
  readonly name: string;
  readonly family: string;
  readonly weight?: number;
  readonly evaluation: Evaluation;
}

export function contextFlag(text: string): EvaluationContext {
  try {
    return parseContext(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** How a text is read where nobody says: n-grams of words know sentences, every other model reads a document. */
export function defaultContext({ config, model }: Run): EvaluationContext {
  return config.family === "ngram" && model.vocabulary.eos !== undefined ? "sentence" : "document";
}

/** Evaluates with a bar on the terminal. */
export async function evaluateRun(
  { folder, model, tokenizer }: Judged,
  text: string,
  context: EvaluationContext,
): Promise<Evaluation> {
  const ids = tokenizer.encode(text);
  // In a vocabulary without a start token the first token is context only.
  const unscored =
    sentenceStart(model.vocabulary) === undefined ? tokenizer.decode(ids.subarray(0, 1)) : "";
  const progress = startProgress({ label: folder, total: ids.length, unit: "tokens" });
  try {
    return await evaluate(model, ids, {
      context,
      characters: countCharacters(text) - countCharacters(unscored) || undefined,
      onProgress: ({ done }) => progress.update(done),
    });
  } finally {
    progress.stop();
  }
}
