import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { readArpa, toBytes } from "@lm/ngram";
import { float32Values, readSafetensors, type SafetensorsFile, writeSafetensors } from "@lm/tensor";
import { tokenizerFromJson, WordTokenizer } from "@lm/text";
import { fromHuggingFace } from "@lm/transformer";
import { blameInput, InputError } from "../failure.ts";
import { openFile, readBytes, readJson } from "../input.ts";
import { FILES, type RunConfig, readConfig } from "../runs/config.ts";
import { checkFolderIsFree, createFolder, toJson } from "../runs/create-folder.ts";

export function importCommand() {
  return new Command("import")
    .description(
      "take a model from a Hugging Face folder (GPT-2), an ARPA file (.gz too), or safetensors with a config of lm",
    )
    .argument("<path>", "the folder or file")
    .requiredOption("--out <folder>", "where to put the model")
    .option("--repair", "put right what is wrong with an ARPA file, and tell what it was", false)
    .action(async (path, { out, repair }) => {
      checkFolderIsFree(out);
      if (!existsSync(path)) throw new InputError(`${path}: no such file or folder`);
      const isFolder = statSync(path).isDirectory();
      if (isFolder && repair)
        throw new InputError(`${path}: is a folder; --repair is for ARPA files`);
      const files = isFolder ? await importFolder(path) : await importArpa(path, repair);
      createFolder(out, files);
      console.error(`${path} → ${out}`);
    });
}

type Files = Record<string, Uint8Array | string>;

async function importArpa(path: string, repair: boolean): Promise<Files> {
  if (/\.(counts|tsv|tsv\.gz|parquet)$/.test(path))
    throw new InputError(
      `${path}: looks like counts, which are no model yet; make one by lm train ngram --counts`,
    );
  const model = await blameInput(path, () => readArpa(openFile(path), repair ? { onRepair } : {}));
  const tokenizer = await blameInput(path, () => new WordTokenizer(model.vocabulary));
  const config: RunConfig = {
    format: 1,
    family: "ngram",
    model: { order: model.order, smoothing: "arpa" },
  };
  return {
    [FILES.config]: toJson(config),
    [FILES.tokenizer]: toJson(tokenizer.toJSON()),
    [FILES.ngram]: toBytes(model),
  };
}

const onRepair = ({ message }: Error) => console.error(`repaired: ${message}`);

/** A Hugging Face folder, or one with a `config.json` of our own beside the weights. */
async function importFolder(folder: string): Promise<Files> {
  const json = readJson(join(folder, FILES.config)) as { model_type?: unknown } | null;
  const weightsPath = join(folder, FILES.model);
  const file = await blameInput(weightsPath, () => readSafetensors(readBytes(weightsPath)));
  const tokenizer = importTokenizer(folder);
  if (json?.model_type === undefined) {
    const config = readConfig(folder);
    if (config.family === "ngram")
      throw new InputError(`${folder}: is a model of lm already; copy the folder`);
    const { family, model } = config;
    return {
      [FILES.config]: toJson({ format: 1, family, model }),
      [FILES.model]: asFloat32(file),
      ...tokenizer,
    };
  }
  const { config, weights } = await blameInput(folder, () => fromHuggingFace(json, file));
  const run: RunConfig = { format: 1, family: "transformer", model: config };
  return { [FILES.config]: toJson(run), [FILES.model]: asFloat32(weights), ...tokenizer };
}

/** The tokenizer, checked and in our own writing. A model without one can be inspected and exported, no more. */
function importTokenizer(folder: string): Files {
  const path = join(folder, FILES.tokenizer);
  if (!existsSync(path)) {
    console.error(
      `warning: ${path} is missing; without a tokenizer the model cannot read or write text`,
    );
    return {};
  }
  return { [FILES.tokenizer]: toJson(tokenizerFromJson(readJson(path)).toJSON()) };
}

function asFloat32({ tensors }: SafetensorsFile): Uint8Array {
  const values = [...tensors].map(
    ([name, entry]) => [name, { shape: entry.shape, data: float32Values(name, entry) }] as const,
  );
  return writeSafetensors(Object.fromEntries(values), { format: "pt" });
}
