import { documentSymbols } from '../../src/features/documentation/document';
import type {
  DocumentationEdit,
  DocumentationModel,
  DocumentationTarget,
} from '../../src/features/documentation/types';
import { neverAborted } from '../../src/base/abort';
import { outline } from '../../src/syntax/outline';
import { parse } from '../../src/syntax/parser';
import { byteTokenizer } from './byteTokenizer';
import type { Script } from './scriptedEngine';
import { createScriptedEngine } from './scriptedEngine';

/** A model that writes “Words 1.” in the first slot, “Words 2.” in the second, and so on. */
export function countingModel(
  script: Partial<Script> = {},
): DocumentationModel & { readonly prompts: string[] } {
  let slotCount = 0;
  const engine = createScriptedEngine({
    reply: () => ` Words number ${(slotCount += 1)}.\nmore`,
    ...script,
  });
  return { engine, tokenizer: byteTokenizer, prompts: engine.prompts };
}

export interface DocumentOptions {
  readonly target?: DocumentationTarget;
  readonly projectTexts?: readonly string[];
  readonly fileName?: string;
  readonly model?: DocumentationModel;
}

/**
 * `text` with comments, at the symbol that `█` is in, or else for the whole file. Fails when the comment breaks the
 * syntax of a text that had none broken, or changes which symbols there are.
 */
export async function documented(
  languageId: string,
  marked: string,
  options: DocumentOptions = {},
): Promise<string> {
  const offset = marked.indexOf('█');
  const text = marked.replace('█', '');
  const target = options.target ?? (offset < 0 ? { kind: 'file' } : { kind: 'symbol', offset });
  const { edits } = await documentSymbols(
    {
      languageId,
      text,
      target,
      projectTexts: options.projectTexts ?? [],
      ...(options.fileName !== undefined && { fileName: options.fileName }),
    },
    options.model ?? countingModel(),
    neverAborted,
  );
  const result = applyEdits(text, edits);
  await expectSameCode(languageId, text, result);
  return result;
}

/** As `documented`, with a fresh line before it, so that snapshots show indentation as it is. */
export async function show(...parameters: Parameters<typeof documented>): Promise<string> {
  return `\n${await documented(...parameters)}`;
}

export function applyEdits(text: string, edits: readonly DocumentationEdit[]): string {
  return edits.reduceRight(
    (changed, { range, newText }) => changed.slice(0, range.start) + newText + changed.slice(range.end),
    text,
  );
}

async function expectSameCode(languageId: string, before: string, after: string): Promise<void> {
  const [left, right] = [await describeCode(languageId, before), await describeCode(languageId, after)];
  if (!left.hasError && right.hasError) {
    throw new Error(`the comment broke the code:\n${after}`);
  }
  if (left.symbols !== right.symbols) {
    throw new Error(`the comment changed the code:\n${left.symbols}\n${right.symbols}`);
  }
}

async function describeCode(
  languageId: string,
  text: string,
): Promise<{ hasError: boolean; symbols: string }> {
  const tree = await parse(languageId, text);
  if (tree === undefined) {
    throw new Error('the text cannot be parsed');
  }
  const symbols = outline(tree)
    .map((symbol) => symbol.signature)
    .join('\n');
  const { hasError } = tree;
  tree.dispose();
  return { hasError, symbols };
}
