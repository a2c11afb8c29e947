import { describe, it } from "vitest";
import {
  type LanguageModelCasesOptions,
  languageModelCases,
} from "./suite/language-model-cases.ts";

/** Registers with vitest every law that the `LanguageModel` contract states. */
export function testLanguageModel(options: LanguageModelCasesOptions): void {
  describe("keeps the LanguageModel contract", () => {
    for (const { name, run } of languageModelCases(options)) it(name, run);
  });
}
