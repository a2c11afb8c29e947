import type { Option } from "@commander-js/extra-typings";
import type { NeuralFamily } from "../runs/config.ts";
import type { NeuralFlags } from "../runs/neural-flags.ts";
import { trainNeural } from "../runs/train-neural.ts";
import {
  activationOption,
  embeddingOption,
  type FamilyDefaults,
  headsOption,
  layersOption,
  neuralCommand,
  resetOption,
  tiedOption,
} from "./neural-options.ts";

interface FamilyCommand {
  readonly defaults: FamilyDefaults;
  readonly options: readonly Option[];
}

const recurrent = (description: string, ...options: readonly Option[]): FamilyCommand => ({
  defaults: {
    description,
    context: 64,
    contextMeaning: "steps back of truncated back-propagation through time",
    batchSize: 32,
    hidden: 128,
    learningRate: 3e-3,
    weightDecay: 0,
  },
  options: [layersOption(1), embeddingOption(64), tiedOption(), ...options],
});

const familyCommands: Readonly<Record<NeuralFamily, FamilyCommand>> = {
  feedforward: {
    defaults: {
      description: "train the fixed-window model of Bengio et al. 2003",
      context: 8,
      contextMeaning: "preceding tokens that it sees",
      batchSize: 32,
      hidden: 256,
      learningRate: 3e-3,
      weightDecay: 0,
    },
    options: [embeddingOption(32)],
  },
  rnn: recurrent("train Elman layers"),
  lstm: recurrent("train LSTM layers"),
  gru: recurrent("train GRU layers", resetOption()),
  transformer: {
    defaults: {
      description:
        "train a GPT-2 style Transformer (by default of the size that nanoGPT trains on a CPU)",
      context: 64,
      contextMeaning: "tokens that it sees",
      batchSize: 12,
      hidden: 128,
      learningRate: 2e-3,
      weightDecay: 0.1,
    },
    options: [layersOption(4), headsOption(), activationOption()],
  },
};

/** The flags that say where things are or how to run, not what the model becomes. */
const circumstances = ["data", "out", "valid", "resume", "tokenizer", "backend", "threads"];

export function trainNeuralCommand(family: NeuralFamily) {
  const { defaults, options } = familyCommands[family];
  const command = neuralCommand(family, defaults);
  for (const option of options) command.addOption(option);
  return command.action(async (all, self) => {
    const names = Object.keys(all).filter((name) => !circumstances.includes(name));
    const flags = Object.fromEntries(names.map((name) => [name, all[name as keyof typeof all]]));
    const explicit = names.filter(
      (name) => self.getOptionValueSource(name as keyof typeof all) === "cli",
    );
    await trainNeural({ ...all, family, flags: flags as unknown as NeuralFlags, explicit });
  });
}
