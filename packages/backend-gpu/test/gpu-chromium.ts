import { chromiumLaunchOptions } from "../../../tools/chromium.ts";

/** Without a GPU, Chromium computes with its software rasterizer, if it is told to. */
const softwareRasterizer = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
];

export const gpuLaunchOptions = {
  ...chromiumLaunchOptions,
  args: [...chromiumLaunchOptions.args, ...softwareRasterizer],
};
