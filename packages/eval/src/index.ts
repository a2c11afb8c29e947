export {
  type EvaluationContext,
  formatContext,
  parseContext,
  type WindowContext,
} from "./context.ts";
export { EvaluationError } from "./errors.ts";
export { type EvaluateOptions, type Evaluation, evaluate } from "./evaluate.ts";
export { evaluationJson } from "./evaluation-json.ts";
export { type ScoreOptions, scoreTokens, type TokenScores } from "./score-tokens.ts";
