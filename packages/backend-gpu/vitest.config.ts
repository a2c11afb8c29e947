import { unitTests } from "../../tools/vitest.base.ts";
import { provideVulkan } from "../../tools/vulkan.ts";

provideVulkan();

export default unitTests("backend-gpu");
