import type { CompletionItem } from '../support/completionData';

export interface Score {
  /** Equal to what the author wrote, but for white space. */
  readonly exact: boolean;
  /** Share of the author's characters that are right from the beginning to the first error, 0 to 1. */
  readonly rightShare: number;
}

/** The rules of the data's own scorer: one line counts, or as many as the author wrote of a block. */
export function scoreCompletion(item: CompletionItem, completion: string): Score {
  const ours = cutToItem(item, completion);
  const expected = item.middle.trim();
  const given = ours.trim();
  let rightCount = 0;
  while (rightCount < Math.min(expected.length, given.length) && expected[rightCount] === given[rightCount]) {
    rightCount += 1;
  }
  return {
    exact: collapseSpace(ours) === collapseSpace(item.middle),
    rightShare: rightCount / Math.max(1, expected.length),
  };
}

function cutToItem(item: CompletionItem, completion: string): string {
  const lines = completion.split('\n');
  if (item.kind === 'block') {
    return lines.slice(0, item.middle.split('\n').length).join('\n');
  }
  const first = item.id.startsWith('hei-') ? lines.find((line) => line.trim() !== '') : lines[0];
  return item.cursor === 'inside-parens' ? cutAtUnbalancedParenthesis(first ?? '') : (first ?? '');
}

/** The closing parenthesis stands in the suffix already. */
function cutAtUnbalancedParenthesis(line: string): string {
  let depth = 0;
  for (const [index, character] of [...line].entries()) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (depth < 0) {
      return [...line].slice(0, index).join('');
    }
  }
  return line;
}

function collapseSpace(text: string): string {
  return text.split(/\s+/).filter(Boolean).join(' ');
}
