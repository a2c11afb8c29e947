import { Command } from "@commander-js/extra-typings";
import { scoreTokens } from "@lm/eval";
import { sentenceStart } from "@lm/model";
import { NgramModel } from "@lm/ngram";
import { oneOf, threadCount } from "../flags.ts";
import { readText } from "../input.ts";
import { BACKENDS } from "../runs/engine.ts";
import { loadRun } from "../runs/load.ts";
import { contextFlag, defaultContext } from "./eval.ts";

/** One token of a text, and what the model makes of it. */
interface TokenLine {
  readonly token: string;
  readonly id: number;
  readonly unknown: boolean;
  /** Natural logarithm. */
  readonly logProb: number;
  readonly log10: number;
  /** Of an n-gram model: the length of the longest n-gram that matched. */
  readonly order?: number;
  /** Of an n-gram model: the contexts that were tried, longest first. */
  readonly path?: readonly {
    readonly contextLength: number;
    readonly listed: boolean;
    readonly log10: number;
  }[];
}

export function scoreCommand() {
  return new Command("score")
    .description("the probability of every token of a text, and for n-grams the back-off behind it")
    .argument("<folder>", "the model")
    .requiredOption("--data <file>", "the text, UTF-8")
    .option(
      "--context <policy>",
      "document, sentence, window:LENGTH or window:LENGTH/STRIDE",
      contextFlag,
    )
    .option("--backend <name>", BACKENDS.join(", "), oneOf(BACKENDS), "cpu" as const)
    .option(
      "--threads <n>",
      "threads of the engine (a core each, up to 8, by default)",
      threadCount,
    )
    .option("--json", "print one JSON document", false)
    .action(async (folder, { data, context, backend, threads, json }) => {
      const text = readText(data);
      const run = await loadRun(folder, { backend, threads });
      const { model, tokenizer } = run;
      const ids = tokenizer.encode(text);
      const { tokens, logProbs, contextLengths } = await scoreTokens(model, ids, {
        context: context ?? defaultContext(run),
      });
      const explain =
        model instanceof NgramModel ? explainer(model, ids, contextLengths) : () => ({});
      const lines = Array.from(
        tokens,
        (id, i): TokenLine => ({
          token: model.vocabulary.token(id),
          id,
          unknown: id === model.vocabulary.unk,
          logProb: logProbs[i]!,
          log10: logProbs[i]! / Math.LN10,
          ...explain(i),
        }),
      );
      console.log(json ? JSON.stringify(lines, null, 2) : lines.map(formatLine).join("\n"));
    });
}

/** Why scored token i of the text has its probability after the tokens that the model was given before it. */
function explainer(
  model: NgramModel,
  ids: Int32Array,
  contextLengths: Int32Array,
): (i: number) => Pick<TokenLine, "order" | "path"> {
  const start = sentenceStart(model.vocabulary);
  const all = start === undefined ? ids : Int32Array.of(start, ...ids);
  return (i) => {
    const place = i + 1;
    const { matchedOrder, path } = model.query(
      all.subarray(place - Math.min(contextLengths[i]!, model.contextLength), place),
      all[place]!,
    );
    return {
      order: matchedOrder,
      path: path.map(({ contextLength, isListed, log10 }) => ({
        contextLength,
        listed: isListed,
        log10,
      })),
    };
  };
}

function formatLine({ token, unknown, logProb, log10, order, path }: TokenLine): string {
  const columns = [JSON.stringify(token).slice(1, -1), logProb.toFixed(6), log10.toFixed(6)];
  if (order !== undefined && path) {
    columns.push(`order ${order}`);
    columns.push(
      path
        .map(
          (step) => `${step.contextLength + 1}${step.listed ? "✓" : `✗ ${step.log10.toFixed(4)}`}`,
        )
        .join(" → "),
    );
  }
  if (unknown) columns.push("unknown");
  return columns.join("\t");
}
