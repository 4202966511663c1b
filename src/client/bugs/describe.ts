import { describeLikelihood } from '../../shared/likelihood';
import type { BugLine } from '../../shared/protocol';

/** Longer code is cut in messages. */
const MAX_CODE_CHARACTERS = 40;

/**
 * What the hover, the list of problems and "next problem" say of a line: a block of three lines, short enough for the
 * last of them, which does not wrap.
 */
export function describeBugLine(line: BugLine): string {
  return [
    `${title(line)}: ${summary(line)}.`,
    `With the lines after it, the local model finds that ${describeLikelihood(line.logRatioNats)}.`,
    recordOf(line),
  ].join('\n');
}

/** The title of the quick fix. */
export function describeFix({ expected }: BugLine): string {
  return `Replace with \`${code(expected)}\``;
}

/** What the model is told when it explains the code around the line, counted from 1 as people do. */
export function describeAsFact(line: BugLine): string {
  return `line ${line.range.start.line + 1} may hold a slip: ${summary(line)}`;
}

function title({ rank }: BugLine): string {
  return rank === null ? 'Possible slip' : `Doubtful line ${rank}`;
}

function summary({ found, expected }: BugLine): string {
  return `expected \`${code(expected)}\`, found \`${code(found)}\``;
}

/** Counts, not rates: they are small, and whoever reads them sees how much they can say. */
function recordOf({ strength, record }: BugLine): string {
  if (strength === 'weak') {
    return 'A doubt as weak as this is not underlined unasked.';
  }
  const { foundCount, slipCount, falseCount, cleanLineCount } = record;
  const lines = cleanLineCount.toLocaleString('en');
  return `Such flags met ${foundCount} of ${slipCount} planted slips and ${falseCount} of ${lines} good lines.`;
}

function code(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length <= MAX_CODE_CHARACTERS ? line : `${line.slice(0, MAX_CODE_CHARACTERS - 1)}…`;
}
