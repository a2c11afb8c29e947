import { TextError } from "./errors.ts";

/** @throws TextError unless every option is a positive integer. */
export function checkSizes(source: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(sizes))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TextError(`${source}: ${name} is ${value}, but must be a positive integer`);
}

/** @throws TextError where there are fewer than `needed` tokens. */
export function checkLength(
  source: string,
  { found, needed, remedy }: { found: number; needed: number; remedy: string },
): void {
  if (found < needed)
    throw new TextError(
      `${source}: the text has ${found} tokens, but ${needed} are needed; give more text or ${remedy}`,
    );
}

/** @throws TextError unless `step` is an integer from 0. */
export function checkStep(source: string, step: number): void {
  if (!Number.isSafeInteger(step) || step < 0)
    throw new TextError(`${source}: step is ${step}, but must be an integer from 0`);
}
