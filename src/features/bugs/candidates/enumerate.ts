import { codeNodes } from '../../../syntax/codeNodes';
import type { SyntaxNode } from '../../../syntax/parser';
import { numberEdits, offByOneEdits } from './amounts';
import { awaitEdits, swapEdits } from './calls';
import { booleanEdits, negationEdits } from './conditions';
import type { CodeOfFunction, LanguageFamily, SlipEdit } from './edit';
import { memberEdits, variableEdits } from './names';
import { operatorEdits } from './operators';

const enumerations: readonly ((code: CodeOfFunction) => SlipEdit[])[] = [
  operatorEdits,
  offByOneEdits,
  booleanEdits,
  negationEdits,
  numberEdits,
  swapEdits,
  awaitEdits,
  variableEdits,
  memberEdits,
];

/**
 * Every single edit that could undo a slip in the function `root` of `text`, in document order: none in strings,
 * comments, types and imports, none over more than one line, none twice.
 */
export function enumerateEdits(family: LanguageFamily, text: string, root: SyntaxNode): SlipEdit[] {
  const code: CodeOfFunction = { family, text, root, nodes: codeNodes(root) };
  const seen = new Set<string>();
  return enumerations
    .flatMap((enumerate) => enumerate(code))
    .filter(({ found, range, expected }) => {
      const key = `${range.start} ${range.end} ${expected}`;
      const isNew = !seen.has(key) && !found.includes('\n') && found !== expected;
      seen.add(key);
      return isNew;
    })
    .sort((a, b) => a.range.start - b.range.start);
}
