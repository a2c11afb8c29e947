import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { chromium } from "playwright";
import { systemChromium } from "./setup/chromium.mjs";

/**
 * Lets the tests' processes find a Vulkan that needs no GPU: Linux without a driver of its own may have the software
 * rasterizer that comes with Chromium.
 */
export function provideVulkan(): void {
  const hasDriver = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].some(existsSync);
  if (process.platform !== "linux" || process.env.VK_ICD_FILENAMES || hasDriver) return;
  // Where the system has none, Playwright has its own download.
  const browser = systemChromium() ?? chromium.executablePath();
  if (!existsSync(browser)) return;
  const folder = [dirname(realpathSync(browser)), "/usr/lib/chromium"].find((each) =>
    existsSync(join(each, "vk_swiftshader_icd.json")),
  );
  if (!folder) return;
  process.env.VK_ICD_FILENAMES = join(folder, "vk_swiftshader_icd.json");
  process.env.LD_LIBRARY_PATH = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
}
