import type { CommentStyle } from './style';
import { isPythonStyle } from './style';
import { fixedLine, type Slot, type Template } from './template';

/** What a comment that is there says, in pieces, each in the user's own lines. */
export interface ExistingComment {
  /** By `slotKey`. */
  readonly pieces: ReadonlyMap<string, readonly string[]>;
  /** What belongs to no slot (`@see`, `@example`, `Note:`): kept at the end. */
  readonly extra: readonly string[];
}

function slotKey({ kind, label }: Pick<Slot, 'kind' | 'label'>): string {
  return `${kind}:${label.replace(/^[*&$.]+/, '')}`;
}

/** Reads a comment of `style`, its marks included. */
export function readExisting(style: CommentStyle, comment: string): ExistingComment {
  const lines = stripMarks(style, comment);
  if (style.name === 'google' || style.name === 'numpy') {
    return readSections(style.name, lines);
  }
  if (style.name === 'xml') {
    return readElements(lines.join('\n'));
  }
  if (style.name === 'godoc' || style.name === 'rustdoc') {
    return { pieces: new Map(lines.length === 0 ? [] : [['summary:', lines]]), extra: [] };
  }
  return readTags(lines);
}

/**
 * `template` with the user's pieces in place of the slots they fill. Slots of a style that tells parameters and
 * results in prose are not added to prose that is already there.
 */
export function mergeExisting(style: CommentStyle, template: Template, existing: ExistingComment): Template {
  const { pieces, extra } = existing;
  const isProse = (style.name === 'godoc' || style.name === 'rustdoc') && pieces.has('summary:');
  if (isProse) {
    return keepProse(style, template, existing);
  }
  const lines = template.lines.flatMap((line) => {
    const piece = line.slot === undefined ? undefined : pieces.get(slotKey(line.slot));
    return piece === undefined ? [line] : piece.map(fixedLine);
  });
  // Tags follow each other; sections stand apart.
  const isSection = style.name === 'google' || style.name === 'numpy';
  const rest = isSection && extra.length > 0 ? ['', ...extra] : extra;
  return { ...template, lines: [...lines, ...rest.map(fixedLine)] };
}

function keepProse(style: CommentStyle, template: Template, { pieces }: ExistingComment): Template {
  const kept = (pieces.get('summary:') ?? []).map(fixedLine);
  if (style.name === 'godoc') {
    return { ...template, lines: kept };
  }
  const text = kept.map((line) => line.before).join('\n');
  const missing = template.lines.flatMap((line, index) => {
    const title = line.slot?.label === 'panic' ? '# Panics' : '# Errors';
    return line.slot?.kind === 'error' && !text.includes(title)
      ? template.lines.slice(index - 3, index + 1)
      : [];
  });
  return { ...template, lines: [...kept, ...missing] };
}

/** The lines of a comment of `style` without its marks, blank ones at its ends left out. */
export function stripMarks(style: CommentStyle, comment: string): string[] {
  const rows = comment.split(/\r?\n/);
  if (isPythonStyle(style)) {
    const inner = comment.replace(/^[a-zA-Z]*("""|'''|"|')|("""|'''|"|')$/g, '');
    return trimBlank(dedent(inner.split(/\r?\n/)));
  }
  if (comment.startsWith('/*')) {
    const inner = comment.replace(/^\/\*[*!]?|\*+\/$/g, '').split(/\r?\n/);
    return trimBlank(inner.map((row, index) => (index === 0 ? row : row.replace(/^\s*\*? ?/, '')).trimEnd()));
  }
  return trimBlank(rows.map((row) => row.replace(/^\s*(\/\/\/|\/\/!|\/\/|#) ?/, '').trimEnd()));
}

/** The first line of a docstring stands after the quotes and says nothing about indentation. */
function dedent(rows: readonly string[]): string[] {
  const depths = rows
    .slice(1)
    .filter((row) => row.trim() !== '')
    .map((row) => /^\s*/.exec(row)?.[0].length ?? 0);
  const depth = depths.length === 0 ? 0 : Math.min(...depths);
  return rows.map((row, index) => (index === 0 ? row.trim() : row.slice(depth)).trimEnd());
}

function trimBlank(rows: readonly string[]): string[] {
  const from = rows.findIndex((row) => row.trim() !== '');
  const to = rows.findLastIndex((row) => row.trim() !== '');
  return from < 0 ? [] : rows.slice(from, to + 1).map((row, index) => (index === 0 ? row.trimStart() : row));
}

class Pieces {
  readonly pieces = new Map<string, readonly string[]>();
  readonly extra: string[] = [];

  add(key: string | undefined, lines: readonly string[]): void {
    const kept = trimBlank(lines);
    if (kept.length === 0) {
      return;
    }
    if (key === undefined || this.pieces.has(key)) {
      this.extra.push(...lines);
    } else {
      this.pieces.set(key, lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1));
    }
  }
}

/** JSDoc, Javadoc, Doxygen, PHPDoc, YARD and reStructuredText: a tag begins a block. */
function readTags(lines: readonly string[]): ExistingComment {
  const result = new Pieces();
  const isTag = (line: string) => /^\s*([@\\][a-zA-Z]+|:[a-z]+(\s+[^:]+)?:)/.test(line);
  const first = lines.findIndex(isTag);
  const description = first < 0 ? lines : lines.slice(0, first);
  result.add('summary:', description);
  let block: string[] = [];
  for (const line of [...(first < 0 ? [] : lines.slice(first)), '@end']) {
    if (isTag(line) && block.length > 0) {
      addTag(result, block);
      block = [];
    }
    block.push(line);
  }
  return result;
}

const tagKinds: readonly (readonly [RegExp, Slot['kind'], boolean])[] = [
  [/^[@\\:](param|arg|argument)\b/, 'parameter', true],
  [/^[@\\](typeParam|template|tparam)\b/, 'type-parameter', true],
  [/^[@\\:](throws?|exception|raises?)\b/, 'error', true],
  [/^[@\\:](returns?)\b/, 'returns', false],
  [/^[@\\:](yields?)\b/, 'yields', false],
];

function addTag(result: Pieces, block: readonly string[]): void {
  const head = block[0]?.trim() ?? '';
  if (/^[@\\]brief\b/.test(head)) {
    result.add('summary:', block);
    return;
  }
  const found = tagKinds.find(([pattern]) => pattern.test(head));
  if (found === undefined) {
    result.add(undefined, block);
    return;
  }
  const [, kind, isNamed] = found;
  const label = isNamed ? tagLabel(head) : '';
  const isGeneric = /^<\w+>$/.test(label);
  const key = slotKey({
    kind: isGeneric ? 'type-parameter' : kind,
    label: label.replace(/^[<[]+|[>\]]+$|=.*$/g, ''),
  });
  // A tag for what the signature does not have says something that is no longer true.
  result.pieces.set(key, trimBlank(block));
}

/** The name in `@param {Type} [name=1] words`, `:param Type name: words`, `@param Type $name words`. */
function tagLabel(head: string): string {
  const field = /^:\w+\s+([^:]*):/.exec(head)?.[1];
  if (field !== undefined) {
    return (
      field
        .trim()
        .split(/\s+/)
        .at(-1)
        ?.replace(/^\\?\*+/, '') ?? ''
    );
  }
  const dollar = /\$\w+/.exec(head)?.[0];
  const rest = head.replace(/^[@\\]\w+(\[[a-z,]+\])?\s*/, '').replace(/^\[[A-Z][^\]]*\]\s+(?=\w)/, '');
  const braced = /^\{([^}]*)\}\s*/.exec(rest);
  const named = braced === null ? rest : rest.slice(braced[0].length);
  if (/^[@\\](throws?|exception|raises?)\b/.test(head)) {
    return (braced?.[1] ?? rest.split(/\s+/)[0] ?? '').replace(/[[\]]/g, '');
  }
  return dollar ?? named.split(/\s+/)[0] ?? '';
}

const sectionTitles: Readonly<Record<string, Slot['kind']>> = {
  Args: 'parameter',
  Arguments: 'parameter',
  Parameters: 'parameter',
  Raises: 'error',
  Returns: 'returns',
  Yields: 'yields',
};

/** Google and NumPy docstrings: titled sections of entries. */
function readSections(style: 'google' | 'numpy', lines: readonly string[]): ExistingComment {
  const result = new Pieces();
  let kind: Slot['kind'] | 'extra' = 'summary';
  let block: string[] = [];
  const flush = () => {
    const label = kind === 'parameter' || kind === 'error' ? entryLabel(block[0] ?? '') : '';
    result.add(kind === 'extra' ? undefined : slotKey({ kind, label }), block);
    block = [];
  };
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const next = lines[index + 1] ?? '';
    const title =
      style === 'google'
        ? /^(\w[\w ]*):\s*$/.exec(line)?.[1]
        : /^-{3,}\s*$/.test(next)
          ? line.trim()
          : undefined;
    if (title !== undefined) {
      flush();
      kind = sectionTitles[title] ?? 'extra';
      index += style === 'numpy' ? 1 : 0;
      block = kind === 'extra' ? (style === 'numpy' ? [line, next] : [line]) : [];
      continue;
    }
    const isEntry = style === 'google' ? /^ {1,4}\S/.test(line) : /^\S/.test(line);
    if ((kind === 'parameter' || kind === 'error') && isEntry) {
      flush();
    }
    block.push(line);
  }
  flush();
  return result;
}

function entryLabel(head: string): string {
  return /^\s*\**([\w.]+)/.exec(head)?.[1] ?? '';
}

function readElements(text: string): ExistingComment {
  const result = new Pieces();
  const kinds: Readonly<Record<string, Slot['kind']>> = {
    summary: 'summary',
    param: 'parameter',
    typeparam: 'type-parameter',
    returns: 'returns',
    exception: 'error',
  };
  for (const match of text.matchAll(/<(\w+)(?:\s+\w+="([^"]*)")?\s*>([\s\S]*?)<\/\1>/g)) {
    const kind = kinds[match[1] ?? ''];
    const content = kind === 'summary' ? trimBlank((match[3] ?? '').split('\n')) : match[0].split('\n');
    result.add(kind === undefined ? undefined : slotKey({ kind, label: match[2] ?? '' }), content);
  }
  return result;
}
