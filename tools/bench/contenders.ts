import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PeerError, PeerProcess } from "./peer-process.ts";

/** Whom lm is compared with. */
interface Contender {
  /** Whether it computes on as many threads as it is told; the others know one. */
  readonly isThreaded: boolean;
  readonly start: (run: ContenderRun) => Promise<PeerProcess>;
}

interface ContenderRun {
  /** Of the task. */
  readonly folder: string;
  readonly threads: number;
  /** A Python that has PyTorch. */
  readonly python: string;
}

const program = (name: string) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

const packages = fileURLToPath(new URL("node_modules", import.meta.url));

const inNode = (name: string, ...options: readonly string[]): Contender => ({
  isThreaded: false,
  async start({ folder }) {
    if (!existsSync(packages))
      throw new PeerError("it is not installed; run npm ci in tools/bench first");
    return PeerProcess.start([process.execPath, program(name), folder, ...options]);
  },
});

export const contenders = {
  pytorch: {
    isThreaded: true,
    start: ({ python, folder, threads }: ContenderRun) =>
      PeerProcess.start([python, program("pytorch.py"), folder, `${threads}`], {
        CUDA_VISIBLE_DEVICES: "",
      }),
  },
  "tfjs-wasm": inNode("tfjs.mjs", "wasm"),
  "tfjs-cpu": inNode("tfjs.mjs", "cpu"),
  "jax-js": inNode("jax-js.mjs"),
} satisfies Readonly<Record<string, Contender>>;
export type ContenderName = keyof typeof contenders;

/** lm itself, from source. */
export function startLm(folder: string, threads: number, backend: string): Promise<PeerProcess> {
  return PeerProcess.start([
    process.execPath,
    "--conditions=@lm/source",
    "--no-warnings",
    program("lm.ts"),
    folder,
    `${threads}`,
    backend,
  ]);
}
