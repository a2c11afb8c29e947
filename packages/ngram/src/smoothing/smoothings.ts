import { absoluteDiscounting } from "./absolute-discounting.ts";
import { additive } from "./additive.ts";
import { jelinekMercer } from "./jelinek-mercer.ts";
import { katz } from "./katz.ts";
import { kneserNey } from "./kneser-ney.ts";
import { maximumLikelihood } from "./maximum-likelihood.ts";
import { modifiedKneserNey } from "./modified-kneser-ney.ts";
import type {
  Estimator,
  Smoothing,
  SmoothingMethod,
  SmoothingName,
  SmoothingParameters,
} from "./smoothing.ts";
import { stupidBackoff } from "./stupid-backoff.ts";
import { wittenBell } from "./witten-bell.ts";

/** A name added to `SmoothingParameters` does not compile until its method stands here. */
const METHODS: { [Name in SmoothingName]: SmoothingMethod<SmoothingParameters[Name]> } = {
  mle: maximumLikelihood,
  add: additive,
  absolute: absoluteDiscounting,
  katz,
  interpolation: jelinekMercer,
  "witten-bell": wittenBell,
  "kneser-ney": kneserNey,
  "modified-kneser-ney": modifiedKneserNey,
  "stupid-backoff": stupidBackoff,
};
export const SMOOTHING_NAMES = Object.keys(METHODS) as readonly SmoothingName[];

/** @throws RangeError for a smoothing that there is not, or parameters that there cannot be. */
export function estimatorOf(smoothing: Smoothing): Estimator {
  const [name, parameters] = nameAndParameters(smoothing);
  return withParameters(name, parameters);
}

function withParameters<Name extends SmoothingName>(
  name: Name,
  parameters: SmoothingParameters[Name],
): Estimator {
  return METHODS[name](parameters);
}

type NameAndParameters = {
  [Name in SmoothingName]: [name: Name, parameters: SmoothingParameters[Name]];
}[SmoothingName];

function nameAndParameters(smoothing: Smoothing): NameAndParameters {
  const [[name, parameters] = [], ...more] =
    typeof smoothing === "string" ? [[smoothing, {}]] : Object.entries(smoothing);
  if (!SMOOTHING_NAMES.includes(name as SmoothingName) || more.length > 0)
    throw new RangeError(
      `ngram: smoothing is ${JSON.stringify(smoothing)}, but it must be one of ${SMOOTHING_NAMES.join(", ")}`,
    );
  return [name, parameters] as NameAndParameters;
}

/**
 * Reads the spelling of the command line: a name, and behind a colon its one number (`mle`, `add:0.5`).
 * @throws RangeError for any other name or number.
 */
export function parseSmoothing(text: string): Smoothing {
  const [name, ...rest] = text.split(":");
  const value = rest.join(":");
  if (name === "add" && value.trim() !== "" && Number(value) > 0) return { add: Number(value) };
  if (name !== "add" && rest.length === 0 && SMOOTHING_NAMES.includes(name as SmoothingName))
    return name as Exclude<SmoothingName, "add">;
  throw new RangeError(
    `ngram: smoothing is ${JSON.stringify(text)}, but it must be one of ${SMOOTHING_NAMES.join(", ").replace("add", "add:NUMBER")}`,
  );
}
