import { DecodingError } from "@lm/decode";
import { EvaluationError } from "@lm/eval";
import {
  ArpaError,
  CountsFileError,
  DiscountError,
  NgramFileError,
  NgramTableError,
} from "@lm/ngram";
import { WeightsError } from "@lm/nn";
import { SafetensorsError } from "@lm/tensor";
import { TextError, TokenizerError } from "@lm/text";
import { CommanderError } from "commander";

/** The exit codes that scripts may rely on. */
const EXIT = { done: 0, failed: 1, badInput: 2 } as const;

/** The command, or something it was given, is wrong. One clear line says what, and what to do. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** What the packages throw for input that is not what it should be. */
const inputErrors = [
  InputError,
  ArpaError,
  CountsFileError,
  DecodingError,
  DiscountError,
  EvaluationError,
  NgramFileError,
  NgramTableError,
  SafetensorsError,
  TextError,
  TokenizerError,
  WeightsError,
];

/** The exit code for an error, and the line to print (none where commander has printed it). */
export function describeFailure(error: unknown): { readonly code: number; readonly line?: string } {
  if (error instanceof CommanderError)
    return { code: error.exitCode === 0 ? EXIT.done : EXIT.badInput };
  const isInput = inputErrors.some((type) => error instanceof type);
  const message = error instanceof Error ? error.message : String(error);
  return { code: isInput ? EXIT.badInput : EXIT.failed, line: message.split("\n", 1)[0]! };
}

/** Runs `work`; what goes wrong in it is the input's fault, and `what` says which input. */
export async function blameInput<R>(what: string, work: () => R | Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error;
    throw new InputError(`${what}: ${error.message}`, { cause: error });
  }
}
