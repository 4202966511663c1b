import type { CommentStyle } from './style';
import { isPythonStyle } from './style';
import type { Slot } from './template';

/** What a comment that is there says, each thing in the user's own lines. */
export interface ExistingComment {
  readonly pieces: readonly Piece[];
  /** What belongs to no kind of slot (`@see`, `@example`, `Note:`): kept at the end. */
  readonly extra: readonly string[];
}

/** What is said of one thing, or of several at once. */
export interface Piece {
  readonly kind: Slot['kind'];
  /** The names of what it is about; one empty one where there is only one of its kind. */
  readonly labels: readonly string[];
  readonly lines: readonly string[];
}

/** Whether two names of a kind are of the same thing, as written in a comment and in the code. */
export function sameName(kind: Slot['kind'], one: string, other: string): boolean {
  const plain = (name: string) =>
    kind === 'error' ? name.split(/\.|::|\\/).at(-1) : name.replace(/^[*&$.]+/, '');
  return plain(one) === plain(other);
}

/** The parameters that a comment tells of, by the names it has for them, those of their properties left out. */
export function namedParameters({ pieces }: ExistingComment): string[] {
  const labels = pieces.flatMap((piece) => (piece.kind === 'parameter' ? piece.labels : []));
  return [...new Set(labels.map(baseOf))].filter((label) => label !== '');
}

/** `options` of `options.host` and of `options[].host`. */
export function baseOf(label: string): string {
  return label.split(/[.[]/)[0] ?? label;
}

/** Whether a comment takes its words from another, so that none are missing. */
export function isInherited(style: CommentStyle, comment: string): boolean {
  const mark = style.name === 'xml' ? /<(inheritdoc|include)\b/i : /[@\\](inheritdoc|copydoc)\b/i;
  return mark.test(comment);
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
    return { pieces: lines.length === 0 ? [] : [{ kind: 'summary', labels: [''], lines }], extra: [] };
  }
  return readTags(style, lines);
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
  readonly pieces: Piece[] = [];
  readonly extra: string[] = [];

  /** Without a kind: for the end of the comment. */
  add(kind: Slot['kind'] | undefined, labels: readonly string[], lines: readonly string[]): void {
    const isBlank = lines.every((line) => line.trim() === '');
    if (isBlank) {
      return;
    }
    if (kind === undefined) {
      this.extra.push(...lines);
    } else {
      const end = lines.findLastIndex((line) => line.trim() !== '') + 1;
      this.pieces.push({ kind, labels, lines: lines.slice(0, end) });
    }
  }
}

/** JSDoc, Javadoc, Doxygen, PHPDoc, YARD and reStructuredText: a tag begins a block. */
function readTags(style: CommentStyle, lines: readonly string[]): ExistingComment {
  const result = new Pieces();
  const isTag = (line: string) => /^\s*([@\\][a-zA-Z]+|:[a-z]+(\s+[^:]+)?:)/.test(line);
  const first = lines.findIndex(isTag);
  const description = first < 0 ? lines : lines.slice(0, first);
  result.add('summary', [''], description);
  let block: string[] = [];
  for (const line of [...(first < 0 ? [] : lines.slice(first)), '@end']) {
    if (isTag(line) && block.length > 0) {
      addTag(style, result, block);
      block = [];
    }
    block.push(line);
  }
  return result;
}

const tagKinds: readonly (readonly [RegExp, Slot['kind'], boolean])[] = [
  [/^[@\\]brief\b/, 'summary', false],
  [/^[@\\:](param|arg|argument)\b/, 'parameter', true],
  [/^[@\\](typeParam|template|tparam)\b/, 'type-parameter', true],
  [/^[@\\:](throws?|exception|raises?)\b/, 'error', true],
  [/^[@\\:](returns?)\b/, 'returns', false],
  [/^[@\\:](yields?)\b/, 'yields', false],
];

function addTag(style: CommentStyle, result: Pieces, block: readonly string[]): void {
  // A type in braces may take several lines.
  const text = block.map((line) => line.trim()).join(' ');
  const found = tagKinds.find(([pattern]) => pattern.test(text));
  if (found === undefined) {
    result.add(undefined, [''], block);
    return;
  }
  const [, kind, isNamed] = found;
  const label = isNamed ? tagLabel(style, text) : '';
  const isGeneric = /^<\w+>$/.test(label);
  const labels = label
    .replace(/^[<[]+|[>\],:;]+$|=.*$/g, '')
    .split(/[,|]/)
    .map((name) => name.trim());
  result.add(isGeneric ? 'type-parameter' : kind, labels, trimBlank(block));
}

/** The name in `@param {Type} [name=1] words`, `:param Type name: words`, `@param Type $name words`. */
function tagLabel(style: CommentStyle, text: string): string {
  const field = /^:\w+\s+([^:]*):/.exec(text)?.[1];
  if (field !== undefined) {
    const last = field.trim().split(/\s+/).at(-1) ?? '';
    return last.replace(/^\\?\*+/, '');
  }
  // PHP's types may hold spaces; elsewhere a name after a dollar sign may be one in the words.
  const variable = style.name === 'phpdoc' ? /\$\w+/.exec(text)?.[0] : undefined;
  const rest = text.replace(/^[@\\]\w+(\[[a-z,]+\])?\s*/, '').replace(/^\[[A-Z][^\]]*\]\s+(?=\w)/, '');
  const type = bracedType(rest);
  if (/^[@\\](throws?|exception|raises?)\b/.test(text)) {
    const name = type === '' ? rest.split(/\s+/)[0] : type.slice(1, -1).replace(/^@link\w*\s+/, '');
    return name?.replace(/[[\]]/g, '') ?? '';
  }
  return variable ?? rest.slice(type.length).trim().split(/\s+/)[0] ?? '';
}

/** The `{…}` that a text begins with, braces within it included; empty where there is none. */
function bracedType(text: string): string {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    depth += text[index] === '{' ? 1 : text[index] === '}' ? -1 : 0;
    if (depth === 0) {
      return text.slice(0, index === 0 ? 0 : index + 1);
    }
  }
  return '';
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
  let kind: Slot['kind'] | undefined = 'summary';
  let block: string[] = [];
  let entryIndent: number | undefined;
  const isList = () => kind === 'parameter' || kind === 'error';
  const flush = () => {
    result.add(kind, isList() ? entryLabels(block[0] ?? '') : [''], block);
    block = [];
  };
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const title = titleAt(style, lines, index);
    if (title !== undefined) {
      flush();
      kind = sectionTitles[title];
      entryIndent = undefined;
      const headLength = style === 'numpy' ? 2 : 1;
      block = kind === undefined ? lines.slice(index, index + headLength) : [];
      index += headLength - 1;
      continue;
    }
    const indent = line.search(/\S/);
    if (isList() && indent >= 0) {
      // A section begins with an entry: what stands deeper goes on in it, what stands outside ends the section.
      entryIndent ??= indent;
      if (indent <= entryIndent) {
        flush();
      }
      kind = indent === 0 && entryIndent > 0 ? undefined : kind;
    }
    block.push(line);
  }
  flush();
  return result;
}

function titleAt(style: 'google' | 'numpy', lines: readonly string[], index: number): string | undefined {
  const line = lines[index] ?? '';
  if (style === 'google') {
    return /^(\w[\w ]*):\s*$/.exec(line)?.[1];
  }
  return /^-{3,}\s*$/.test(lines[index + 1] ?? '') ? line.trim() : undefined;
}

/** The names in `name: words`, `name (type): words`, `one, other : type`. */
function entryLabels(head: string): string[] {
  const names = /^\s*(\\?\**[\w.]+(?:,\s*\\?\**[\w.]+)*)/.exec(head)?.[1] ?? '';
  return names.split(',').map((name) => name.trim().replace(/^\\/, ''));
}

/** Elements that are never part of a sentence; some have slots. */
const sections: ReadonlyMap<string, Slot['kind'] | undefined> = new Map([
  ['summary', 'summary'],
  ['param', 'parameter'],
  ['typeparam', 'type-parameter'],
  ['returns', 'returns'],
  ['exception', 'error'],
  ['remarks', undefined],
  ['value', undefined],
  ['example', undefined],
  ['permission', undefined],
  ['seealso', undefined],
]);
const element = /<(\w+)((?:"[^"]*"|'[^']*'|[^>"'])*?)(?:\/>|>([\s\S]*?)<\/\1>)/g;

/** C#'s XML. Text outside of all elements is the summary where no element is. */
function readElements(text: string): ExistingComment {
  const result = new Pieces();
  const elements = [...text.matchAll(element)].filter((match) => !isInText(match));
  const hasSummary = elements.some(([, name]) => name === 'summary');
  const addText = (between: string) =>
    result.add(hasSummary ? undefined : 'summary', [''], trimBlank(between.split('\n')));
  let end = 0;
  for (const match of elements) {
    const [whole, name = '', attributes = '', content = ''] = match;
    addText(text.slice(end, match.index));
    const kind = sections.get(name);
    const label = /\b(?:name|cref)\s*=\s*(["'])(?:[A-Z]:)?(.*?)\1/.exec(attributes)?.[2] ?? '';
    const lines = kind === 'summary' ? trimBlank(content.split('\n')) : whole.split('\n');
    result.add(kind, [label], lines);
    end = match.index + whole.length;
  }
  addText(text.slice(end));
  return result;
}

/** Other elements are part of the text, as `<see cref="…"/>` and `<c>…</c>` are, unless they have lines of their own. */
function isInText({ 0: whole, 1: name = '', index, input }: RegExpExecArray): boolean {
  const before = input.slice(0, index).split('\n').at(-1) ?? '';
  const after = input.slice(index + whole.length).split('\n')[0] ?? '';
  return !sections.has(name) && before.trim() + after.trim() !== '';
}
