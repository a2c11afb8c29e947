import { readFileSync } from "node:fs";

const data = new URL("../../../../shared/data/", import.meta.url);

/** A file of the reference data beside the repository. */
export const dataFile = (path: string) => readFileSync(new URL(path, data), "utf8");

/** A part of WikiText-2 with `<unk>` as an ordinary word, as the reference counts it. */
export const closedWikiText = (part: string) =>
  dataFile(`wikitext-2/${part}.txt`).replaceAll("<unk>", "__unk__");

/** What `work` gives, and the CPU seconds that it took, those of the garbage collector included. */
export async function cpuSeconds<Result>(
  work: () => Result | Promise<Result>,
): Promise<[Result, number]> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  return [result, (user + system) / 1e6];
}

/** Makes the program fail, and say why, where a claim is not true. */
export function check(isRight: boolean, claim: string): void {
  if (isRight) return;
  console.error(`not true: ${claim}`);
  process.exitCode = 1;
}
