import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import type { ModelInNode } from "./models-in-node.ts";

declare module "vitest" {
  interface ProvidedContext {
    models: readonly ModelInNode[];
  }
}

/** A program of its own makes the models: what sets tests up does not find the sources of other packages. */
export default function setup(project: TestProject): void {
  const program = fileURLToPath(new URL("models-in-node.ts", import.meta.url));
  const json = execFileSync(process.execPath, ["--conditions=@lm/source", program], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  project.provide("models", JSON.parse(json));
}
