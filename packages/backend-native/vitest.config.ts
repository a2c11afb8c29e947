import { unitTests } from "../../tools/vitest.base.ts";

export default unitTests("backend-native");
