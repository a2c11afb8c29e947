import { evaluate } from "@lm/eval";
import { countNgrams, countsToBytes, type NgramModel, ngram, toBytes } from "@lm/ngram";
import { blameInput } from "../failure.ts";
import { readText } from "../input.ts";
import { FILES, type RunConfig } from "../runs/config.ts";
import { checkFolderIsFree, createFolder, toJson } from "../runs/create-folder.ts";
import { checkTokens } from "../runs/tokenizers.ts";
import { formatSeconds } from "../terminal/progress.ts";
import { ngramCommand } from "./ngram-options.ts";
import { smoothingOf } from "./ngram-smoothing.ts";

export function trainNgramCommand() {
  return ngramCommand().action(async (options) => {
    const { data, out, order, prune, unknown, blankLines } = options;
    checkFolderIsFree(out);
    const text = readText(data);
    const start = performance.now();
    const tokenizer = await options.tokenizer(text);
    const { vocabulary } = tokenizer;
    const heldOut = options.heldOut === undefined ? undefined : readText(options.heldOut);
    const smoothing = smoothingOf(options.smoothing, {
      ...options,
      heldOut: heldOut === undefined ? undefined : tokenizer.encode(heldOut),
    });
    const openVocabulary = !options.closedVocabulary;
    const settings = { order, smoothing, ...(prune && { prune }), openVocabulary };
    const estimator = await blameInput("lm train ngram", () => ngram(settings));
    const ids = checkTokens(data, tokenizer, text);
    const counts = await blameInput(data, () =>
      countNgrams(vocabulary, ids, { order, unknown, blankLines }),
    );
    const model = await blameInput(data, () => estimator.fitCounts(counts));
    const seconds = (performance.now() - start) / 1000;
    const valid = options.valid === undefined ? undefined : readText(options.valid);
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
    for (const note of notesOf(model, ids, unknown)) console.error(`note: ${note}`);
    const sizes = model.ngramCounts.map((count) => count.toLocaleString("en")).join(" + ");
    console.error(`${sizes} n-grams of orders 1 to ${order} in ${formatSeconds(seconds)} → ${out}`);
    if (valid !== undefined) await judge(model, tokenizer.encode(valid));
  });
}

/** What the user should know of how the model was estimated. */
function notesOf(model: NgramModel, ids: Int32Array, unknown: string): string[] {
  const { unk } = model.vocabulary;
  const skipped = unknown === "skip" ? ids.filter((id) => id === unk).length : 0;
  return [
    ...(skipped > 0
      ? [
          `${skipped.toLocaleString("en")} unknown words of the text were skipped; --unknown count counts them as <unk>`,
        ]
      : []),
    ...model.notes,
  ];
}

async function judge(model: NgramModel, ids: Int32Array): Promise<void> {
  if (!model.isNormalized) return;
  const context = model.vocabulary.eos === undefined ? "document" : "sentence";
  const { perplexity, tokens } = await evaluate(model, ids, { context });
  console.error(
    `held out: perplexity ${perplexity.toFixed(2)} over ${tokens.toLocaleString("en")} tokens (${context})`,
  );
}
