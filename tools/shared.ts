import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";

const root = new URL("../../shared/", import.meta.url);

/** The path of a file of the reference data beside the repository, or undefined where it is not there. */
export function sharedFile(relative: string): string | undefined {
  const path = fileURLToPath(new URL(relative, root));
  return existsSync(path) ? path : undefined;
}

/**
 * `describe` for tests that compare with reference data, which lives beside the repository and is not part
 * of it. Where a file is missing they are skipped and say so; under `LM_REQUIRE_SHARED` they fail instead.
 */
export function describeShared(
  name: string,
  relatives: readonly string[],
  body: (...paths: string[]) => void,
): void {
  const paths = relatives.map(sharedFile);
  const missing = relatives.filter((_, i) => paths[i] === undefined);
  if (missing.length === 0) describe(name, () => body(...(paths as string[])));
  else if (process.env.LM_REQUIRE_SHARED)
    throw new Error(`${name}: LM_REQUIRE_SHARED is set, but ${missing.join(", ")} is missing`);
  else describe.skip(`${name} (needs ../shared/${missing.join(", ../shared/")})`, () => {});
}
