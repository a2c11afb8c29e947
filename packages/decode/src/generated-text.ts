import { type StreamingDecoder, streamingDecoder, type Tokenizer } from "@lm/text";
import { type CertainText, StopMatcher } from "./stop-matcher.ts";

/** The text of generated tokens as it becomes certain: whole characters, and nothing of a stop string. */
export class GeneratedText {
  readonly #decoder: StreamingDecoder;
  readonly #stops: StopMatcher;

  /** The prompt is not part of the text, but says how it goes on: whether a word needs a space before it. */
  constructor(tokenizer: Tokenizer, prompt: Int32Array, stop: readonly string[]) {
    this.#decoder = streamingDecoder(tokenizer);
    this.#stops = new StopMatcher(stop);
    for (const token of prompt) this.#decoder.push(token);
  }

  push(token: number): CertainText {
    return this.#stops.push(this.#decoder.push(token));
  }

  /** What is left when no token follows. */
  end(): CertainText {
    const last = this.#stops.push(this.#decoder.end());
    return last.isStopped ? last : { text: last.text + this.#stops.end(), isStopped: false };
  }
}

/** The whole text of generated tokens, up to a stop string. */
export function textOf(
  tokens: readonly number[],
  {
    tokenizer,
    prompt,
    stop,
  }: {
    readonly tokenizer: Tokenizer;
    readonly prompt: Int32Array;
    readonly stop: readonly string[];
  },
): CertainText {
  const generated = new GeneratedText(tokenizer, prompt, stop);
  let text = "";
  for (const token of tokens) {
    const certain = generated.push(token);
    text += certain.text;
    if (certain.isStopped) return { text, isStopped: true };
  }
  const rest = generated.end();
  return { text: text + rest.text, isStopped: rest.isStopped };
}
