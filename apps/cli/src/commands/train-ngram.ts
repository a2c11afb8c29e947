import { evaluate } from "@lm/eval";
import {
  countsToBytes,
  type NgramModel,
  ngram,
  pruneByEntropy,
  quantize,
  toBytes,
} from "@lm/ngram";
import { blameInput } from "../failure.ts";
import { readText } from "../input.ts";
import { FILES, type RunConfig } from "../runs/config.ts";
import { checkFolderIsFree, createFolder, toJson } from "../runs/create-folder.ts";
import { formatSeconds } from "../terminal/progress.ts";
import { countedOf } from "./ngram-counts.ts";
import { type NgramFlags, ngramCommand } from "./ngram-options.ts";
import { smoothingOf } from "./ngram-smoothing.ts";

export function trainNgramCommand() {
  return ngramCommand().action(async (options, self) => {
    const { out, prune } = options;
    checkFolderIsFree(out);
    const given = (name: keyof NgramFlags) => self.getOptionValueSource(name) === "cli";
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

function smaller(
  model: NgramModel,
  { pruneEntropy, quantize: isQuantized }: NgramFlags,
): NgramModel {
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
