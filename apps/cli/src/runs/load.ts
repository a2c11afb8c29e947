import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LanguageModel } from "@lm/model";
import { fromBytes } from "@lm/ngram";
import { countParameters } from "@lm/nn";
import { readSafetensors } from "@lm/tensor";
import { type Tokenizer, tokenizerFromJson } from "@lm/text";
import { recoverRun } from "@lm/train/node";
import { type BackendChoice, openBackend } from "../backends.ts";
import { blameInput, InputError } from "../failure.ts";
import { readBytes, readJson } from "../input.ts";
import { FILES, type RunConfig, readConfig } from "./config.ts";
import { createModel } from "./families.ts";
import { checkSameVocabulary } from "./vocabularies.ts";

/** A model in a folder, ready to be used. */
export interface Run {
  readonly folder: string;
  readonly config: RunConfig;
  readonly tokenizer: Tokenizer;
  readonly model: LanguageModel;
  readonly parameters: number;
}

/** @throws InputError when the folder holds no run, or its files do not fit together. */
export async function loadRun(folder: string, choice: BackendChoice = {}): Promise<Run> {
  if (!existsSync(folder)) throw new InputError(`${folder}: no such folder`);
  const config = readConfig(folder);
  const tokenizer = await readTokenizer(folder);
  if (config.family === "ngram") {
    const path = join(folder, FILES.ngram);
    const model = await blameInput(path, () => fromBytes(readBytes(path)));
    checkSameVocabulary(folder, tokenizer.vocabulary, model.vocabulary);
    return { folder, config, tokenizer, model, parameters: model.parameterCount };
  }
  recoverRun(folder);
  const path = join(folder, FILES.model);
  if (!existsSync(path))
    throw new InputError(
      `${folder}: training has not come to a first checkpoint yet; go on with --resume`,
    );
  const backend = await openBackend(choice);
  const model = await blameInput(path, async () => {
    const weights = readSafetensors(readBytes(path));
    return createModel(config, tokenizer.vocabulary, {
      backend,
      weights,
    });
  });
  return { folder, config, tokenizer, model, parameters: countParameters(model.parameters) };
}

export async function readTokenizer(folder: string): Promise<Tokenizer> {
  const path = join(folder, FILES.tokenizer);
  if (!existsSync(path))
    throw new InputError(`${path}: no such file; without its tokenizer the model cannot read text`);
  return blameInput(path, () => tokenizerFromJson(readJson(path)));
}
