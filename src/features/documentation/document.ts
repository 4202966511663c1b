import { isBinaryText } from '../../base/binaryText';
import { UserError } from '../../base/errors';
import { isSyntaxLanguage, maxParsedCharacters, withTree } from '../../syntax/parser';
import type { SyntaxLanguageId } from '../../syntax/parser';
import { mergeExisting, readExisting } from './comment/existing';
import { layOutFile } from './comment/fileLayout';
import { layOut } from './comment/layout';
import type { CommentStyle } from './comment/style';
import { detectStyle, isPythonStyle, pythonStyle } from './comment/style';
import type { Slot, Template } from './comment/template';
import { renderComment, slotsOf } from './comment/template';
import { gatherFacts } from './facts';
import { fillSlots } from './fillSlots';
import type { Placement } from './placement';
import { placeComment, placeFileComment } from './placement';
import type { FileTarget, Target } from './targets';
import { findTargets } from './targets';
import type {
  DocumentationEdit,
  DocumentationModel,
  DocumentationRequest,
  DocumentationResult,
  FilledSlot,
} from './types';

/**
 * Documentation comments for the symbols that the request means, as edits of its text. The structure comes from
 * the syntax tree, the words from the model. Rejects with the signal's reason when aborted, with nothing half
 * done; throws `UserError`: `unsupported-language`, `text-too-large`, `bad-argument` (not text), `no-symbol`,
 * `unsupported-model`.
 */
export async function documentSymbols(
  request: DocumentationRequest,
  model: DocumentationModel,
  signal: AbortSignal,
): Promise<DocumentationResult> {
  const { languageId, text } = request;
  if (!isSyntaxLanguage(languageId)) {
    throw new UserError(
      'unsupported-language',
      `Sotto cannot document files of the language “${languageId}”.`,
      'It knows C, C++, C#, Go, Java, JavaScript, PHP, Python, Ruby, Rust and TypeScript.',
    );
  }
  if (isBinaryText(text)) {
    throw new UserError('bad-argument', 'This file is not text.', 'Open source code.');
  }
  const found = await withTree(languageId, text, (tree) => findTargets(tree, request.target));
  if (found === undefined) {
    throw new UserError(
      'text-too-large',
      `The file is too large to be understood, or is not source code (at most ${maxParsedCharacters} characters).`,
      'Move the code to a smaller file.',
    );
  }
  const { targets, leftCount } = found;
  const style = detectStyle(languageId, [text, ...request.projectTexts]);
  const edits: DocumentationEdit[] = [];
  for (const [index, target] of targets.entries()) {
    signal.throwIfAborted();
    request.onProgress?.(index, targets.length, nameOf(target));
    const edit = await documentTarget(languageId, text, target, style, model, signal);
    if (edit !== undefined) {
      edits.push(edit);
    }
  }
  return {
    edits: edits.sort((a, b) => a.range.start - b.range.start),
    symbolCount: targets.length,
    leftCount,
  };
}

function nameOf(target: Target): string {
  return target.kind === 'file' ? 'the file' : target.symbol.name;
}

/** The edit that gives one target its comment; undefined when it has a complete one, or no place for one. */
async function documentTarget(
  languageId: SyntaxLanguageId,
  text: string,
  target: Target,
  fileStyle: CommentStyle,
  model: DocumentationModel,
  signal: AbortSignal,
): Promise<DocumentationEdit | undefined> {
  const { existing } = target.place;
  const old = existing === undefined ? '' : text.slice(existing.start, existing.end);
  const style = styleFor(fileStyle, old);
  const { placement, template, end } =
    target.kind === 'file'
      ? planFileComment(languageId, text, target, style)
      : {
          placement: placeComment(text, target.place, target.symbol),
          template: planComment(
            style,
            layOut(style, gatherFacts(languageId, target.symbol, target.behaviour)),
            old,
          ),
          end: target.symbol.range.end,
        };
  if (old !== '' && slotsOf(template).length === 0) {
    return undefined;
  }
  const context = {
    before: placement.before,
    after: afterComment(text, placement, end),
    indent: placement.indent,
    eol: placement.eol,
  };
  const filled = await fillSlots(template, style, context, model, signal);
  return toEdit(template, filled, placement, nameOf(target));
}

/** A comment on the file that is there has its summary, which is all there is to it. */
function planFileComment(
  languageId: SyntaxLanguageId,
  text: string,
  { facts, place }: FileTarget,
  style: CommentStyle,
) {
  const template = layOutFile(style, facts);
  return {
    placement: placeFileComment(text, place, languageId === 'go'),
    template: place.existing === undefined ? template : { ...template, lines: [] },
    end: text.length,
  };
}

function planComment(style: CommentStyle, template: Template, old: string): Template {
  return old === '' ? template : mergeExisting(style, template, readExisting(style, old));
}

/** What an existing comment shows of its style beats the rest of the file. */
function styleFor(fileStyle: CommentStyle, old: string): CommentStyle {
  if (old === '') {
    return fileStyle;
  }
  if (isPythonStyle(fileStyle)) {
    return { ...fileStyle, ...pythonStyle(old), prefix: /^[rR]/.test(old) ? 'r' : '' };
  }
  return fileStyle.name === 'doxygen' ? { ...fileStyle, lines: old.startsWith('//') } : fileStyle;
}

function afterComment(text: string, placement: Placement, symbolEnd: number): string {
  const lead =
    placement.trailing === '' && placement.range.end !== placement.afterStart
      ? placement.eol
      : placement.trailing;
  return lead + text.slice(placement.afterStart, symbolEnd);
}

function toEdit(
  template: Template,
  filled: ReadonlyMap<Slot, FilledSlot>,
  placement: Placement,
  symbolName: string,
): DocumentationEdit {
  const words = new Map([...filled].map(([slot, entry]) => [slot, entry.words]));
  const comment = renderComment(template, words, placement.indent, placement.eol);
  return {
    range: placement.range,
    newText: placement.leading + comment + placement.trailing,
    symbolName,
    words: [...filled.values()],
  };
}
