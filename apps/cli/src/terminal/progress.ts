import cliProgress from "cli-progress";

/** A piece of long work that shows how far it is, how fast, and how long it will take. */
export interface Progress {
  /** How much of the total is done now. */
  update(done: number, more?: ProgressDetails): void;
  /** Something worth a line of its own where no bar can be drawn. */
  note(line: string): void;
  stop(): void;
}

interface ProgressDetails {
  /** What there is to say of it (a loss, say). */
  readonly note?: string;
  /** How much has been done since the start, in what speed is measured in; `done` itself by default. */
  readonly units?: number;
}

export interface ProgressOptions {
  readonly label: string;
  readonly total: number;
  /** How much of it had been done before. */
  readonly start?: number;
  /** What speed is measured in: tokens. */
  readonly unit: string;
}

/** A bar on standard error where that is a terminal; elsewhere, just the lines that are worth one. */
export function startProgress({ label, total, start = 0, unit }: ProgressOptions): Progress {
  if (!process.stderr.isTTY) return { update() {}, note: (line) => console.error(line), stop() {} };
  const began = performance.now();
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage}% · {speed} · {duration_formatted} gone, {eta_formatted} left{note}`,
    barCompleteChar: "━",
    barIncompleteChar: "─",
    barsize: 24,
    fps: 8,
    etaBuffer: 100,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  const payload = (units: number, note = "") => {
    const speed = formatSpeed(units / ((performance.now() - began) / 1000));
    return { speed: `${speed} ${unit}/s`, note: note && ` · ${note}` };
  };
  bar.start(total, start, payload(0));
  return {
    update: (done, { note, units = done - start } = {}) => bar.update(done, payload(units, note)),
    note() {},
    stop: () => bar.stop(),
  };
}

/** Three digits and a unit: `12.3k`. */
export function formatSpeed(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return "–";
  for (const [size, suffix] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const)
    if (perSecond >= size) return `${Number((perSecond / size).toPrecision(3))}${suffix}`;
  return `${Number(perSecond.toPrecision(3))}`;
}

export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
