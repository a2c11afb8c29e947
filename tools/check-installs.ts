import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { closure, createProject, inTemporaryFolder, packAll } from "./packed/workspace.ts";

/**
 * Installs every package alone, from its tarball, in an empty project, imports each of its entry points and asks its
 * commands for help: nothing that it needs is left undeclared, and nothing of ours comes along that it does not declare.
 */
const failures: string[] = [];

/** Runs Node in a project. What it prints on standard error is the failure; undefined where it succeeds. */
function failureOf(args: readonly string[], cwd: string): string | undefined {
  const { status, stderr } = spawnSync("node", args, { cwd, encoding: "utf8" });
  return status === 0 ? undefined : stderr;
}

inTemporaryFolder((folder) => {
  const packed = packAll(join(folder, "tarballs"));
  for (const [name, { manifest }] of packed) {
    const project = join(folder, name.replace("/", "-"));
    const needed = closure(packed, name);
    createProject(
      project,
      [...needed].map((each) => packed.get(each)!),
    );
    const installed = readdirSync(join(project, "node_modules", "@lm")).map(
      (each) => `@lm/${each}`,
    );
    const extra = installed.filter((each) => !needed.has(each));
    if (extra.length > 0) failures.push(`${name}: brings ${extra.join(", ")} along`);

    const optionalPeers = Object.keys(manifest.peerDependenciesMeta ?? {});
    for (const entry of Object.keys(manifest.exports).filter((path) => !path.endsWith(".json"))) {
      const specifier = join(name, entry);
      const script = `if (Object.keys(await import(${JSON.stringify(specifier)})).length === 0) throw new Error("no exports");`;
      const failure = failureOf(["--input-type=module", "--eval", script], project);
      // An entry point for users of some tool cannot be imported by those who do not have it.
      const isPeerMissing = optionalPeers.some((peer) =>
        failure?.includes(`Cannot find package '${peer}'`),
      );
      if (failure !== undefined && !isPeerMissing) failures.push(`${specifier}: ${failure}`);
    }
    for (const command of Object.values(manifest.bin ?? {})) {
      const failure = failureOf([join("node_modules", name, command), "--help"], project);
      if (failure !== undefined) failures.push(`${name} ${command}: ${failure}`);
    }
    console.log(`${name}: installs alone with ${needed.size - 1} of ours`);
  }
});
for (const failure of failures) console.error(failure);
process.exitCode = failures.length > 0 ? 1 : 0;
