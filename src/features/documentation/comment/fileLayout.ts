import { isLicence } from '../../../syntax/fileComment';
import { stripMarks } from './existing';
import { frameOf } from './layout';
import type { CommentStyle } from './style';
import { fixedLine, type Slot, type Template, type TemplateLine } from './template';

/** What can be said of a file without a guess. */
export interface FileFacts {
  /** Without folders. */
  readonly fileName: string | undefined;
  /** Of Go's or Java's package clause. */
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
  const slot: Slot = {
    kind: 'file-summary',
    label: '',
    neutral: neutralSummary(facts.definedNames, inSentence),
    opening: inSentence ? 'provides' : 'Provides',
  };
  const summary = (before: string): TemplateLine => ({ before, slot, after: '', hang: '' });
  switch (style.name) {
    case 'godoc':
      return { frame, lines: [summary(`Package ${facts.packageName ?? 'main'} `)] };
    case 'jsdoc':
      return { frame, lines: [summary('@file ')] };
    case 'rustdoc':
      return { frame: { ...frame, linePrefix: '//! ' }, lines: [summary('')] };
    case 'doxygen': {
      // Without a name Doxygen takes that of the file: https://www.doxygen.nl/manual/commands.html#cmdfile
      const tag = `${style.marker}file${isPlainName(facts.fileName) ? ` ${facts.fileName}` : ''}`;
      return { frame, lines: [fixedLine(tag), summary(`${style.marker}brief `)] };
    }
    case 'javadoc':
      // A package's own file holds nothing that the model could describe: its words would be a guess.
      return { frame, lines: [fixedLine(`The package ${facts.packageName ?? 'of this folder'}.`)] };
    case 'google':
    case 'numpy':
    case 'rest':
    case 'phpdoc':
    case 'yard':
    case 'xml':
      return { frame, lines: [summary('')] };
    default:
      return style satisfies never;
  }
}

/**
 * `template` with what the comment `old` on the file says already: its summary is added only where it has none, and
 * Doxygen's `@file` where it lacks it. Without slots and lines when nothing is missing.
 */
export function completeFileComment(style: CommentStyle, template: Template, old: string): Template {
  const rows = stripMarks(style, old);
  const [tag, brief] = template.lines;
  const isBare = !hasSummary(rows);
  if (style.name === 'doxygen' && tag !== undefined && brief !== undefined) {
    const tagIndex = rows.findIndex((row) => /^\s*[@\\]file\b/.test(row));
    const head = tagIndex < 0 ? [tag] : rows.slice(0, tagIndex + 1).map(fixedLine);
    const rest = rows.slice(tagIndex + 1).map(fixedLine);
    const isComplete = tagIndex >= 0 && !isBare;
    return { ...template, lines: isComplete ? [] : [...head, ...(isBare ? [brief] : []), ...rest] };
  }
  const isTagged = style.name === 'phpdoc' || style.name === 'javadoc';
  const tags = rows.length === 0 ? [] : ['', ...rows];
  return { ...template, lines: isTagged && isBare ? [...template.lines, ...tags.map(fixedLine)] : [] };
}

/** Whether a comment says in words, not in tags alone, what the file is for. A licence does not. */
function hasSummary(rows: readonly string[]): boolean {
  return rows
    .join('\n')
    .split(/\n\s*\n|\n(?=\s*[@\\]\w)/)
    .some((paragraph) => {
      // After these tags the text is about the file; after others it is the tag's.
      const text = paragraph.replace(/^\s*[@\\]file\b.*|^\s*[@\\](brief|short|details)\b/, '').trim();
      return text !== '' && !/^[@\\]\w/.test(text) && !isLicence(text);
    });
}

/** A name that cannot end the comment or its line. */
function isPlainName(name: string | undefined): name is string {
  return name !== undefined && /^[\p{L}\p{N} ._+-]+$/u.test(name);
}

function neutralSummary(definedNames: readonly string[], inSentence: boolean): string {
  const verb = inSentence ? 'defines' : 'Defines';
  if (definedNames.length === 0) {
    return inSentence ? 'holds top-level code.' : 'Top-level code.';
  }
  const shown = definedNames.slice(0, MAX_NAMES);
  const restCount = definedNames.length - shown.length;
  const items = restCount === 0 ? shown : [...shown, `${restCount} more`];
  const last = items.at(-1) ?? '';
  return items.length === 1 ? `${verb} ${last}.` : `${verb} ${items.slice(0, -1).join(', ')} and ${last}.`;
}
