import { unitTests } from "../../tools/vitest.base.ts";

/** A page as users build it: bundled, minified, under a strict policy. */
const config = unitTests("backend-gpu:page");
config.test!.include = ["test/page/*.page-test.ts"];

export default config;
