import { NgramCounter, type NgramCounts } from "@lm/ngram";
import { encodeStream, type Tokenizer } from "@lm/text";
import { blameInput, InputError } from "../failure.ts";
import { textSource } from "../input.ts";
import { countsUpTo, loadCounts } from "../runs/counts.ts";
import { checkTokenCount, tokenizerFor } from "../runs/tokenizers.ts";
import type { NgramFlags } from "./ngram-options.ts";

interface Counted {
  readonly counts: NgramCounts;
  readonly tokenizer: Tokenizer;
  /** What the user should know of the counting. */
  readonly notes: readonly string[];
}

/**
 * Counts a text, or takes counts from elsewhere. `given` says which flags the user wrote.
 * @throws InputError for flags that do not go together, and for what cannot be counted.
 */
export function countedOf(
  flags: NgramFlags,
  given: (name: keyof NgramFlags) => boolean,
): Promise<Counted> {
  const { data, counts } = flags;
  if (data !== undefined && counts !== undefined)
    throw new InputError("--data and --counts both say what is counted; give one of them");
  if (counts !== undefined) return takeCounts(counts, flags, given);
  if (data !== undefined) return countText(data, flags);
  throw new InputError("there is nothing to count; give a text, --data FILE, or --counts PATH");
}

async function takeCounts(
  path: string,
  { order, tokenizer: choice }: NgramFlags,
  given: (name: keyof NgramFlags) => boolean,
): Promise<Counted> {
  for (const [name, flag] of [
    ["unknown", "--unknown"],
    ["blankLines", "--blank-lines"],
  ] as const)
    if (given(name)) throw new InputError(`${flag} is for counting --data; --counts is counted`);
  if (given("tokenizer") && choice.path === undefined)
    throw new InputError(
      "--tokenizer learns from --data; with --counts give the folder of the tokenizer",
    );
  const known = given("tokenizer") ? await choice("") : undefined;
  const { counts, tokenizer } = await loadCounts(path, known);
  return { counts: given("order") ? countsUpTo(counts, order) : counts, tokenizer, notes: [] };
}

/** The text is read twice: for its tokenizer, and to count it; it is never held as a whole where words are tokens. */
async function countText(
  path: string,
  { tokenizer: choice, order, unknown, blankLines }: NgramFlags,
): Promise<Counted> {
  const source = textSource(path);
  const tokenizer = await blameInput(path, () => tokenizerFor(choice, source));
  const { vocabulary } = tokenizer;
  let tokens = 0;
  let skipped = 0;
  const counts = await blameInput(path, async () => {
    const counter = new NgramCounter(vocabulary, { order, unknown, blankLines });
    for await (const ids of encodeStream(tokenizer, source())) {
      for (const id of ids) {
        if (id !== vocabulary.eos) tokens++;
        if (id === vocabulary.unk && unknown === "skip") skipped++;
      }
      counter.add(ids);
    }
    checkTokenCount(path, tokens);
    return counter.finish();
  });
  const note = `${skipped.toLocaleString("en")} unknown words of the text were skipped; --unknown count counts them as <unk>`;
  return { counts, tokenizer, notes: skipped > 0 ? [note] : [] };
}
