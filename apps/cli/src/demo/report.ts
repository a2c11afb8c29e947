import { escapeHtml, renderPage } from "../report/page.ts";
import type { Budget, DemoResult } from "./contest.ts";
import type { Corpus } from "./corpus.ts";
import { PROMPT } from "./samples.ts";

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
  return renderPage({
    title: `lm: every family on ${corpus.title}`,
    body: `<h1>Every family of language model on ${escapeHtml(corpus.title)}</h1>
<p>Trained on ${corpus.train.length.toLocaleString("en")} characters; the last tenth of the book is held out. N-gram models are counted
once, every neural model is trained for ${budget.seconds} seconds. All are judged on the same
${budget.heldOut.toLocaleString("en")} held-out characters under one policy, <code>${escapeHtml(results[0]!.evaluation.context)}</code>.</p>

<h2>Held-out bits per character</h2>
${barsOf(results)}

<h2>Loss while training</h2>
<p>Bits per character of the training batches, smoothed, against seconds of training.</p>
<div id="curves"></div>

<h2>What they write</h2>
${results.map(samplesOf).join("\n")}`,
    data: curves,
    script: DRAW_CURVES,
  });
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
  return `<table><thead><tr><th>model</th><th class="bar">bits per character</th><th>perplexity</th><th>parameters</th><th>training</th><th>tokens/s</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>`;
}

function samplesOf({ title, samples }: DemoResult): string {
  const rows = Object.entries(samples).map(
    ([way, text]) => `<dt>${way}</dt><dd><b>${escapeHtml(PROMPT)}</b>${escapeHtml(text)}</dd>`,
  );
  return `<h3>${escapeHtml(title)}</h3><dl>${rows.join("")}</dl>`;
}

const DRAW_CURVES = `
const tables = data.map(({ points }) => [points.map((p) => p[0]), points.map((p) => p[1])]);
new uPlot({
  ...size,
  scales: { x: { time: false } },
  axes: [axis("seconds"), axis("bits per character")],
  series: [
    { label: "seconds", value: (_, v) => v?.toFixed(1) },
    ...data.map(({ title }, i) => ({ label: title, stroke: colours[i % colours.length], width: 2, spanGaps: true, value: (_, v) => v?.toFixed(3) })),
  ],
}, uPlot.join(tables), document.getElementById("curves"));
`;
