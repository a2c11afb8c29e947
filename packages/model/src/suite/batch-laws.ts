import type { Law } from "./law.ts";
import { LONGEST, rowOf, stack } from "./probe.ts";

/** What rows side by side mean. */
export const batchLaws: readonly Law[] = [
  {
    name: "a batch equals its rows one by one",
    async check(probe) {
      const texts = await probe.texts(LONGEST, LONGEST, LONGEST);
      // One token at a time at the end: what is read then must find its row's past.
      const cuts = [0, LONGEST - 2, LONGEST - 1, LONGEST];
      await probe.withStates(async (own) => {
        let state = own(probe.model.start(texts.length));
        for (const [i, to] of cuts.slice(1).entries()) {
          const from = cuts[i]!;
          const next = await probe.model.advance(
            state,
            stack(texts.map((text) => text.slice(from, to))),
          );
          state = own(next.state);
          probe.expectDistributions(next.logProbs, texts.length, `after ${to} tokens a row`);
          for (const [row, text] of texts.entries())
            probe.expectSame(
              rowOf(next.logProbs, row, texts.length),
              await probe.restart(text.slice(0, to)),
              `row ${row} of ${texts.length} after [${text.slice(0, to)}]`,
            );
        }
      });
    },
  },
  {
    name: "selected rows go on as if restarted",
    async check(probe) {
      const texts = await probe.texts(LONGEST - 1, LONGEST - 1, LONGEST - 1);
      await probe.withStates(async (own) => {
        const { state } = await probe.model.advance(
          own(probe.model.start(texts.length)),
          stack(texts),
        );
        own(state);
        for (const rows of [[2, 0, 0, 1], [1], [2, 2], [0, 1, 2]]) {
          const tokens = Int32Array.from(rows, () => probe.token());
          const next = await probe.model.advance(own(probe.model.select(state, rows)), tokens);
          own(next.state);
          probe.expectDistributions(
            next.logProbs,
            rows.length,
            `rows [${rows}] of ${texts.length}`,
          );
          for (const [i, row] of rows.entries())
            probe.expectSame(
              rowOf(next.logProbs, i, rows.length),
              await probe.restart(Int32Array.of(...texts[row]!, tokens[i]!)),
              `rows [${rows}] of ${texts.length}: place ${i}, after [${texts[row]!}] and ${tokens[i]}`,
            );
        }
      });
    },
  },
];
