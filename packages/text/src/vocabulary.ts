import { TokenizerError } from "./errors.ts";

/** The names of the reserved tokens: start of sentence, end of sentence, unknown. */
export const BOS = "<s>";
export const EOS = "</s>";
export const UNK = "<unk>";

/** What the reserved tokens are called, where a vocabulary from elsewhere (`<|endoftext|>`) differs. */
export interface ReservedTokens {
  readonly bos?: string;
  readonly eos?: string;
  readonly unk?: string;
}

/**
 * The tokens a model knows. A token's id is its place in `tokens`. Which of the reserved tokens exist is up
 * to the tokenizer that made it: a character vocabulary has no sentences, a byte-level one nothing unknown.
 */
export class Vocabulary {
  readonly tokens: readonly string[];
  /** Id of `<s>`, which opens a sentence and is never predicted; undefined where there is none. */
  readonly bos: number | undefined;
  /** Id of `</s>`, which closes a sentence and is predicted like a word. */
  readonly eos: number | undefined;
  /** Id of `<unk>`, which stands for whatever is not in the vocabulary. */
  readonly unk: number | undefined;
  readonly #ids: ReadonlyMap<string, number>;

  /** @throws TokenizerError when a token stands twice. */
  constructor(tokens: readonly string[], { bos = BOS, eos = EOS, unk = UNK }: ReservedTokens = {}) {
    const ids = new Map<string, number>();
    for (const [id, token] of tokens.entries()) {
      const first = ids.get(token);
      if (first !== undefined)
        throw new TokenizerError(
          `Vocabulary: ${JSON.stringify(token)} stands at ${first} and again at ${id}; every token needs its own id`,
        );
      ids.set(token, id);
    }
    this.tokens = tokens;
    this.bos = ids.get(bos);
    this.eos = ids.get(eos);
    this.unk = ids.get(unk);
    this.#ids = ids;
  }

  get size(): number {
    return this.tokens.length;
  }

  /** The id of `token`, or undefined where the vocabulary does not hold it. */
  id(token: string): number | undefined {
    return this.#ids.get(token);
  }

  /**
   * The token whose id is `id`.
   * @throws TokenizerError where there is none.
   */
  token(id: number): string {
    const token = this.tokens[id];
    if (token === undefined)
      throw new TokenizerError(
        `Vocabulary.token: there is no id ${id}; the ${this.size} tokens have the ids 0 to ${this.size - 1}`,
      );
    return token;
  }
}
