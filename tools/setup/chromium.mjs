import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const candidates = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The system's Chromium, or undefined. */
export function systemChromium() {
  return candidates.find((path) => path && existsSync(path));
}

/** The Chromium that Playwright downloads for itself, or undefined where it has not. */
function playwrightChromium(root) {
  const { chromium } = createRequire(join(root, "package.json"))("playwright");
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined;
}

const succeeds = (program, args, options = {}) =>
  spawnSync(program, args, { stdio: ["ignore", 2, 2], ...options }).status === 0;

/** Makes sure that there is a Chromium for the browser tests: the system's, else Debian's package, else Playwright's. */
export function ensureChromium(root) {
  if (systemChromium() || playwrightChromium(root)) return;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.error("Installing Chromium for the browser tests (apt-get install chromium) …");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const isInstalled =
      succeeds("apt-get", ["update", "-q"], { env }) &&
      succeeds("apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium"], { env });
    if (isInstalled && systemChromium()) return;
  }
  console.error("Downloading Chromium for the browser tests (playwright install chromium) …");
  const playwright = join(root, "node_modules", "playwright", "cli.js");
  if (
    succeeds("node", [playwright, "install", "chromium"], { cwd: root }) &&
    playwrightChromium(root)
  )
    return;
  console.error(
    "The browser tests need Chromium, and none could be installed. Install it (on Debian: apt-get install chromium) or name one in CHROMIUM_PATH, then run npm test again.",
  );
  process.exit(1);
}
