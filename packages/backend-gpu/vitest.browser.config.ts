import { playwright } from "@vitest/browser-playwright";
import { chromiumLaunchOptions } from "../../tools/chromium.ts";
import { browserSuite } from "../../tools/vitest.base.ts";

/** Without a GPU, Chromium computes with its software rasterizer, if it is told to. */
const softwareRasterizer = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
];

const config = browserSuite("backend-gpu");
config.test!.browser!.provider = playwright({
  launchOptions: {
    ...chromiumLaunchOptions,
    args: [...chromiumLaunchOptions.args, ...softwareRasterizer],
  },
});

export default config;
