import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { fromBytes, type NgramModel, readArpa } from "@lm/ngram";
import { readSafetensors, type SafetensorsFile } from "@lm/tensor";
import { recoverRun } from "@lm/train/node";
import { blameInput, InputError } from "../failure.ts";
import { readBytes, readJson, readText } from "../input.ts";
import { FILES, readConfig } from "../runs/config.ts";
import { formatTable } from "../terminal/table.ts";

export function inspectCommand() {
  return new Command("inspect")
    .description(
      "what is in a model's folder, an ARPA file, a safetensors file or a tokenizer.json",
    )
    .argument("<path>", "the folder or file")
    .option("--json", "print one JSON document", false)
    .action(async (path, { json }) => {
      if (!existsSync(path)) throw new InputError(`${path}: no such file or folder`);
      const facts = statSync(path).isDirectory()
        ? await describeRun(path)
        : await describeFile(path);
      if (json) console.log(JSON.stringify(facts, null, 2));
      else print(facts);
    });
}

/** What there is to say; lists of records are shown as tables. */
type Facts = Readonly<Record<string, unknown>>;

async function describeRun(folder: string): Promise<Facts> {
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
    return {
      ...common,
      ...describeNgram(await blameInput(path, () => fromBytes(readBytes(path)))),
    };
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

async function describeFile(path: string): Promise<Facts> {
  if (path.endsWith(".safetensors"))
    return blameInput(path, () => describeTensors(readSafetensors(readBytes(path))));
  if (path.endsWith(".arpa"))
    return blameInput(path, async () => describeNgram(await readArpa(readText(path))));
  if (path.endsWith(".json")) return { tokenizer: describeTokenizer(path) };
  if (path.endsWith(".ngram"))
    return blameInput(path, () => describeNgram(fromBytes(readBytes(path))));
  throw new InputError(
    `${path}: is not a .safetensors, .arpa, .ngram or .json file; name one of these, or a folder`,
  );
}

function describeNgram(model: NgramModel): Facts {
  return {
    order: model.order,
    vocabulary: model.vocabulary.size,
    parameters: model.parameterCount,
    bytes: model.byteLength,
    ngrams: model.ngramCounts.map((count, i) => ({ order: i + 1, count })),
    ...(model.origin?.discounts && {
      discounts: model.origin.discounts.map(({ order, values, reason }) => ({
        order,
        D1: values[0],
        D2: values[1],
        "D3+": values[2],
        ...(reason !== undefined && { fallback: reason }),
      })),
    }),
  };
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

function print(facts: Facts, indent = ""): void {
  for (const [name, value] of Object.entries(facts))
    if (Array.isArray(value) && typeof value[0] === "object") {
      const columns = [...new Set(value.flatMap((row) => Object.keys(row as object)))];
      const numeric = (column: string) =>
        value.every((row) => typeof (row as Facts)[column] !== "string");
      console.log(`\n${name}:`);
      console.log(
        formatTable(
          columns.map((title) => ({ title, align: numeric(title) ? "right" : "left" })),
          value.map((row) => columns.map((column) => format((row as Facts)[column]))),
        ),
      );
    } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      console.log(`${indent}${name}:`);
      print(value as Facts, `${indent}  `);
    } else console.log(`${indent}${name}: ${format(value)}`);
}

function format(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "number"
    ? value.toLocaleString("en", { maximumFractionDigits: 6 })
    : String(value);
}
