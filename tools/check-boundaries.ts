import { readdirSync, readFileSync } from "node:fs";

/**
 * Checks that packages depend downwards only. A package names its layer in package.json
 * (`"nx": { "tags": ["layer:core"] }`); one tagged `tensors:none` promises that installing it brings no
 * tensor code, however deep one looks.
 */
const allowed: Record<string, readonly string[]> = {
  contract: ["contract"],
  // An engine may build on another.
  engine: ["contract", "engine"],
  core: ["contract", "core"],
  suite: ["contract", "core", "engine"],
  model: ["contract", "core"],
  use: ["contract", "core"],
  app: ["contract", "engine", "core", "suite", "model", "use", "app"],
};

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  nx?: { tags?: string[] };
}

const manifests = new Map(
  ["packages", "apps"]
    .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}/package.json`))
    .map((path) => JSON.parse(readFileSync(path, "utf8")) as Manifest)
    .map((manifest) => [manifest.name, manifest]),
);
const ours = (m: Manifest): Manifest[] =>
  Object.keys({ ...m.dependencies, ...m.peerDependencies }).flatMap(
    (name) => manifests.get(name) ?? [],
  );
const layer = (m: Manifest) =>
  m.nx?.tags?.find((tag) => tag.startsWith("layer:"))?.slice("layer:".length) ?? "";
const isTensorFree = (m: Manifest) => m.nx?.tags?.includes("tensors:none") ?? false;

const problems: string[] = [];
for (const m of manifests.values()) {
  const below = allowed[layer(m)];
  if (!below) problems.push(`${m.name}: needs one known "layer:" tag`);
  for (const dependency of ours(m)) {
    if (!below?.includes(layer(dependency)))
      problems.push(
        `${m.name} (${layer(m)}) may not depend on ${dependency.name} (${layer(dependency)})`,
      );
    // Each package is checked, so one step is enough to keep the promise all the way down.
    if (isTensorFree(m) && !isTensorFree(dependency))
      problems.push(`${m.name} promises "tensors:none", but ${dependency.name} does not`);
  }
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
