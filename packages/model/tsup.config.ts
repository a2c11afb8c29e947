import { library } from "../../tools/tsup.base.ts";

export default library({ entry: ["src/index.ts", "src/testing.ts", "src/vitest.ts"] });
