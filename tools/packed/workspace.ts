import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
}

export interface PackedPackage {
  readonly manifest: Manifest;
  /** Where its sources are, relative to the root. */
  readonly folder: string;
  readonly tarball: string;
}

/** Packs every package that would be published, as it would be published. They must have been built. */
export function packAll(destination: string): Map<string, PackedPackage> {
  mkdirSync(destination, { recursive: true });
  const packed = new Map<string, PackedPackage>();
  for (const parent of ["packages", "apps"])
    for (const name of readdirSync(join(root, parent))) {
      const folder = join(parent, name);
      const manifest: Manifest = JSON.parse(
        readFileSync(join(root, folder, "package.json"), "utf8"),
      );
      if (manifest.private) continue;
      const [{ filename }] = JSON.parse(
        npm(["pack", "--json", "--pack-destination", destination], join(root, folder)),
      ) as [{ filename: string }];
      packed.set(manifest.name, { manifest, folder, tarball: join(destination, filename) });
    }
  return packed;
}

/** A package and all of ours that it needs, directly or not. */
export function closure(packed: ReadonlyMap<string, PackedPackage>, name: string): Set<string> {
  const names = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (names.has(next)) continue;
    names.add(next);
    open.push(
      ...Object.keys(packed.get(next)?.manifest.dependencies ?? {}).filter((d) => packed.has(d)),
    );
  }
  return names;
}

/** A new project with these packages of ours, and others from the registry, installed. */
export function createProject(
  folder: string,
  packages: readonly PackedPackage[],
  others: Readonly<Record<string, string>> = {},
): void {
  mkdirSync(folder, { recursive: true });
  const ours = Object.fromEntries(
    packages.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]),
  );
  const manifest = { private: true, type: "module", dependencies: { ...ours, ...others } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  npm(["install", "--no-package-lock", "--loglevel=error"], folder);
}

function npm(args: readonly string[], cwd: string): string {
  const cli = process.env.npm_execpath;
  return cli
    ? execFileSync(process.execPath, [cli, ...args], {
        cwd,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
      })
    : execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Runs `use` with a new empty folder that is removed afterwards. */
export function inTemporaryFolder<R>(use: (folder: string) => R): R {
  const folder = mkdtempSync(join(tmpdir(), "lm packed "));
  try {
    return use(folder);
  } finally {
    if (existsSync(folder)) rmSync(folder, { recursive: true });
  }
}

export { root };
