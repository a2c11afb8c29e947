import { existsSync } from "node:fs";
import { join } from "node:path";
import { countsFromBytes, fromBytes, readArpa } from "@lm/ngram";
import { readSafetensors, type SafetensorsFile } from "@lm/tensor";
import { recoverRun } from "@lm/train/node";
import { blameInput, InputError } from "../failure.ts";
import { openFile, readBytes, readJson } from "../input.ts";
import { FILES, readConfig } from "../runs/config.ts";
import { readCounts } from "../runs/counts.ts";
import { describeCounts, describeNgram } from "./describe-ngram.ts";
import type { Facts } from "./facts.ts";

export async function describeRun(folder: string): Promise<Facts> {
  const config = readConfig(folder);
  const { family, model } = config;
  const tokenizer = join(folder, FILES.tokenizer);
  const common = {
    family,
    model,
    ...(existsSync(tokenizer) && { tokenizer: describeTokenizer(tokenizer) }),
  };
  if (family === "ngram") {
    const path = join(folder, FILES.ngram);
    const model = await blameInput(path, () => fromBytes(readBytes(path)));
    return { ...common, ...describeNgram(model, await readCounts(folder)) };
  }
  const record = recoverRun(folder);
  const path = join(folder, FILES.model);
  return {
    ...common,
    ...("training" in config && { training: { ...config.training, stepsDone: record?.step ?? 0 } }),
    ...(existsSync(path) &&
      describeTensors(await blameInput(path, () => readSafetensors(readBytes(path))))),
  };
}

export async function describeFile(path: string): Promise<Facts> {
  if (path.endsWith(".safetensors"))
    return blameInput(path, () => describeTensors(readSafetensors(readBytes(path))));
  if (/\.arpa(\.gz)?$/.test(path))
    return blameInput(path, async () => describeNgram(await readArpa(openFile(path))));
  if (path.endsWith(".json")) return { tokenizer: describeTokenizer(path) };
  if (path.endsWith(".ngram"))
    return blameInput(path, () => describeNgram(fromBytes(readBytes(path))));
  if (path.endsWith(".counts"))
    return blameInput(path, () => describeCounts(countsFromBytes(readBytes(path))));
  throw new InputError(
    `${path}: is not a .safetensors, .arpa, .arpa.gz, .ngram, .counts or .json file; name one of these, or a folder`,
  );
}

function describeTensors({ tensors, metadata }: SafetensorsFile): Facts {
  const entries = [...tensors].map(([name, { dtype, shape }]) => ({
    name,
    dtype,
    shape: `[${shape.join(", ")}]`,
    parameters: shape.reduce((product, d) => product * d, 1),
  }));
  return {
    metadata,
    parameters: entries.reduce((sum, { parameters }) => sum + parameters, 0),
    tensors: entries,
  };
}

function describeTokenizer(path: string): Facts {
  const json = readJson(path) as { model?: { type?: unknown; vocab?: unknown } } | null;
  const { type, vocab } = json?.model ?? {};
  if (typeof type !== "string" || typeof vocab !== "object" || vocab === null)
    throw new InputError(`${path}: is not a tokenizer.json`);
  return { type, tokens: Object.keys(vocab).length };
}
