import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Tries to load a BLAS as the engine does. Undefined where it can; else why it cannot. */
function failureToLoad(root) {
  const module = pathToFileURL(join(root, "packages/backend-native/src/blas.ts")).href;
  const program = `import(${JSON.stringify(module)}).then(({ loadBlas }) => loadBlas()).catch((error) => {
    console.log(error.message);
    process.exit(1);
  });`;
  // npm puts the Node that came with the dependencies first in the PATH: it runs TypeScript.
  const { status, stdout, stderr } = spawnSync("node", ["--eval", program], {
    cwd: root,
    encoding: "utf8",
  });
  return status === 0 ? undefined : stdout || stderr;
}

const succeeds = (program, args) =>
  spawnSync(program, args, {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  }).status === 0;

/** Makes sure that there is a BLAS for the tests of the native engine: the system's, else Debian's package. */
export function ensureOpenBlas(root) {
  if (failureToLoad(root) === undefined) return;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.error(
      "Installing OpenBLAS for the native engine's tests (apt-get install libopenblas0) …",
    );
    const isInstalled =
      succeeds("apt-get", ["update", "-q"]) &&
      succeeds("apt-get", ["install", "-q", "-y", "--no-install-recommends", "libopenblas0"]);
    if (isInstalled && failureToLoad(root) === undefined) return;
  }
  console.error(
    `The tests of the native engine need a BLAS library, and none could be installed.\n${failureToLoad(root)}\nThen run npm test again.`,
  );
  process.exit(1);
}
