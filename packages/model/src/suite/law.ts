import type { LanguageModel } from "../language-model.ts";
import type { Probe } from "./probe.ts";

/** Something that holds for every language model; `check` rejects, saying where, when it does not for this one. */
export interface Law {
  readonly name: string;
  /** Whether there is anything to check. */
  appliesTo?(model: LanguageModel): boolean;
  check<State>(probe: Probe<State>): Promise<void>;
}
