import { createHash } from "node:crypto";
import { evaluate } from "@lm/eval";
import { countParameters, type ParameterOrigin } from "@lm/nn";
import { readSafetensors, writeSafetensors } from "@lm/tensor";
import { epochs, splitByPosition, streams } from "@lm/text";
import { type Checkpoint, type EvaluationOptions, train } from "@lm/train";
import { loadCheckpoint, saveCheckpoint } from "@lm/train/node";
import { type BackendChoice, openBackend } from "../backends.ts";
import { blameInput, InputError } from "../failure.ts";
import { readText } from "../input.ts";
import { startProgress } from "../terminal/progress.ts";
import {
  FILES,
  type NeuralFamily,
  type NeuralRunConfig,
  readConfig,
  type TrainingRecord,
} from "./config.ts";
import { checkFolderIsFree, createFolder, toJson } from "./create-folder.ts";
import { createModel, families, type NeuralModel } from "./families.ts";
import { readTokenizer } from "./load.ts";
import { openMetrics } from "./metrics.ts";
import { modelOf, type NeuralFlags, rowLength } from "./neural-flags.ts";
import { checkTokens, type TokenizerChoice } from "./tokenizers.ts";
import { optimizerOf } from "./training-settings.ts";

export interface TrainingRequest extends BackendChoice {
  readonly family: NeuralFamily;
  readonly flags: NeuralFlags;
  /** The flags that were given, and not left at their default. */
  readonly explicit: readonly string[];
  readonly data: string;
  readonly out: string;
  readonly valid?: string | undefined;
  readonly resume: boolean;
  readonly tokenizer: TokenizerChoice;
}

/** How many batches of held-out text a judgement in the middle of training takes. */
const EVALUATION_BATCHES = 20;

/** `lm train FAMILY`: everything is read and checked before anything is written. */
export async function trainNeural(request: TrainingRequest): Promise<void> {
  const { family, out } = request;
  if (!request.resume) checkFolderIsFree(out, "name another --out, or go on with --resume");
  const begun = request.resume ? readBeginning(request) : undefined;
  const flags = begun?.flags ?? request.flags;
  const { text, heldOut } = readTexts(request, flags);
  const dataDigest = createHash("sha256").update(text).digest("hex");
  if (begun && begun.dataDigest !== dataDigest)
    throw new InputError(`${request.data}: is not the text that the run in ${out} was begun with`);
  const saved = begun && { checkpoint: loadCheckpoint(out)?.checkpoint };
  const tokenizer = saved ? await readTokenizer(out) : await request.tokenizer(text);

  const shape = { batchSize: flags.batchSize, context: rowLength(family, flags), seed: flags.seed };
  const ids = checkTokens(request.data, tokenizer, text);
  const data = await blameInput(request.data, () => families[family].batches(ids, shape));
  const heldOutIds = heldOut === undefined ? undefined : tokenizer.encode(heldOut);
  const evaluation = heldOutIds && evaluationOf(family, heldOutIds, flags, shape);
  const backend = await openBackend(request);
  const origin: ParameterOrigin = saved?.checkpoint
    ? { backend, weights: readSafetensors(writeSafetensors(saved.checkpoint.model)) }
    : { backend, seed: flags.seed };
  const config = modelOf(family, flags);
  const model = await blameInput(`lm train ${family}`, () =>
    createModel(config, tokenizer.vocabulary, origin),
  );
  if (!saved) {
    const training: TrainingRecord = { flags: { ...flags }, dataDigest };
    createFolder(out, {
      [FILES.config]: toJson({ format: 1, ...config, training } as NeuralRunConfig),
      [FILES.tokenizer]: toJson(tokenizer.toJSON()),
    });
  }
  const count = countParameters(model.parameters).toLocaleString("en");
  console.error(
    `${families[family].title}: ${count} parameters, ${tokenizer.vocabulary.size} tokens → ${out}`,
  );
  await runTraining({ model, data, evaluation, flags, out, checkpoint: saved?.checkpoint });
  if (heldOutIds) await judge(model, heldOutIds, flags);
}

function readTexts(
  { data, valid }: TrainingRequest,
  { validFraction }: NeuralFlags,
): { readonly text: string; readonly heldOut: string | undefined } {
  if (valid !== undefined && validFraction !== undefined)
    throw new InputError("--valid and --valid-fraction both name held-out text; give one of them");
  const all = readText(data);
  if (validFraction !== undefined) {
    const [text, heldOut] = splitByPosition(all, 1 - validFraction);
    return { text, heldOut };
  }
  return { text: all, heldOut: valid === undefined ? undefined : readText(valid) };
}

/** What a run was begun with. @throws InputError when it cannot go on as it is asked to. */
function readBeginning({ family, out, flags, explicit }: TrainingRequest): {
  readonly flags: NeuralFlags;
  readonly dataDigest: string;
} {
  const config = readConfig(out);
  if (config.family !== family)
    throw new InputError(
      `${out}: is a run of ${config.family}, not of ${family}; resume it as lm train ${config.family}`,
    );
  const { training } = config as NeuralRunConfig;
  if (!training)
    throw new InputError(`${out}: was not trained here, so there is nothing to go on with`);
  const before = training.flags as unknown as NeuralFlags & Readonly<Record<string, unknown>>;
  for (const name of explicit) {
    const asked = (flags as unknown as Record<string, unknown>)[name];
    if (asked !== before[name])
      throw new InputError(
        `${flagOf(name)} is ${asked}, but the run in ${out} was begun with ${before[name] ?? "none"}; leave the flag out to resume`,
      );
  }
  return { flags: before, dataDigest: training.dataDigest };
}

const flagOf = (name: string) => `--${name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

/** Judging on held-out text while training goes on: the same batches every time. */
function evaluationOf(
  family: NeuralFamily,
  ids: Int32Array,
  { evaluateEvery: every }: NeuralFlags,
  shape: { readonly batchSize: number; readonly context: number; readonly seed: number },
): EvaluationOptions {
  const data = families[family].batches === streams ? streams(ids, shape) : epochs(ids, shape);
  return { every, data, batches: Math.min(data.stepsPerEpoch, EVALUATION_BATCHES) };
}

async function runTraining({
  model,
  data,
  evaluation,
  flags,
  out,
  checkpoint,
}: {
  readonly model: NeuralModel;
  readonly data: Parameters<typeof train>[0]["data"];
  readonly evaluation: EvaluationOptions | undefined;
  readonly flags: NeuralFlags;
  readonly out: string;
  readonly checkpoint: Checkpoint | undefined;
}): Promise<void> {
  const { steps, clip, seed, checkpointEvery } = flags;
  const done = checkpoint?.step ?? 0;
  if (done >= steps) {
    console.error(`all ${steps} steps are done`);
    return;
  }
  if (done > 0) console.error(`going on after step ${done}`);
  const metrics = openMetrics(out, done);
  const progress = startProgress({
    label: "training",
    start: done,
    total: steps,
    unit: "tokens",
  });
  let heldOutLoss = "";
  let tokens = 0;
  try {
    for await (const event of train({
      model,
      data,
      optimizer: optimizerOf(flags),
      steps,
      seed,
      clip: clip === 0 ? undefined : clip,
      evaluation,
      checkpointEvery,
      resume: checkpoint,
    })) {
      if (event.type === "checkpoint") {
        saveCheckpoint(out, event.checkpoint);
        continue;
      }
      metrics.append(event);
      if (event.type === "evaluation") {
        heldOutLoss = `, held out ${event.crossEntropy.toFixed(4)}`;
        progress.note(`step ${event.step}: held out ${event.crossEntropy.toFixed(4)} nats a token`);
      } else {
        tokens += event.tokens;
        const note = `loss ${event.loss.toFixed(4)}${heldOutLoss}`;
        progress.update(event.step, { note, units: tokens });
      }
    }
  } finally {
    progress.stop();
  }
}

/** The last word on a model: all of the held-out text, in the windows that it was trained on. */
async function judge(model: NeuralModel, ids: Int32Array, flags: NeuralFlags): Promise<void> {
  const context = Number.isFinite(model.contextLength) ? { window: flags.context } : "document";
  const {
    crossEntropy,
    perplexity,
    tokens,
    context: used,
  } = await evaluate(model, ids, { context });
  console.error(
    `held out: ${crossEntropy.toFixed(4)} nats a token, perplexity ${perplexity.toFixed(3)}, over ${tokens.toLocaleString("en")} tokens (${used})`,
  );
}
