import { library } from "../../tools/tsup.base.ts";

export default library({ entry: ["src/main.ts"], platform: "node", dts: false });
