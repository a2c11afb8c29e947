import { Command } from "@commander-js/extra-typings";
import { NEURAL_FAMILIES } from "../runs/config.ts";
import { trainNeuralCommand } from "./train-neural.ts";
import { trainNgramCommand } from "./train-ngram.ts";

export function trainCommand() {
  const command = new Command("train").description("train a model and keep it in a folder");
  command.addCommand(trainNgramCommand());
  for (const family of NEURAL_FAMILIES) command.addCommand(trainNeuralCommand(family));
  return command;
}
