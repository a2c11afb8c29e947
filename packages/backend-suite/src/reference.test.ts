import { withGrad } from "@lm/autograd";
import { reference } from "@lm/backend-reference";
import { testBackend } from "./vitest.ts";

testBackend({ backend: reference(), tolerance: 0 });
testBackend({ backend: withGrad(reference()), tolerance: 0 });
