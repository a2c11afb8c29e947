import { EvaluationError } from "./errors.ts";

/** Windows of `window` tokens, each `stride` tokens further on than the one before. */
export interface WindowContext {
  readonly window: number;
  /** As many as `window` by default: then no two windows overlap. */
  readonly stride?: number | undefined;
}

/** How much of the text before a token the model gets to see. */
export type EvaluationContext = "document" | "sentence" | WindowContext;

/** Numbers short enough that none is rounded or written with an exponent. */
const WINDOW = /^window:(\d{1,15})(?:\/(\d{1,15}))?$/;

/**
 * Reads what a command line says: `document`, `sentence`, `window:128` or `window:128/64`.
 * @throws EvaluationError for anything else, and where there can be no such window.
 */
export function parseContext(text: string): EvaluationContext {
  if (text === "document" || text === "sentence") return text;
  const [, window, stride] = WINDOW.exec(text) ?? [];
  if (window === undefined)
    throw new EvaluationError(
      `the context ${JSON.stringify(text)} is not known; use document, sentence, window:LENGTH or window:LENGTH/STRIDE`,
    );
  const context =
    stride === undefined
      ? { window: Number(window) }
      : { window: Number(window), stride: Number(stride) };
  checkWindow(context);
  return context;
}

/** Writes what `parseContext` reads. A stride as long as the window is left out. */
export function formatContext(context: EvaluationContext): string {
  if (typeof context === "string") return context;
  const { window, stride = window } = context;
  return stride === window ? `window:${window}` : `window:${window}/${stride}`;
}

/** @throws EvaluationError unless the window has a token and the stride leaves none out. */
export function checkWindow({ window, stride = window }: WindowContext): void {
  if (!Number.isSafeInteger(window) || window < 1)
    throw new EvaluationError(`a window of ${window} tokens is asked for; it needs 1 or more`);
  if (!Number.isSafeInteger(stride) || stride < 1 || stride > window)
    throw new EvaluationError(
      `windows of ${window} tokens with a stride of ${stride} are asked for; for every token to be scored once ` +
        `the stride must be 1 to ${window}`,
    );
}
