import type { BugLine } from '../../shared/protocol';

/** Longer code is cut in messages. */
const MAX_CODE_CHARACTERS = 40;
/** Beyond this, more digits say nothing. */
const MAX_TIMES = 10_000;

/** What the hover and the list of problems say of a line: a block of three short lines. */
export function describeBugLine(line: BugLine): string {
  return [
    `${title(line)}: ${summary(line)}.`,
    `With the lines after it taken into account, the local model finds that ${times(line.logRatioNats)} times as likely.`,
    record(line),
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
  return rank === null ? 'Possible slip' : `Doubtful line, number ${rank} of the review`;
}

function summary({ found, expected }: BugLine): string {
  return `expected \`${code(expected)}\`, found \`${code(found)}\``;
}

/** 1.5, 40, 2,300: as many digits as can be meant. */
function times(logRatioNats: number): string {
  const ratio = Math.exp(logRatioNats);
  if (!(ratio < MAX_TIMES)) {
    return `more than ${MAX_TIMES.toLocaleString('en')}`;
  }
  return Number(ratio.toPrecision(2)).toLocaleString('en');
}

function record({ record: { recall, falsePositivesPerThousandLines } }: BugLine): string {
  const caught = Math.round(100 * recall);
  const wrong = Number(falsePositivesPerThousandLines.toPrecision(2));
  return `In tests, flags this strong caught ${caught} % of such slips, and ${wrong} stood on every 1,000 lines of right code.`;
}

function code(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length <= MAX_CODE_CHARACTERS ? line : `${line.slice(0, MAX_CODE_CHARACTERS - 1)}…`;
}
