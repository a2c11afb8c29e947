import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BACKENDS, type BackendName } from "../../apps/cli/src/backends.ts";
import type { Quartiles } from "../../apps/cli/src/bench/quartiles.ts";
import { formatTable } from "../../apps/cli/src/terminal/table.ts";
import { type ContenderName, contenders, startLm } from "./contenders.ts";
import { type Comparison, type Pair, summarize, takePairs } from "./pairs.ts";
import { PeerError } from "./peer-process.ts";
import { type TaskName, tasks, writeTask } from "./tasks.ts";

/** Compares lm with its peers, in turns: see README.md. */
interface Row {
  readonly task: TaskName;
  readonly threads: number;
  readonly peer: ContenderName;
  readonly version: string;
  readonly comparison: Comparison;
}

const ROUNDS = 3;
/** After so long no further round is begun. */
const LONGEST_SECONDS = 60;
const TURN_SECONDS = 0.3;
const flags = readFlags();
const rows: Row[] = [];
const root = mkdtempSync(join(tmpdir(), "lm-bench-"));
try {
  for (const task of flags.only) {
    const folder = join(root, task);
    await writeTask(folder, tasks[task]);
    for (const peer of flags.peer)
      for (const threads of flags.threads)
        if (threads === 1 || contenders[peer].isThreaded)
          await compare(task, folder, peer, threads);
  }
} finally {
  rmSync(root, { recursive: true });
}
if (rows.length > 0) console.log(table(rows));
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);

/** In new processes each time: where memory happens to lie makes a process faster or slower for as long as it lives. */
async function compare(
  task: TaskName,
  folder: string,
  peer: ContenderName,
  threads: number,
): Promise<void> {
  const { python, backend, pairs } = flags;
  const all: Pair[] = [];
  let version = "";
  const begin = performance.now();
  const isLate = () => performance.now() - begin > LONGEST_SECONDS * 1000;
  try {
    for (let round = 0; round < ROUNDS && !isLate(); round++) {
      await using ours = await startLm(folder, threads, backend);
      await using theirs = await contenders[peer].start({ folder, threads, python });
      const options = { pairs: Math.ceil(pairs / ROUNDS), turnSeconds: TURN_SECONDS };
      all.push(...(await takePairs(ours, theirs, options)));
      const { name, version: number, detail } = theirs.introduction;
      version = `${name} ${number}, ${detail}`;
    }
    const comparison = summarize(all);
    rows.push({ task, threads, peer, version, comparison });
    console.error(`${task}, ${peer}, threads ${threads}: ${ratioOf(comparison)}`);
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    console.error(`${task}, ${peer}, threads ${threads}: ${error.message}`);
    process.exitCode = 1;
  }
}

function readFlags(): {
  readonly only: readonly TaskName[];
  readonly peer: readonly ContenderName[];
  readonly threads: readonly number[];
  readonly python: string;
  readonly backend: BackendName;
  readonly json: string | undefined;
  readonly pairs: number;
} {
  const many = { type: "string", multiple: true } as const;
  const { values } = parseArgs({
    options: {
      only: many,
      peer: many,
      threads: many,
      python: { type: "string" },
      backend: { type: "string", default: "cpu" },
      pairs: { type: "string", default: "15" },
      json: { type: "string" },
    },
  });
  const all = Object.keys(contenders) as ContenderName[];
  const [pytorch, ...inNode] = [all[0]!, ...all.slice(1)];
  return {
    only: chosen("--only", values.only, Object.keys(tasks) as TaskName[]),
    peer: values.peer ? chosen("--peer", values.peer, all) : values.python ? [pytorch] : inNode,
    threads: values.threads?.map((text) => positive("--threads", text)) ?? [1, 2],
    python: values.python ?? "python3",
    backend: chosen("--backend", [values.backend], BACKENDS)[0]!,
    json: values.json,
    pairs: positive("--pairs", values.pairs),
  };
}

function chosen<Name extends string>(
  flag: string,
  asked: readonly string[] | undefined,
  known: readonly Name[],
): readonly Name[] {
  const unknown = asked?.find((name) => !known.some((each) => each === name));
  if (unknown !== undefined) refuse(`${flag} ${unknown}: it must be one of ${known.join(", ")}`);
  return (asked as readonly Name[] | undefined) ?? known;
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    refuse(`${flag} ${text}: it must be a whole number of at least 1`);
  return value;
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

function ratioOf({ ratio, isDisturbed, pairs }: Comparison): string {
  const [median, lower, upper] = [ratio.median, ratio.lower, ratio.upper].map(short);
  return `${median} [${lower}, ${upper}], ${pairs.length} pairs${isDisturbed ? ", disturbed by other programs" : ""}`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

function table(rows: readonly Row[]): string {
  const right = (title: string) => ({ title, align: "right" as const });
  const milliseconds = ({ median }: Quartiles) => short(median * 1000);
  return formatTable(
    [
      { title: "task" },
      right("threads"),
      { title: "peer" },
      right("lm, ms"),
      right("peer, ms"),
      { title: "times faster [quartiles]" },
    ],
    rows.map(({ task, threads, version, comparison }) => [
      task,
      `${threads}`,
      version,
      milliseconds(comparison.ours),
      milliseconds(comparison.theirs),
      ratioOf(comparison),
    ]),
  );
}
