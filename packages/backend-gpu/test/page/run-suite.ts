import { conformance } from "@lm/backend-suite";
import { type GpuMode, gpu } from "../../src/index.ts";

export interface Report {
  readonly mode: string;
  readonly tests: number;
  readonly failures: readonly string[];
}

/** The whole conformance suite on a mode. */
export async function runSuite(mode: GpuMode): Promise<Report> {
  const backend = await gpu({ mode });
  const tests = conformance({ backend, tolerance: 1e-5 });
  const failures: string[] = [];
  for (const { name, run } of tests)
    await run().catch((error: unknown) => failures.push(`${name}: ${error}`));
  await backend.close();
  return { mode: backend.mode, tests: tests.length, failures };
}
