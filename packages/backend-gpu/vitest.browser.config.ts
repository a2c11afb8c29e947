import { playwright } from "@vitest/browser-playwright";
import { browserSuite } from "../../tools/vitest.base.ts";
import { gpuLaunchOptions } from "./test/gpu-chromium.ts";

const config = browserSuite("backend-gpu");
config.test!.browser!.provider = playwright({ launchOptions: gpuLaunchOptions });

export default config;
