import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const newest = (folder) =>
  Math.max(
    0,
    ...readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, name)).mtimeMs),
  );

/** Whether some package's WebAssembly is missing or older than its sources. */
export function areKernelsStale(root) {
  return readdirSync(join(root, "packages")).some((name) => {
    const assembly = join(root, "packages", name, "assembly");
    if (!existsSync(assembly)) return false;
    const generated = join(root, "packages", name, "src", "generated");
    if (!existsSync(generated)) return true;
    const sources = Math.max(
      newest(assembly),
      statSync(join(root, "tools", "build-wasm.ts")).mtimeMs,
    );
    return newest(generated) < sources;
  });
}
