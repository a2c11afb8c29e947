/** A text that cannot be generated as asked, or a model whose answer no token can be chosen from. */
export class DecodingError extends Error {
  override readonly name = "DecodingError";
}
