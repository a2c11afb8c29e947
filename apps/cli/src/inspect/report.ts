import { escapeHtml, renderPage } from "../report/page.ts";
import type { BigramTable } from "./bigram-table.ts";
import type { Facts } from "./facts.ts";
import type { Look } from "./look.ts";
import type { NextTokens } from "./next-tokens.ts";
import { contextName, formatPath, formatProbability, shown } from "./print.ts";
import type { Zipf } from "./zipf.ts";

/** What `lm inspect` says of an n-gram model, as one HTML file. */
export function renderReport(folder: string, facts: Facts, { zipf, bigrams, next }: Look): string {
  const tables = ["ngrams", "countsOfCounts", "discounts"].filter((name) => name in facts);
  return renderPage({
    title: `lm: the n-grams of ${folder}`,
    body: `<h1>The n-grams of ${escapeHtml(folder)}</h1>
<p>Order ${facts.order}, ${number(facts.vocabulary)} tokens in the vocabulary, smoothing
<code>${escapeHtml(smoothingName(facts))}</code>.</p>
${tables.map((name) => factTable(TITLES[name]!, facts[name] as readonly Facts[])).join("\n")}
${zipf ? zipfSection(zipf) : ""}
${bigrams ? bigramSection(bigrams) : ""}
${next ? nextSection(next) : ""}`,
    data: zipf?.points ?? [],
    script: zipf ? DRAW_ZIPF : "",
  });
}

const TITLES: Readonly<Record<string, string>> = {
  ngrams: "N-grams listed",
  countsOfCounts: "Counts of counts: how many n-grams stand r times in the text",
  discounts: "Discounts, and the counts of counts that they come from",
};

/** The method, and its parameters but for lists of fitted numbers. */
function smoothingName({ model }: Facts): string {
  const { smoothing } = model as { readonly smoothing: unknown };
  return typeof smoothing === "string" ? smoothing : JSON.stringify(smoothing).slice(0, 80);
}

const number = (value: unknown) =>
  typeof value === "number"
    ? value.toLocaleString("en", { maximumFractionDigits: 4 })
    : escapeHtml(`${value ?? ""}`);

/** Columns of words; all others are numbers. */
const TEXT = ["kind", "source", "reason", "back-off path"];

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (tag: "th" | "td", value: string, column: number) =>
    column > 0 && TEXT.includes(titles[column]!)
      ? `<${tag} class="text">${value}</${tag}>`
      : `<${tag}>${value}</${tag}>`;
  const head = titles.map((title, i) => cell("th", title, i)).join("");
  const body = rows.map(
    (row) => `<tr>${row.map((value, i) => cell(i === 0 ? "th" : "td", value, i)).join("")}</tr>`,
  );
  return `<div class="wide"><table><thead><tr>${head}</tr></thead>
<tbody>${body.join("\n")}</tbody></table></div>`;
}

function factTable(title: string, facts: readonly Facts[]): string {
  const columns = [...new Set(facts.flatMap((row) => Object.keys(row)))];
  return `<h2>${title}</h2>
${table(
  columns,
  facts.map((row) => columns.map((column) => number(row[column]))),
)}`;
}

function zipfSection({ tokens, types, slope, top }: Zipf): string {
  return `<h2>Zipf's law</h2>
<p>${number(tokens)} tokens, ${number(types)} different ones. On logarithmic axes frequency falls with rank about in a
straight line; here its slope is ${slope.toFixed(2).replace("-", "−")}, where Zipf's law says −1 (the dashed line).</p>
<div id="zipf"></div>
${table(
  ["token", "rank", "frequency", "rank × frequency"],
  top.map(({ token, count }, i) => [
    escapeHtml(shown(token)),
    number(i + 1),
    number(count),
    number((i + 1) * count),
  ]),
)}`;
}

function bigramSection({ words, probabilities, note, ...counted }: BigramTable): string {
  const { counts, unigramCounts, relativeFrequencies } = counted;
  const names = words.map((word) => escapeHtml(shown(word)));
  const matrix = (rows: readonly (readonly number[])[], format: (value: number) => string) =>
    rows.map((row, i) => [names[i]!, ...row.map(format)]);
  const ofCounts =
    counts && unigramCounts && relativeFrequencies
      ? `<p>How often the word of the column follows the word of the row; the last column is how often that one occurs.</p>
${table(
  ["", ...names, "<i>c</i>(row)"],
  matrix(counts, number).map((row, i) => [...row, number(unigramCounts[i])]),
)}
<p>Relative frequencies, <i>c</i>(row column) / <i>c</i>(row).</p>
${table(["", ...names], matrix(relativeFrequencies, formatProbability))}`
      : "";
  return `<h2>Bigrams</h2>
${ofCounts}
<p>Smoothed probabilities, <i>p</i>(column | row)${note ? `; ${escapeHtml(note)}` : ""}.</p>
${table(["", ...names], matrix(probabilities, formatProbability))}`;
}

function nextSection({ contexts, best, others }: NextTokens): string {
  return `<h2>What comes next, after “${escapeHtml(contextName(contexts[0]!))}”</h2>
${table(
  ["context", "count", "different words behind it", "back-off weight"],
  contexts.map((line) => [
    escapeHtml(contextName(line)),
    number(line.count),
    number(line.continuations),
    line.backoff?.toFixed(4) ?? "",
  ]),
)}
<p></p>
${table(
  ["token", "probability", "count", "order", "back-off path"],
  [
    ...best.map(({ token, probability, count, order, path }) => [
      escapeHtml(shown(token)),
      probability.toFixed(6),
      number(count),
      number(order),
      escapeHtml(formatPath(path)),
    ]),
    [`${number(others.count)} others`, others.probability.toFixed(6), "", "", ""],
  ],
)}`;
}

const DRAW_ZIPF = `
const logarithmic = { distr: 3, log: 10 };
const powers = (_, values) => values.map((v) => (Math.abs(Math.log10(v) % 1) < 1e-9 ? v.toLocaleString("en") : ""));
new uPlot({
  ...size,
  scales: { x: { time: false, ...logarithmic }, y: logarithmic },
  axes: [{ ...axis("rank"), values: powers }, { ...axis("frequency"), values: powers, size: 70 }],
  series: [
    { label: "rank" },
    { label: "frequency", stroke: colours[0], width: 2, points: { show: true, size: 4 } },
    { label: "Zipf's law", stroke: colours[1], width: 1, dash: [6, 4], points: { show: false }, value: (_, v) => v?.toFixed(1) },
  ],
}, [data.map((p) => p[0]), data.map((p) => p[1]), data.map((p) => Math.max(1e-9, data[0][1] / p[0]))], document.getElementById("zipf"));
`;
