export {
  type LanguageModelCase,
  type LanguageModelCasesOptions,
  languageModelCases,
} from "./suite/language-model-cases.ts";
export { type ContextModelOptions, contextModel } from "./toy/context-model.ts";
export { countStates } from "./toy/count-states.ts";
export { markovChain, randomMarkovChain } from "./toy/markov-chain.ts";
