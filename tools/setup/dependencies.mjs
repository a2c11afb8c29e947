import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Installs the dependencies that package-lock.json asks for, unless they are there. A mark is left only after npm has
 * finished, so an installation that was interrupted is done again.
 */
export function ensureDependencies(root) {
  const mark = join(root, "node_modules", ".installed-lock");
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  console.error("Installing dependencies (npm ci) …");
  const npm = process.env.npm_execpath;
  // A warning for every tool that wants a newer Node than the system's is beside the point: a newer one is installed.
  const args = ["ci", "--loglevel=error"];
  const { status, error } = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ["ignore", 2, 2] })
    : spawnSync("npm", args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (error || status !== 0) {
    console.error(
      `Installing the dependencies failed${error ? ` (${error.message})` : ""}. Is the npm registry reachable? Then try again, or run: npm ci`,
    );
    process.exit(1);
  }
  writeFileSync(mark, wanted);
}
