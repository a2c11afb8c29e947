import { InvalidArgumentError } from "commander";

/** Parsers of the values of flags; what they throw becomes one line that names the flag. */

export function wholeNumber(
  minimum: number,
  maximum = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < minimum || value > maximum)
      throw new InvalidArgumentError(
        maximum === Number.MAX_SAFE_INTEGER
          ? `It must be a whole number of at least ${minimum}.`
          : `It must be a whole number from ${minimum} to ${maximum}.`,
      );
    return value;
  };
}

/** `--threads`: as many as the CPU engine takes. */
export const threadCount = wholeNumber(1, 64);

/** A number in [minimum, maximum). */
export function numberFrom(
  minimum: number,
  maximum = Number.POSITIVE_INFINITY,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= minimum && value < maximum))
      throw new InvalidArgumentError(
        maximum === Number.POSITIVE_INFINITY
          ? `It must be a number of at least ${minimum}.`
          : `It must be a number from ${minimum} up to, but not including, ${maximum}.`,
      );
    return value;
  };
}

/** A number greater than 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError("It must be a number greater than 0.");
  return value;
}

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
): (text: string) => Words[number] {
  return (text) => {
    const word = words.find((each) => each === text);
    if (word === undefined)
      throw new InvalidArgumentError(`It must be one of: ${words.join(", ")}.`);
    return word;
  };
}
