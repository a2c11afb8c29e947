import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleText, workFolder } from "./lm.ts";

const { path, lm } = workFolder();
const tiny = [
  "--hidden",
  "8",
  "--context",
  "8",
  "--batch-size",
  "2",
  "--steps",
  "2",
  "--threads",
  "1",
];

beforeAll(() => {
  writeFileSync(path("train.txt"), sampleText(50));
  writeFileSync(path("other.txt"), sampleText(40));
  writeFileSync(path("empty.txt"), "");
  writeFileSync(path("one.txt"), "a");
  writeFileSync(path("short.txt"), "a few words");
  writeFileSync(path("broken.txt"), Uint8Array.of(0x61, 0x62, 0x63, 0xff, 0x64));
  expect(lm("train", "lstm", "--data", "train.txt", "--out", "lstm", ...tiny).code).toBe(0);
  expect(lm("train", "ngram", "--data", "train.txt", "--out", "ngram").code).toBe(0);
});

/** One clear line on standard error, exit code 2, nothing on standard output, and nothing new in the folder. */
function expectRefusal(args: readonly string[], message: string | RegExp): void {
  const before = readdirSync(path("."));
  const { code, stdout, stderr } = lm(...args);
  expect(stderr.trimEnd().split("\n"), stderr).toHaveLength(1);
  expect(stderr).toMatch(/^lm: /);
  if (typeof message === "string") expect(stderr).toContain(message);
  else expect(stderr).toMatch(message);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(readdirSync(path("."))).toEqual(before);
}

describe("lm train refuses", () => {
  const texts = [
    ["missing.txt", "missing.txt: no such file"],
    ["empty.txt", "empty.txt: the file is empty"],
    ["one.txt", "one.txt: holds 1 token"],
    ["broken.txt", "the byte 0xff at offset 3"],
    [".", "is a folder"],
  ] as const;
  it.each(
    ["ngram", "feedforward", "lstm", "transformer"].flatMap((family) =>
      texts.map((text) => [family, ...text] as const),
    ),
  )("%s on %s", (family, file, message) =>
    expectRefusal(["train", family, "--data", file, "--out", "out"], message),
  );

  it.each([
    ["transformer", "short.txt: windows: the text has 11 tokens, but 65 are needed"],
    ["feedforward", "short.txt: windows: the text has 11 tokens, but 65 are needed"],
    ["gru", "short.txt: streams: the text has 11 tokens, but 33 are needed"],
  ])("%s on a text shorter than the context", (family, message) =>
    expectRefusal(["train", family, "--data", "short.txt", "--out", "out"], message),
  );

  it.each([
    [["train", "markov", "--data", "train.txt", "--out", "out"], "unknown command 'markov'"],
    [
      ["train", "ngram", "--data", "train.txt", "--out", "out", "--heads", "2"],
      "unknown option '--heads'",
    ],
    [["train", "ngram", "--data", "train.txt"], "required option '--out <folder>' not specified"],
    [
      ["train", "ngram", "--data", "train.txt", "--out", "out", "--order", "0"],
      "'--order <n>' argument '0'",
    ],
    [["train", "ngram", "--data", "train.txt", "--out", "out", "--order", "1000"], "order is 1000"],
    [
      ["train", "ngram", "--data", "train.txt", "--out", "out", "--smoothing", "magic"],
      'smoothing is "magic"',
    ],
    [["train", "ngram", "--data", "train.txt", "--out", "out", "--smoothing", "add:-1"], "add:-1"],
    [
      ["train", "ngram", "--data", "train.txt", "--out", "out", "--tokenizer", "runes"],
      "--tokenizer",
    ],
    [["train", "ngram", "--data", "train.txt", "--out", "ngram"], "is there already"],
    [
      ["train", "lstm", "--data", "train.txt", "--out", "out", "--steps", "many"],
      "'many' is invalid",
    ],
    [["train", "lstm", "--data", "train.txt", "--out", "out", "--dropout", "1"], "--dropout"],
    [["train", "lstm", "--data", "train.txt", "--out", "out", "--backend", "abacus"], "--backend"],
    [
      ["eval", "lstm", "--data", "train.txt", "--backend", "gpu", "--threads", "2"],
      "--backend gpu takes none",
    ],
    [
      ["train", "lstm", "--data", "train.txt", "--out", "out", "--tied"],
      "an embedding as wide as the hidden layer",
    ],
    [
      [
        "train",
        "lstm",
        "--data",
        "train.txt",
        "--valid",
        "a",
        "--valid-fraction",
        "0.1",
        "--out",
        "out",
      ],
      "give one of them",
    ],
    [
      ["train", "transformer", "--data", "train.txt", "--out", "out", "--heads", "3"],
      "3 heads do not divide",
    ],
    [
      ["train", "transformer", "--data", "train.txt", "--valid", "missing.txt", "--out", "out"],
      "missing.txt: no such file",
    ],
    [
      ["train", "transformer", "--data", "train.txt", "--valid", "one.txt", "--out", "out"],
      "the text has 1 tokens",
    ],
  ])("%j", (args, message) => expectRefusal(args, message));
});

describe("--resume refuses", () => {
  it.each([
    [["lstm", "--data", "train.txt", "--out", "nothing"], "nothing/config.json: no such file"],
    [["gru", "--data", "train.txt", "--out", "lstm"], "is a run of lstm, not of gru"],
    [["lstm", "--data", "train.txt", "--out", "ngram"], "is a run of ngram"],
    [
      ["lstm", "--data", "other.txt", "--out", "lstm"],
      "is not the text that the run in lstm was begun with",
    ],
    [
      ["lstm", "--data", "train.txt", "--out", "lstm", "--hidden", "9"],
      "--hidden is 9, but the run in lstm was begun with 8",
    ],
  ])("%j", (args, message) => expectRefusal(["train", ...args, "--resume"], message));
});

describe("the other commands refuse", () => {
  it.each([
    [["eval", "ngram", "--data", "empty.txt"], "the file is empty"],
    [["eval", "lstm", "--data", "one.txt"], "the text has one token"],
    [["eval", "nothing", "--data", "train.txt"], "nothing: no such folder"],
    [["eval", "--data", "train.txt"], "missing required argument 'folders'"],
    [["eval", "lstm", "--data", "train.txt", "--context", "sentence"], "the text has no sentences"],
    [["eval", "lstm", "--data", "train.txt", "--context", "window:0"], "a window of 0 tokens"],
    [
      ["eval", "lstm", "--data", "train.txt", "--context", "page"],
      'the context "page" is not known',
    ],
    [["generate", "lstm", "--prompt", "a", "--strategy", "luck"], "--strategy"],
    [
      ["generate", "lstm", "--prompt", "a", "--strategy", "greedy", "--top-k", "3"],
      "--top-k is for --strategy sample",
    ],
    [["generate", "lstm", "--prompt", "a", "--top-p", "1.5"], "--top-p is 1.5"],
    [["inspect", "nothing"], "nothing: no such file or folder"],
    [["inspect", "train.txt"], "is not a .safetensors"],
    [["export", "lstm", "--format", "arpa", "--out", "out"], "an ARPA file takes an n-gram model"],
    [
      ["export", "ngram", "--format", "hf", "--out", "out"],
      "a Hugging Face folder takes a transformer",
    ],
    [["export", "ngram", "--format", "arpa", "--out", "train.txt"], "is there already"],
    [["import", "train.txt", "--out", "out"], /train.txt: .*line 1/],
    [["bench", "--only", "poetry"], "It must be one of: matmul, kernels, training"],
    [["bench", "--threads", "0"], "'--threads <n>' argument '0'"],
    [["bench", "--backend", "abacus"], "--backend"],
    [["bench", "--against", "missing.json"], "missing.json: no such file"],
    [["bench", "--against", "train.txt"], "train.txt: is not valid JSON"],
    [["bench", "--against", "lstm/config.json"], "is not a report of this version of lm bench"],
    [["bench", "--json", "train.txt"], "train.txt: is there already"],
    [["bench", "--markdown", "no/such/place.md"], "there is no folder no/such"],
    [["dance"], "unknown command 'dance'"],
  ])("%j", (args, message) => expectRefusal(args, message));
});

describe("damaged files are refused", () => {
  /** A copy of the LSTM's folder with its weights replaced. */
  const damage = (name: string, bytes: Uint8Array) => {
    cpSync(path("lstm"), path(name), { recursive: true });
    writeFileSync(path(`${name}/model.safetensors`), bytes);
    expectRefusal(["eval", name, "--data", "train.txt"], `${name}/model.safetensors: `);
  };
  const weights = () => new Uint8Array(readFileSync(path("lstm/model.safetensors")));
  /** The file with its header changed, the length of the header kept right. */
  const withHeader = (
    change: (
      header: Record<string, { data_offsets: number[]; dtype: string; shape: number[] }>,
    ) => void,
  ) => {
    const bytes = weights();
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    change(header);
    const json = new TextEncoder().encode(JSON.stringify(header));
    const file = new Uint8Array(8 + json.length + bytes.length - 8 - length);
    new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
    file.set(json, 8);
    file.set(bytes.subarray(8 + length), 8 + json.length);
    return file;
  };

  it("cut-off weights", () => damage("cut", weights().subarray(0, 2000)));
  it("a header longer than the file", () => {
    const bytes = weights();
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 40n, true);
    damage("long-header", bytes);
  });
  it("overlapping tensors", () =>
    damage(
      "overlap",
      withHeader((header) => {
        const [first, second] = Object.keys(header).filter((name) => name !== "__metadata__");
        header[second!] = { ...header[first!]! };
      }),
    ));
  it("offsets out of range", () =>
    damage(
      "range",
      withHeader((header) => {
        const name = Object.keys(header).at(-1)!;
        header[name]!.data_offsets[1]! += 4000;
      }),
    ));
  it("a wrong dtype", () =>
    damage(
      "dtype",
      withHeader((header) => {
        header["decoder.bias"]!.dtype = "I32";
      }),
    ));
  it("a shape that does not match its bytes", () =>
    damage(
      "shape",
      withHeader((header) => {
        header["decoder.bias"]!.shape = [3];
      }),
    ));
  it("weights of another shape than the configuration's", () => {
    cpSync(path("lstm"), path("mismatch"), { recursive: true });
    const config = JSON.parse(readFileSync(path("mismatch/config.json"), "utf8"));
    config.model.hidden = 9;
    writeFileSync(path("mismatch/config.json"), JSON.stringify(config));
    expectRefusal(["eval", "mismatch", "--data", "train.txt"], "but the model needs");
  });
  it("a configuration that is none", () => {
    cpSync(path("lstm"), path("no-config"), { recursive: true });
    writeFileSync(path("no-config/config.json"), "[1]");
    expectRefusal(["eval", "no-config", "--data", "train.txt"], "does not describe a model");
  });
  it("another model's tokenizer", () => {
    cpSync(path("ngram"), path("wrong-tokenizer"), { recursive: true });
    copyFileSync(path("lstm/tokenizer.json"), path("wrong-tokenizer/tokenizer.json"));
    expectRefusal(["eval", "wrong-tokenizer", "--data", "train.txt"], "do not belong together");
  });
  it("a malformed ARPA file, by its line", () => {
    writeFileSync(
      path("bad.arpa"),
      "\\data\\\nngram 1=3\n\n\\1-grams:\n-1\t<unk>\n-1\tthe\n\n\\end\\\n",
    );
    expectRefusal(["import", "bad.arpa", "--out", "out"], /bad\.arpa: .*line \d+/);
    expect(existsSync(path("out"))).toBe(false);
  });
  it("a damaged n-gram file", () => {
    cpSync(path("ngram"), path("bad-ngram"), { recursive: true });
    const bytes = readFileSync(path("ngram/model.ngram"));
    bytes[bytes.length - 5]! ^= 0xff;
    writeFileSync(path("bad-ngram/model.ngram"), bytes);
    expectRefusal(["eval", "bad-ngram", "--data", "train.txt"], "bad-ngram/model.ngram: ");
  });
});
