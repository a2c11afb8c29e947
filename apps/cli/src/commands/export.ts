import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { fromBytes, writeArpa, writeCountsParquet, writeCountsTsv } from "@lm/ngram";
import { readSafetensors } from "@lm/tensor";
import { recoverRun, writeFileAtomically } from "@lm/train/node";
import { toHuggingFaceConfig } from "@lm/transformer";
import { blameInput, InputError } from "../failure.ts";
import { oneOf } from "../flags.ts";
import { readBytes, readJson } from "../input.ts";
import { writeTextFile } from "../output.ts";
import { FILES, type RunConfig, readConfig } from "../runs/config.ts";
import { readCounts } from "../runs/counts.ts";
import { checkFileIsFree, checkFolderIsFree, createFolder, toJson } from "../runs/create-folder.ts";

const FORMATS = ["hf", "arpa", "counts", "safetensors"] as const;
type Format = (typeof FORMATS)[number];

export function exportCommand() {
  return new Command("export")
    .description(
      "give a model to others: a Hugging Face folder, an ARPA file, a table of n-gram counts, a safetensors file",
    )
    .argument("<folder>", "the model")
    .requiredOption("--format <name>", FORMATS.join(", "), oneOf(FORMATS))
    .requiredOption(
      "--out <path>",
      "the folder (hf) or file to write; arpa is packed where its name ends in .gz, counts end in .tsv, .tsv.gz or .parquet",
    )
    .action(async (folder, { format, out }) => {
      if (!existsSync(folder)) throw new InputError(`${folder}: no such folder`);
      const config = readConfig(folder);
      await writers[format](folder, config, out);
      console.error(`${folder} → ${out}`);
    });
}

const writers: Readonly<
  Record<Format, (folder: string, config: RunConfig, out: string) => Promise<void>>
> = {
  async hf(folder, config, out) {
    if (config.family !== "transformer")
      throw new InputError(
        `${folder}: is a model of ${config.family}; a Hugging Face folder takes a transformer`,
      );
    checkFolderIsFree(out);
    const weights = await readWeights(folder);
    const size = readSafetensors(weights).tensors.get("transformer.wte.weight")!.shape[0]!;
    const tokenizer = join(folder, FILES.tokenizer);
    createFolder(out, {
      [FILES.config]: toJson(toHuggingFaceConfig(config.model, size)),
      [FILES.model]: weights,
      ...(existsSync(tokenizer) && { [FILES.tokenizer]: toJson(readJson(tokenizer)) }),
    });
  },

  async arpa(folder, config, out) {
    if (config.family !== "ngram")
      throw new InputError(
        `${folder}: is a model of ${config.family}; an ARPA file takes an n-gram model`,
      );
    checkFileIsFree(out);
    const path = join(folder, FILES.ngram);
    const pieces = await blameInput(folder, () => writeArpa(fromBytes(readBytes(path))));
    await writeTextFile(out, pieces);
  },

  async counts(folder, config, out) {
    if (config.family !== "ngram")
      throw new InputError(`${folder}: is a model of ${config.family}, which counts nothing`);
    if (!/\.(tsv|tsv\.gz|parquet)$/.test(out))
      throw new InputError(
        `${out}: its name must say how counts are written: .tsv, .tsv.gz or .parquet`,
      );
    checkFileIsFree(out);
    const counts = await readCounts(folder);
    if (!counts)
      throw new InputError(
        `${folder}: keeps no counts, as models from elsewhere; export one of lm train`,
      );
    await blameInput(folder, async () =>
      out.endsWith(".parquet")
        ? writeFileAtomically(out, await writeCountsParquet(counts))
        : writeTextFile(out, writeCountsTsv(counts)),
    );
  },

  async safetensors(folder, config, out) {
    if (config.family === "ngram")
      throw new InputError(
        `${folder}: is an n-gram model, which has no tensors; export it as arpa`,
      );
    checkFileIsFree(out);
    writeFileAtomically(out, await readWeights(folder));
  },
};

/** The bytes of a run's weights, checked. */
async function readWeights(folder: string): Promise<Uint8Array> {
  recoverRun(folder);
  const path = join(folder, FILES.model);
  const bytes = readBytes(path);
  await blameInput(path, () => readSafetensors(bytes));
  return bytes;
}
