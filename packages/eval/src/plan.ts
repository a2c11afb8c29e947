import type { LanguageModel } from "@lm/model";
import { checkWindow, type EvaluationContext, formatContext } from "./context.ts";
import { EvaluationError } from "./errors.ts";
import { type Span, sentenceSpans, windowSpans } from "./spans.ts";

export interface Plan {
  readonly spans: readonly Span[];
  /** The context as it was asked for and, where the model made it necessary, the windows that came of it. */
  readonly context: string;
}

/**
 * Which pieces of a text the model is to read. `ids` is the text behind its start token, where there is one.
 * `chunk` is about how many tokens it may read at once where the context leaves that open.
 * @throws EvaluationError for sentences without `</s>` and for windows longer than the model can read.
 */
export function plan(
  model: LanguageModel,
  ids: Int32Array,
  { context, chunk }: { readonly context: EvaluationContext; readonly chunk: number },
): Plan {
  const text = { start: 0, end: ids.length };
  if (typeof context === "object") {
    checkWindow(context);
    const { window, stride = window } = context;
    if (window > (model.maximumLength ?? Number.POSITIVE_INFINITY))
      throw new EvaluationError(
        `a window of ${window} tokens is asked for, but the model can read no more than ${model.maximumLength}`,
      );
    return { spans: [...windowSpans(text, { window, stride })], context: formatContext(context) };
  }
  const pieces = context === "document" ? [text] : sentenceSpans(ids, sentenceEnd(model));
  const { isExact, ...windows } = wholePieceWindows(model, chunk);
  const spans: Span[] = [];
  let isCut = false;
  for (const piece of pieces) {
    const before = spans.length;
    for (const span of windowSpans(piece, windows)) spans.push(span);
    if (spans.length > before + 1) isCut = true;
  }
  return {
    spans,
    context: isCut && !isExact ? `${context} (${formatContext(windows)})` : context,
  };
}

function sentenceEnd({ vocabulary }: LanguageModel): number {
  if (vocabulary.eos !== undefined) return vocabulary.eos;
  throw new EvaluationError(
    "the vocabulary has no </s>, so the text has no sentences; evaluate it as a document or in windows",
  );
}

/**
 * The windows in which a piece is read that should be read whole. A model with a short context says the same
 * where windows overlap by that context, one without any limit gets the whole piece. One that cannot read so
 * much at once has windows as long as can be, each half of them context: that is an approximation.
 */
function wholePieceWindows(
  { contextLength, maximumLength = Number.POSITIVE_INFINITY }: LanguageModel,
  chunk: number,
): { readonly window: number; readonly stride: number; readonly isExact: boolean } {
  if (contextLength < Number.POSITIVE_INFINITY && contextLength <= maximumLength / 2) {
    const window = Math.min(contextLength + chunk, maximumLength);
    return { window, stride: window - contextLength, isExact: true };
  }
  const stride = Math.max(1, Math.floor(maximumLength / 2));
  return { window: maximumLength, stride, isExact: maximumLength === Number.POSITIVE_INFINITY };
}
