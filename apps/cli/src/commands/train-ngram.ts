import { evaluate } from "@lm/eval";
import {
  countNgrams,
  countsToBytes,
  type NgramCounts,
  type NgramModel,
  ngram,
  pruneByEntropy,
  quantize,
  toBytes,
} from "@lm/ngram";
import type { Tokenizer } from "@lm/text";
import { blameInput, InputError } from "../failure.ts";
import { readText } from "../input.ts";
import { FILES, type RunConfig } from "../runs/config.ts";
import { countsUpTo, loadCounts } from "../runs/counts.ts";
import { checkFolderIsFree, createFolder, toJson } from "../runs/create-folder.ts";
import { checkTokens } from "../runs/tokenizers.ts";
import { formatSeconds } from "../terminal/progress.ts";
import { ngramCommand } from "./ngram-options.ts";
import { smoothingOf } from "./ngram-smoothing.ts";

type Options = ReturnType<ReturnType<typeof ngramCommand>["opts"]>;

export function trainNgramCommand() {
  return ngramCommand().action(async (options, self) => {
    const { out, prune } = options;
    checkFolderIsFree(out);
    const given = (name: keyof Options) => self.getOptionValueSource(name) === "cli";
    const start = performance.now();
    const { counts, tokenizer, notes } = await countedOf(options, given);
    const { order } = counts;
    const heldOut = options.heldOut === undefined ? undefined : readText(options.heldOut);
    const valid = options.valid === undefined ? undefined : readText(options.valid);
    const smoothing = smoothingOf(options.smoothing, {
      ...options,
      heldOut: heldOut === undefined ? undefined : tokenizer.encode(heldOut),
    });
    const openVocabulary = !options.closedVocabulary;
    const model = await blameInput("lm train ngram", () =>
      smaller(
        ngram({ order, smoothing, ...(prune && { prune }), openVocabulary }).fitCounts(counts),
        options,
      ),
    );
    const seconds = (performance.now() - start) / 1000;
    const config: RunConfig = {
      format: 1,
      family: "ngram",
      model: { order, smoothing: model.origin?.smoothing ?? smoothing },
    };
    createFolder(out, {
      [FILES.config]: toJson(config),
      [FILES.tokenizer]: toJson(tokenizer.toJSON()),
      [FILES.ngram]: toBytes(model),
      [FILES.counts]: countsToBytes(counts),
    });
    for (const note of [...notes, ...model.notes]) console.error(`note: ${note}`);
    const sizes = model.ngramCounts.map((count) => count.toLocaleString("en")).join(" + ");
    console.error(`${sizes} n-grams of orders 1 to ${order} in ${formatSeconds(seconds)} → ${out}`);
    if (valid !== undefined && model.isNormalized) await judge(model, tokenizer.encode(valid));
  });
}

interface Counted {
  readonly counts: NgramCounts;
  readonly tokenizer: Tokenizer;
  /** What the user should know of the counting. */
  readonly notes: readonly string[];
}

/** Counts a text, or takes counts from elsewhere. `given` says which flags the user wrote. */
async function countedOf(
  options: Options,
  given: (name: keyof Options) => boolean,
): Promise<Counted> {
  const { data, counts: from, order, unknown, blankLines } = options;
  if (from !== undefined) {
    if (data !== undefined)
      throw new InputError("--data and --counts both say what is counted; give one of them");
    for (const [name, flag] of [
      ["unknown", "--unknown"],
      ["blankLines", "--blank-lines"],
    ] as const)
      if (given(name)) throw new InputError(`${flag} is for counting --data; --counts is counted`);
    if (given("tokenizer") && options.tokenizer.path === undefined)
      throw new InputError(
        "--tokenizer learns from --data; with --counts give the folder of the tokenizer",
      );
    const known = given("tokenizer") ? await options.tokenizer("") : undefined;
    const { counts, tokenizer } = await loadCounts(from, known);
    return { counts: given("order") ? countsUpTo(counts, order) : counts, tokenizer, notes: [] };
  }
  if (data === undefined)
    throw new InputError("there is nothing to count; give a text, --data FILE, or --counts PATH");
  const text = readText(data);
  const tokenizer = await options.tokenizer(text);
  const { vocabulary } = tokenizer;
  const ids = checkTokens(data, tokenizer, text);
  const counts = await blameInput(data, () =>
    countNgrams(vocabulary, ids, { order, unknown, blankLines }),
  );
  const skipped = unknown === "skip" ? ids.filter((id) => id === vocabulary.unk).length : 0;
  const note = `${skipped.toLocaleString("en")} unknown words of the text were skipped; --unknown count counts them as <unk>`;
  return { counts, tokenizer, notes: skipped > 0 ? [note] : [] };
}

function smaller(model: NgramModel, { pruneEntropy, quantize: isQuantized }: Options): NgramModel {
  const pruned = pruneEntropy === undefined ? model : pruneByEntropy(model, pruneEntropy);
  return isQuantized ? quantize(pruned) : pruned;
}

async function judge(model: NgramModel, ids: Int32Array): Promise<void> {
  const context = model.vocabulary.eos === undefined ? "document" : "sentence";
  const { perplexity, tokens } = await evaluate(model, ids, { context });
  console.error(
    `held out: perplexity ${perplexity.toFixed(2)} over ${tokens.toLocaleString("en")} tokens (${context})`,
  );
}
