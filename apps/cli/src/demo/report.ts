import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Budget, DemoResult } from "./contest.ts";
import type { Corpus } from "./corpus.ts";
import { PROMPT } from "./samples.ts";

const read = (url: string) => readFileSync(fileURLToPath(url), "utf8");
const uPlot = {
  style: read(import.meta.resolve("uplot/dist/uPlot.min.css")),
  script: read(import.meta.resolve("uplot/dist/uPlot.iife.min.js")),
};

/** The demo's results as one HTML file that needs nothing else: uPlot, which draws its curves, is part of it. */
export function renderReport(
  corpus: Corpus,
  results: readonly DemoResult[],
  budget: Budget,
): string {
  const curves = results
    .filter(({ curve }) => curve.length > 0)
    .map(({ title, curve }) => ({
      title,
      points: smooth(curve.map(({ seconds, bits }) => [seconds, bits] as const)),
    }));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>lm: every family on ${escapeHtml(corpus.title)}</title>
<style>
${uPlot.style}
${STYLE}
</style>
<main>
<h1>Every family of language model on ${escapeHtml(corpus.title)}</h1>
<p>Trained on ${corpus.train.length.toLocaleString("en")} characters; the last tenth of the book is held out. N-gram models are counted
once, every neural model is trained for ${budget.seconds} seconds. All are judged on the same
${budget.heldOut.toLocaleString("en")} held-out characters under one policy, <code>${escapeHtml(results[0]!.evaluation.context)}</code>.</p>

<h2>Held-out bits per character</h2>
${barsOf(results)}

<h2>Loss while training</h2>
<p>Bits per character of the training batches, smoothed, against seconds of training.</p>
<div id="curves"></div>

<h2>What they write</h2>
${results.map(samplesOf).join("\n")}
</main>
<script>${uPlot.script}</script>
<script>
const curves = ${JSON.stringify(curves).replaceAll("<", "\\u003c")};
${DRAW_CURVES}
</script>
</html>
`;
}

/** A running mean that leaves some hundreds of points, so that the file stays small. */
function smooth(points: readonly (readonly [number, number])[]): number[][] {
  const size = Math.max(1, Math.ceil(points.length / 200));
  const means: number[][] = [];
  for (let start = 0; start < points.length; start += size) {
    const group = points.slice(start, start + size);
    const mean = (axis: 0 | 1) => group.reduce((sum, point) => sum + point[axis], 0) / group.length;
    means.push([Number(mean(0).toFixed(3)), Number(mean(1).toFixed(4))]);
  }
  return means;
}

function barsOf(results: readonly DemoResult[]): string {
  const bits = results.map(({ evaluation }) => evaluation.bitsPerToken);
  const longest = Math.max(...bits.filter(Number.isFinite));
  const rows = results.map(({ title, parameters, seconds, tokensPerSecond, evaluation }) => {
    const { bitsPerToken, perplexity } = evaluation;
    const isPossible = Number.isFinite(bitsPerToken);
    const width = isPossible ? (100 * bitsPerToken) / longest : 100;
    return `<tr><th>${escapeHtml(title)}</th>
<td class="bar"><div class="${isPossible ? "" : "infinite"}" style="width:${width.toFixed(1)}%">${isPossible ? bitsPerToken.toFixed(3) : "∞ (something it never saw)"}</div></td>
<td>${isPossible ? perplexity.toFixed(2) : "∞"}</td><td>${parameters.toLocaleString("en")}</td><td>${seconds.toFixed(1)} s</td><td>${Math.round(tokensPerSecond).toLocaleString("en")}</td></tr>`;
  });
  return `<table><thead><tr><th>model</th><th>bits per character</th><th>perplexity</th><th>parameters</th><th>training</th><th>tokens/s</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>`;
}

function samplesOf({ title, samples }: DemoResult): string {
  const rows = Object.entries(samples).map(
    ([way, text]) => `<dt>${way}</dt><dd><b>${escapeHtml(PROMPT)}</b>${escapeHtml(text)}</dd>`,
  );
  return `<h3>${escapeHtml(title)}</h3><dl>${rows.join("")}</dl>`;
}

const escapeHtml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e8eb); --faint: light-dark(#667, #9aa); --paper: light-dark(#fff, #14171a); --bar: light-dark(#2f6db5, #4f8fd8); --line: light-dark(#dde, #333a42); }
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; } h2 { margin-top: 2.5rem; font-size: 1.2rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; font-weight: 500; } thead th { color: var(--faint); font-weight: 400; font-size: .85rem; }
td.bar { width: 45%; text-align: left; } thead th:nth-child(2) { text-align: left; }
td.bar div { background: var(--bar); color: #fff; border-radius: 3px; padding: .1rem .5rem; box-sizing: border-box; }
td.bar div.infinite { background: repeating-linear-gradient(45deg, #9a4a4a 0 8px, #b05a5a 8px 16px); }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: .25rem 1rem; margin: 0; } dt { color: var(--faint); } dd { margin: 0; font-family: ui-serif, Georgia, serif; white-space: pre-wrap; }
.u-legend { font: 14px system-ui, sans-serif; } code { font-size: .95em; }
`;

const DRAW_CURVES = `
const colours = ["#3b82c4", "#d9822b", "#3a9d5d", "#b0459a", "#c4453b", "#7a6bc9"];
const ink = getComputedStyle(document.body).color;
const tables = curves.map(({ points }) => [points.map((p) => p[0]), points.map((p) => p[1])]);
const axis = (label) => ({ label, stroke: ink, grid: { stroke: "#8883" }, ticks: { stroke: "#8885" } });
new uPlot({
  width: Math.min(920, document.querySelector("main").clientWidth - 40),
  height: 380,
  scales: { x: { time: false } },
  axes: [axis("seconds"), axis("bits per character")],
  series: [
    { label: "seconds", value: (_, v) => v?.toFixed(1) },
    ...curves.map(({ title }, i) => ({ label: title, stroke: colours[i % colours.length], width: 2, spanGaps: true, value: (_, v) => v?.toFixed(3) })),
  ],
}, uPlot.join(tables), document.getElementById("curves"));
`;
