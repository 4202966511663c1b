import { styleText } from 'node:util';

/** Standard output, line by line. The one place of the command line that prints results. */
export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** A piece of a result that is still being made. */
export function printPiece(text: string): void {
  process.stdout.write(text);
}

/** Standard error: progress and remarks, so that standard output can be piped. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

type Style = Parameters<typeof styleText>[0];

/** Coloured when standard output is a terminal that wants colour (NO_COLOR, FORCE_COLOR and TERM are honoured). */
export function styled(style: Style, text: string): string {
  return process.stdout.hasColors?.() || process.env['FORCE_COLOR'] ? styleText(style, text) : text;
}

/** "1.5 GB", "482 KB": decimal units, as file managers and downloads show them. */
export function formatBytes(byteCount: number): string {
  const units = ['B', 'KB', 'MB', 'GB'] as const;
  const exponent = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, byteCount)) / 3));
  const value = byteCount / 1000 ** exponent;
  return `${value.toFixed(exponent < 2 || value >= 100 ? 0 : 1)} ${units[exponent]}`;
}
