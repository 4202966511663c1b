import { applyEdit } from '../../src/features/bugs/candidates/edit';
import type { SlipEdit } from '../../src/features/bugs/candidates/edit';
import { languageFamily } from '../../src/features/bugs/candidates/edit';
import { enumerateEdits } from '../../src/features/bugs/candidates/enumerate';
import type { SlipKind } from '../../src/features/bugs/types';
import { codeNodes } from '../../src/syntax/codeNodes';
import { outermostFunctions } from '../../src/syntax/functionNodes';
import type { SyntaxNode } from '../../src/syntax/parser';
import { withTree } from '../../src/syntax/parser';
import type { FileText } from './items';

/** A clean function with one single edit in it. */
export interface Slip {
  readonly kind: SlipKind;
  readonly file: FileText;
  /** Where the slip is in the file's text, what stands there and what was there before. */
  readonly undo: Omit<SlipEdit, 'kind'>;
}

/** Kinds are drawn in this proportion among those that a function offers. */
const kindWeights: Readonly<Record<SlipKind, number>> = {
  variable: 6,
  operator: 6,
  member: 3,
  'off-by-one': 2,
  'swapped-arguments': 3,
  negation: 2,
  await: 2,
  boolean: 1,
  number: 1,
};

/** One slip in the function of `file`, drawn among those that it offers; undefined when it offers none. */
export async function injectSlip(file: FileText, random: () => number): Promise<Slip | undefined> {
  const edits = await withTree(file.languageId, file.text, (tree) => {
    const family = languageFamily(file.languageId);
    const [found] = outermostFunctions(tree, [file.range], Infinity);
    return family === undefined || found === undefined
      ? []
      : [
          ...enumerateEdits(family, file.text, found.node).filter(({ kind }) => kind !== 'await'),
          ...droppedAwaits(found.node),
        ];
  });
  const kinds = [...new Set((edits ?? []).map(({ kind }) => kind))];
  const lots = kinds.flatMap((kind) => Array.from({ length: kindWeights[kind] }, () => kind));
  const kind = lots[Math.floor(random() * lots.length)];
  const ofKind = (edits ?? []).filter((edit) => edit.kind === kind);
  const edit = ofKind[Math.floor(random() * ofKind.length)];
  return edit === undefined ? undefined : makeSlip(file, edit);
}

function makeSlip(file: FileText, edit: SlipEdit): Slip {
  const { start } = edit.range;
  const text = applyEdit(file.text, edit);
  const growth = text.length - file.text.length;
  return {
    kind: edit.kind,
    file: { ...file, text, range: { start: file.range.start, end: file.range.end + growth } },
    undo: {
      range: { start, end: start + edit.expected.length },
      found: edit.expected,
      expected: edit.found,
    },
  };
}

function droppedAwaits(root: SyntaxNode): SlipEdit[] {
  return codeNodes(root)
    .filter(({ node }) => node.type === 'await_expression' || (node.type === 'await' && node.isNamed))
    .map(({ node }) => ({
      kind: 'await',
      range: { start: node.startIndex, end: node.startIndex + 6 },
      found: 'await ',
      expected: '',
    }));
}
