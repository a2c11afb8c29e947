import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
// What a task runner forces upon programs is not what they do by themselves.
const { FORCE_COLOR: _, ...env } = process.env;
const node = (args: readonly string[]) => ["--conditions=@lm/source", main, ...args];

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for the tests of a file (with a space in its name), and `lm` run in it as users run it. */
export function workFolder(): {
  readonly path: (name: string) => string;
  readonly lm: (...args: string[]) => Outcome;
  readonly start: (...args: string[]) => ChildProcess;
} {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lm cli "));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path: (name) => join(folder, name),
    lm(...args) {
      const { status, stdout, stderr } = spawnSync(process.execPath, node(args), {
        cwd: folder,
        env,
        encoding: "utf8",
      });
      return { code: status, stdout, stderr };
    },
    start: (...args) => spawn(process.execPath, node(args), { cwd: folder, env, stdio: "ignore" }),
  };
}

/** Some text with structure: sentences over a small vocabulary, the same every time. */
export function sampleText(lines: number): string {
  const words = ["the", "cat", "dog", "sees", "eats", "a", "fish", "and", "sleeps", "here"];
  let state = 1;
  const next = (limit: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor(state / 65536) % limit;
  };
  const sentence = () =>
    Array.from({ length: 3 + next(6) }, () => words[next(words.length)]).join(" ");
  return Array.from({ length: lines }, () => `${sentence()}\n`).join("");
}
