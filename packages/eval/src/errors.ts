/** A text that cannot be evaluated as asked, or a model whose answer is no probability. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
}
