import type { TextRange } from '../../base/textRange';
import { languageFamily } from '../../features/bugs/candidates/edit';
import { maxFunctionCharacters } from '../../features/bugs/functionPlaces';
import { outermostFunctions } from '../../syntax/functionNodes';
import { withTree } from '../../syntax/parser';
import { intersect } from './textChange';

/** A function as the detection reads it: those inside it belong to it. */
export interface FunctionPlace {
  readonly range: TextRange;
  readonly name: string | undefined;
  /** False where the text does not parse: nothing is found there. */
  readonly isReadable: boolean;
}

/** A piece of work that is done as a whole, and what is edited in it. */
export interface CheckUnit {
  /** What is known of this part of the text is replaced by what the check finds. */
  readonly span: TextRange;
  readonly isReadable: boolean;
  readonly edits: readonly TextRange[];
}

/** The functions that `edits` touch, those nearest to `offset` first; none in a language that is not checked. */
export async function checkUnits(
  languageId: string,
  text: string,
  edits: readonly TextRange[],
  offset: number,
): Promise<readonly CheckUnit[]> {
  const functions = (await findFunctions(languageId, text, edits)) ?? [];
  return functions
    .map(({ range, isReadable }) => ({
      span: range,
      isReadable,
      edits: edits.flatMap((edit) => intersect(edit, range) ?? []),
    }))
    .toSorted((one, other) => distance(one.span, offset) - distance(other.span, offset));
}

/** The functions that `ranges` touch, in document order; undefined in a language that is not checked. */
export async function findFunctions(
  languageId: string,
  text: string,
  ranges: readonly TextRange[],
): Promise<FunctionPlace[] | undefined> {
  if (languageFamily(languageId) === undefined) {
    return undefined;
  }
  return withTree(languageId, text, (tree) =>
    outermostFunctions(tree, ranges, maxFunctionCharacters).map(({ node, name }) => ({
      range: { start: node.startIndex, end: node.endIndex },
      name,
      isReadable: !node.hasError,
    })),
  );
}

function distance({ start, end }: TextRange, offset: number): number {
  return Math.max(start - offset, offset - end, 0);
}
