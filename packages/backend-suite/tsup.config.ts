import { library } from "../../tools/tsup.base.ts";

export default library({ entry: { index: "src/index.ts", vitest: "src/vitest.ts" } });
