import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (url: string) => readFileSync(fileURLToPath(url), "utf8");
const uPlot = {
  style: read(import.meta.resolve("uplot/dist/uPlot.min.css")),
  script: read(import.meta.resolve("uplot/dist/uPlot.iife.min.js")),
};

export interface Page {
  readonly title: string;
  /** HTML. */
  readonly body: string;
  /** What the script finds as `data`; numbers and text. */
  readonly data: unknown;
  /** Draws by uPlot; finds `data`, `colours`, `size` (of a plot) and `axis(label)`. */
  readonly script: string;
}

/** A report as one HTML file that needs nothing else: uPlot, which draws its curves, is part of it. */
export function renderPage({ title, body, data, script }: Page): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
${uPlot.style}
${STYLE}
</style>
<main>
${body}
</main>
<script>${uPlot.script}</script>
<script>
const data = ${JSON.stringify(data).replaceAll("<", "\\u003c")};
${COMMON}
${script}
</script>
</html>
`;
}

export const escapeHtml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e8eb); --faint: light-dark(#667, #9aa); --paper: light-dark(#fff, #14171a); --bar: light-dark(#2f6db5, #4f8fd8); --line: light-dark(#dde, #333a42); }
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; } h2 { margin-top: 2.5rem; font-size: 1.2rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; font-weight: 500; } thead th { color: var(--faint); font-weight: 400; font-size: .85rem; }
td.bar { width: 45%; text-align: left; } th.bar, th.text, td.text { text-align: left; }
td.bar div { background: var(--bar); color: #fff; border-radius: 3px; padding: .1rem .5rem; box-sizing: border-box; }
td.bar div.infinite { background: repeating-linear-gradient(45deg, #9a4a4a 0 8px, #b05a5a 8px 16px); }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: .25rem 1rem; margin: 0; } dt { color: var(--faint); } dd { margin: 0; font-family: ui-serif, Georgia, serif; white-space: pre-wrap; }
.wide { overflow-x: auto; } .wide table { width: auto; }
.u-legend { font: 14px system-ui, sans-serif; } code { font-size: .95em; }
`;

const COMMON = `
const colours = ["#3b82c4", "#d9822b", "#3a9d5d", "#b0459a", "#c4453b", "#7a6bc9"];
const ink = getComputedStyle(document.body).color;
const axis = (label) => ({ label, stroke: ink, grid: { stroke: "#8883" }, ticks: { stroke: "#8885" } });
const size = { width: Math.min(920, document.querySelector("main").clientWidth - 40), height: 380 };
`;
