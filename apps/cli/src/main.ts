#!/usr/bin/env node
import { describeFailure } from "./failure.ts";
import { createProgram } from "./program.ts";

// A reader that has enough (`lm score … | head`) is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

try {
  await createProgram().parseAsync();
} catch (error) {
  const { code, line } = describeFailure(error);
  if (line !== undefined) console.error(`lm: ${line}`);
  if (process.env.LM_DEBUG) console.error(error);
  process.exitCode = code;
}
