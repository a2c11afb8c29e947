import { Command } from "@commander-js/extra-typings";
import manifest from "../package.json" with { type: "json" };
import { benchCommand } from "./commands/bench.ts";
import { demoCommand } from "./commands/demo.ts";
import { evalCommand } from "./commands/eval.ts";
import { exportCommand } from "./commands/export.ts";
import { generateCommand } from "./commands/generate.ts";
import { importCommand } from "./commands/import.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { scoreCommand } from "./commands/score.ts";
import { trainCommand } from "./commands/train.ts";

/** The command `lm`. */
export function createProgram() {
  const program = new Command("lm")
    .description(
      "Language models from n-grams to GPT: train them, judge them, look inside, generate.",
    )
    .version(manifest.version);
  for (const command of [
    demoCommand(),
    trainCommand(),
    evalCommand(),
    scoreCommand(),
    generateCommand(),
    inspectCommand(),
    importCommand(),
    exportCommand(),
    benchCommand(),
  ])
    program.addCommand(command);
  throwErrors(program);
  return program;
}

/** Errors of usage are thrown, in every command, so that one place turns them into exit codes. */
function throwErrors(
  command: Pick<Command, "exitOverride" | "configureOutput"> & {
    readonly commands: readonly unknown[];
  },
): void {
  command.exitOverride();
  command.configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, "lm: ")),
  });
  for (const each of command.commands) throwErrors(each as Command);
}
