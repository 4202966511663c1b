import { isBinaryText } from '../../base/binaryText';
import { UserError } from '../../base/errors';
import { isSyntaxLanguage, maxParsedCharacters, withTree } from '../../syntax/parser';
import type { SyntaxLanguageId } from '../../syntax/parser';
import { isInherited, namedParameters, readExisting } from './comment/existing';
import { completeFileComment, layOutFile } from './comment/fileLayout';
import { layOut } from './comment/layout';
import { mergeExisting } from './comment/merge';
import type { CommentStyle } from './comment/style';
import { detectStyle, isPythonStyle, pythonStyle } from './comment/style';
import type { Slot, Template } from './comment/template';
import { renderComment, slotsOf } from './comment/template';
import { gatherFacts } from './facts';
import { fillSlots } from './fillSlots';
import type { Placement } from './placement';
import { placeComment, placeFileComment } from './placement';
import type { FileTarget, SymbolTarget, Target } from './targets';
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
  const found = await withTree(languageId, text, (tree) =>
    findTargets(tree, request.target, request.fileName),
  );
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
  const { placement, template, end, isComplete } =
    target.kind === 'file'
      ? planFileComment(text, target, style, old)
      : planSymbolComment(languageId, text, target, style, old);
  if (isComplete) {
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

/** What to write where, up to where the code goes that the model sees. */
interface Plan {
  readonly placement: Placement;
  readonly template: Template;
  readonly end: number;
  /** The comment that is there needs nothing. */
  readonly isComplete: boolean;
}

function planFileComment(text: string, { facts, place }: FileTarget, style: CommentStyle, old: string): Plan {
  const empty = layOutFile(style, facts);
  const template = old === '' ? empty : completeFileComment(style, empty, old);
  return {
    placement: placeFileComment(text, place),
    template,
    end: text.length,
    isComplete: template.lines.length === 0,
  };
}

function planSymbolComment(
  languageId: SyntaxLanguageId,
  text: string,
  { symbol, behaviour, place }: SymbolTarget,
  style: CommentStyle,
  old: string,
): Plan {
  const existing = old === '' ? undefined : readExisting(style, old);
  const facts = gatherFacts(languageId, symbol, behaviour, existing && namedParameters(existing));
  const empty = layOut(style, facts);
  const template = existing === undefined ? empty : mergeExisting(style, empty, existing, facts);
  return {
    placement: placeComment(text, place, symbol),
    template,
    end: symbol.range.end,
    isComplete: existing !== undefined && (isInherited(style, old) || slotsOf(template).length === 0),
  };
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
