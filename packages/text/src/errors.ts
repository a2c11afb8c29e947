/** A tokenizer that cannot be made, read or used as asked. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
}

/** Text, or tokens of it, that cannot be used as asked: not UTF-8, too short. */
export class TextError extends Error {
  override readonly name = "TextError";
}
