import { describeLikelihood } from '../../shared/likelihood';
import type { BugLine, LikelierEdit } from '../../shared/protocol';

/** Longer code is cut in messages. */
const MAX_CODE_CHARACTERS = 40;

/**
 * What the hover, the list of problems and "next problem" say of a line: a block of three lines, short enough for the
 * last of them, which does not wrap.
 */
export function describeBugLine(line: BugLine): string {
  const { edit } = line;
  return (
    edit === null
      ? [
          `${title(line)}: the model has nothing likelier for it.`,
          'Long lines, conditions and the end of a function are what fixes change most.',
          recordOf(line),
        ]
      : [
          `${title(line)}: ${summary(edit)}.`,
          `With the lines after it, the local model finds that ${describeLikelihood(edit.logRatioNats)}.`,
          recordOf(line),
        ]
  ).join('\n');
}

/** The title of the quick fix. */
export function describeFix({ expected }: LikelierEdit): string {
  return `Replace with \`${code(expected)}\``;
}

/** What the model is told when it explains the code around the line, counted from 1 as people do. */
export function describeAsFact({ range, edit }: BugLine): string {
  const line = `line ${range.start.line + 1}`;
  return edit === null
    ? `${line} is among those that are likeliest to hold a bug`
    : `${line} may hold a slip: ${summary(edit)}`;
}

function title({ review }: BugLine): string {
  return review === null ? 'Possible slip' : `Doubtful line ${review.rank}`;
}

function summary({ found, expected }: LikelierEdit): string {
  return `expected \`${code(expected)}\`, found \`${code(found)}\``;
}

/** Counts, not rates: they are small, and whoever reads them sees how much they can say. */
function recordOf({ strength, edit, review }: BugLine): string {
  if (strength === 'strong' && edit !== null) {
    const { foundCount, slipCount, falseCount, cleanLineCount } = edit.record;
    const lines = cleanLineCount.toLocaleString('en');
    return `Such flags met ${foundCount} of ${slipCount} planted slips and ${falseCount} of ${lines} good lines.`;
  }
  return review === null
    ? 'A doubt as weak as this is not underlined unasked.'
    : `Reviews named a changed line in ${review.record.foundCount} of ${review.record.functionCount} functions that a fix mended.`;
}

function code(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length <= MAX_CODE_CHARACTERS ? line : `${line.slice(0, MAX_CODE_CHARACTERS - 1)}…`;
}
