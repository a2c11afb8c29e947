import { systemChromium } from "./setup/chromium.mjs";

const executablePath = systemChromium();

export const chromiumLaunchOptions = {
  // Where the system has none, Playwright looks for its own download.
  ...(executablePath ? { executablePath } : {}),
  // Root in a container has no user namespaces: Chromium's sandbox cannot start there.
  args: process.getuid?.() === 0 ? ["--no-sandbox", "--disable-dev-shm-usage"] : [],
};
