import type { Law } from "./law.ts";
import { LONGEST } from "./probe.ts";

/** What the fast path of evaluation means. */
export const scoreLaws: readonly Law[] = [
  {
    name: "score equals advancing",
    appliesTo: ({ score }) => score !== undefined,
    async check(probe) {
      const { maximumLength = Number.POSITIVE_INFINITY } = probe.model;
      // The last token of a sequence is not read.
      const longest = Math.min(LONGEST + 3, maximumLength + 1);
      const texts = await probe.texts(3, longest, 1, 2, longest);
      const scores = await probe.model.score!(texts);
      if (scores.length !== texts.length)
        throw new Error(`${scores.length} results for ${texts.length} sequences`);
      for (const [row, text] of texts.entries()) {
        const logProbs = scores[row]!;
        if (logProbs.length !== text.length - 1)
          throw new Error(
            `sequence ${row} has ${text.length} tokens, so ${text.length - 1} are scored, not ${logProbs.length}`,
          );
        for (let i = 1; i < text.length; i++) {
          const expected = await probe.restart(text.slice(0, i));
          probe.expectClose(
            logProbs[i - 1]!,
            expected[text[i]!]!,
            `sequence ${row}, [${text}]: token ${i}`,
          );
        }
      }
    },
  },
];
