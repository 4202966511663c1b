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
