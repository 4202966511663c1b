import { frameOf } from './layout';
import type { CommentStyle } from './style';
import type { Slot, Template } from './template';

/** What can be said of a file without a guess. */
export interface FileFacts {
  /** Of Go's package clause. */
  readonly packageName: string | undefined;
  /** What stands at the file's top level, in order. */
  readonly definedNames: readonly string[];
}

/** More names than these make no sentence. */
const MAX_NAMES = 3;

/** The empty comment on a file as a whole: its summary alone, after what the language begins it with. */
export function layOutFile(style: CommentStyle, facts: FileFacts): Template {
  const frame = frameOf(style);
  const inSentence = style.name === 'godoc';
  const opening = inSentence
    ? `Package ${facts.packageName ?? 'main'} `
    : style.name === 'jsdoc'
      ? '@file '
      : '';
  const slot: Slot = { kind: 'summary', label: '', neutral: neutralSummary(facts.definedNames, inSentence) };
  return {
    frame: style.name === 'rustdoc' ? { ...frame, linePrefix: '//! ' } : frame,
    lines: [{ before: opening, slot, after: '', hang: '' }],
  };
}

function neutralSummary(names: readonly string[], inSentence: boolean): string {
  const verb = inSentence ? 'defines' : 'Defines';
  if (names.length === 0) {
    return inSentence ? 'holds top-level code.' : 'Top-level code.';
  }
  const shown = names.slice(0, MAX_NAMES);
  const restCount = names.length - shown.length;
  const items = restCount === 0 ? shown : [...shown, `${restCount} more`];
  const last = items.at(-1) ?? '';
  return items.length === 1 ? `${verb} ${last}.` : `${verb} ${items.slice(0, -1).join(', ')} and ${last}.`;
}
