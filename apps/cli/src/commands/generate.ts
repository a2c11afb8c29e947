import { Command } from "@commander-js/extra-typings";
import {
  beamSearch,
  generate,
  type Piece,
  type SamplerStep,
  temperature,
  topK,
  topP,
  wuPenalty,
} from "@lm/decode";
import { InputError } from "../failure.ts";
import { numberFrom, oneOf, positiveNumber, threadCount, wholeNumber } from "../flags.ts";
import { BACKENDS } from "../runs/engine.ts";
import { loadRun, type Run } from "../runs/load.ts";

const STRATEGIES = ["greedy", "sample", "beam"] as const;

interface GenerateFlags {
  readonly prompt: string;
  readonly strategy?: (typeof STRATEGIES)[number] | undefined;
  readonly temperature?: number | undefined;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly beamWidth: number;
  readonly lengthPenalty: number;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly ignoreEos: boolean;
  readonly seed: number;
  readonly trace: boolean;
  readonly json: boolean;
}

const collect = (text: string, before: readonly string[]) => [...before, text];

export function generateCommand() {
  return new Command("generate")
    .description("continue a text")
    .argument("<folder>", "the model")
    .option("--prompt <text>", "what to continue", "")
    .option("--strategy <name>", `${STRATEGIES.join(", ")} (sample by default)`, oneOf(STRATEGIES))
    .option("--temperature <t>", "below 1 is more careful, above is bolder (sample)", numberFrom(0))
    .option("--top-k <k>", "draw from the k most probable tokens (sample)", wholeNumber(1))
    .option(
      "--top-p <p>",
      "draw from the most probable tokens that make up p (sample)",
      positiveNumber,
    )
    .option("--beam-width <n>", "texts followed side by side (beam)", wholeNumber(1), 4)
    .option("--length-penalty <alpha>", "of Wu et al. 2016; 0 for none (beam)", numberFrom(0), 0.6)
    .option("--max-tokens <n>", "the most tokens to generate", wholeNumber(0), 200)
    .option(
      "--stop <text>",
      "stop before this text (may be repeated)",
      collect,
      [] as readonly string[],
    )
    .option("--ignore-eos", "go on after the end of a sentence", false)
    .option("--seed <n>", "of the sampling", wholeNumber(0), 1)
    .option("--trace", "tell the candidates of every token (sample, greedy)", false)
    .option("--backend <name>", BACKENDS.join(", "), oneOf(BACKENDS), "cpu" as const)
    .option(
      "--threads <n>",
      "threads of the engine (a core each, up to 8, by default)",
      threadCount,
    )
    .option("--json", "print one JSON document", false)
    .action(async (folder, { backend, threads, ...flags }) => {
      checkStrategy(flags);
      const run = await loadRun(folder, { backend, threads });
      await (flags.strategy === "beam" ? beam(run, flags) : stream(run, flags));
    });
}

/** @throws InputError for flags of another strategy. */
function checkStrategy({ strategy, temperature, topK, topP, trace }: GenerateFlags): void {
  if (strategy === "beam" && trace)
    throw new InputError("--trace follows single tokens, not beams; leave it out");
  const sampling = Object.entries({ temperature, "top-k": topK, "top-p": topP }).find(
    ([, value]) => value !== undefined,
  );
  if (sampling && strategy !== undefined && strategy !== "sample")
    throw new InputError(`--${sampling[0]} is for --strategy sample, not for ${strategy}`);
  if (topP !== undefined && topP > 1)
    throw new InputError(`--top-p is ${topP}, but a probability is at most 1`);
}

/** The chain that the flags describe, in their usual order. */
function samplerOf(flags: GenerateFlags): SamplerStep[] {
  if (flags.strategy === "greedy") return [temperature(0)];
  return [
    ...(flags.temperature === undefined ? [] : [temperature(flags.temperature)]),
    ...(flags.topK === undefined ? [] : [topK(flags.topK)]),
    ...(flags.topP === undefined ? [] : [topP(flags.topP)]),
  ];
}

async function stream({ model, tokenizer }: Run, flags: GenerateFlags): Promise<void> {
  const { prompt, maxTokens, stop, ignoreEos, seed, trace, json } = flags;
  const pieces: Piece[] = [];
  if (!json) process.stdout.write(prompt);
  for await (const piece of generate(model, tokenizer, prompt, {
    sampler: samplerOf(flags),
    maxTokens,
    stop,
    ignoreEos,
    seed,
    trace,
  })) {
    if (json) pieces.push(piece);
    else process.stdout.write(piece.text);
    if (!json && piece.finish === undefined && piece.trace)
      for (const { step, size, best } of piece.trace) {
        const top = best
          .slice(0, 5)
          .map(
            ({ token, probability }) =>
              `${JSON.stringify(model.vocabulary.token(token))} ${(100 * probability).toFixed(1)} %`,
          );
        console.error(`${step}: ${size} candidates: ${top.join(", ")}`);
      }
  }
  if (!json) {
    process.stdout.write("\n");
    return;
  }
  const tokens = pieces.filter((piece) => piece.finish === undefined);
  const document = {
    prompt,
    text: pieces.map((piece) => piece.text).join(""),
    finish: pieces.at(-1)?.finish,
    tokens: tokens.map(({ token, logProb, trace }) => ({
      id: token,
      token: model.vocabulary.token(token!),
      logProb,
      ...(trace && { trace }),
    })),
  };
  console.log(JSON.stringify(document, null, 2));
}

async function beam({ model, tokenizer }: Run, flags: GenerateFlags): Promise<void> {
  const { prompt, maxTokens, stop, ignoreEos, beamWidth: width, lengthPenalty, json } = flags;
  const hypotheses = await beamSearch(model, tokenizer, prompt, {
    width,
    lengthPenalty: wuPenalty(lengthPenalty),
    maxTokens,
    stop,
    ignoreEos,
  });
  if (!json) {
    console.log(prompt + hypotheses[0]!.text);
    return;
  }
  const listed = hypotheses.map(({ tokens, ...rest }) => ({ ...rest, tokens: [...tokens] }));
  console.log(
    JSON.stringify(
      { prompt, text: listed[0]!.text, finish: listed[0]!.finish, hypotheses: listed },
      null,
      2,
    ),
  );
}
