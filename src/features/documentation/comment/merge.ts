import type { Facts } from '../facts';
import type { ExistingComment, Piece } from './existing';
import { baseOf, sameName } from './existing';
import { sectionHead } from './layout';
import type { CommentStyle } from './style';
import { fixedLine, slotsOf, type Slot, type Template, type TemplateLine } from './template';

/**
 * `template`, that of `facts`, with the user's pieces in place of the slots they fill. What else the user says stays:
 * what a function throws or returns may not show in it. Only a parameter goes that the signature no longer has. Slots
 * of a style that tells parameters and results in prose are not added to prose that is already there.
 */
export function mergeExisting(
  style: CommentStyle,
  template: Template,
  existing: ExistingComment,
  facts: Facts,
): Template {
  const { pieces, extra } = existing;
  if (isProseStyle(style) && pieces.length > 0) {
    return keepProse(style, template, pieces);
  }
  const slots = slotsOf(template);
  const others = pieces.filter(
    (piece) => !slots.some((slot) => fills(piece, slot)) && !isStale(piece, facts),
  );
  const lines = others.reduce<readonly TemplateLine[]>(
    (placed, piece) => withPlaceFor(style, placed, piece),
    isSectionStyle(style) ? indentedLike(pieces, template.lines) : template.lines,
  );
  // Tags follow each other; sections stand apart.
  const rest = isSectionStyle(style) && extra.length > 0 ? ['', ...extra] : extra;
  return { ...template, lines: [...fillLines(lines, pieces), ...rest.map(fixedLine)] };
}

function isProseStyle({ name }: CommentStyle): boolean {
  return name === 'godoc' || name === 'rustdoc';
}

function isSectionStyle({ name }: CommentStyle): boolean {
  return name === 'google' || name === 'numpy';
}

/** Entries of one section are indented alike. */
function indentedLike(pieces: readonly Piece[], lines: readonly TemplateLine[]): readonly TemplateLine[] {
  const entryLines = pieces.flatMap((piece) => (piece.kind === 'summary' ? [] : piece.lines));
  const indent = entryLines.map((line) => /^\s+(?=\S)/.exec(line)?.[0]).find((found) => found !== undefined);
  if (indent === undefined) {
    return lines;
  }
  return lines.map((line) => ({
    ...line,
    before: line.before.replace(/^ {4}/gm, indent),
    hang: line.hang.replaceAll(' '.repeat(4), indent),
  }));
}

/** Each piece once: it may speak of two parameters, and two pieces of one. */
function fillLines(lines: readonly TemplateLine[], pieces: readonly Piece[]): TemplateLine[] {
  const taken = new Set<Piece>();
  return lines.flatMap((line) => {
    const { slot } = line;
    const found = slot === undefined ? [] : pieces.filter((piece) => fills(piece, slot));
    const fresh = found.filter((piece) => !taken.has(piece));
    fresh.forEach((piece) => taken.add(piece));
    return found.length === 0 ? [line] : fresh.flatMap((piece) => piece.lines.map(fixedLine));
  });
}

/** A property that is taken out of an argument is often told by its own name alone. */
function fills(piece: Piece, slot: Slot): boolean {
  const property = slot.kind === 'parameter' ? /\.([^.]*)$/.exec(slot.label)?.[1] : undefined;
  return (
    piece.kind === slot.kind &&
    piece.labels.some(
      (label) =>
        sameName(slot.kind, label, slot.label) ||
        (property !== undefined && sameName(slot.kind, label, property)),
    )
  );
}

/** Whether the signature shows that there is no such parameter: what `**options` or `...rest` takes has any name. */
function isStale({ kind, labels }: Piece, { parameters }: Facts): boolean {
  const takesAny = parameters.some(({ form }) => form === 'rest' || form === 'keyword-rest');
  // A signature without parameters may be that of a class, or of a function that reads `arguments`.
  if (kind !== 'parameter' || takesAny || parameters.length === 0) {
    return false;
  }
  const names = parameters.flatMap(({ label, members }) => [label, ...members]);
  return labels.every((label) => {
    const base = baseOf(label);
    return base !== '' && !names.some((name) => sameName(kind, name, base));
  });
}

/** In this order tags and sections follow each other. */
const kindOrder: readonly Slot['kind'][] = [
  'file-summary',
  'summary',
  'type-parameter',
  'parameter',
  'yields',
  'returns',
  'error',
];

/** The lines with a slot more, for a piece that none is for. */
function withPlaceFor(
  style: CommentStyle,
  lines: readonly TemplateLine[],
  { kind, labels: [label = ''] }: Piece,
): TemplateLine[] {
  const place: TemplateLine = { before: '', slot: { kind, label, neutral: '' }, after: '', hang: '' };
  const base = baseOf(label);
  const owner = lines.findLastIndex(
    ({ slot }) => kind === 'parameter' && slot?.kind === kind && baseOf(slot.label) === base,
  );
  const last = owner >= 0 ? owner : lines.findLastIndex(({ slot }) => slot?.kind === kind);
  if (last >= 0) {
    return lines.toSpliced(last + 1, 0, place);
  }
  const title = isSectionStyle(style) ? titleLines(style, kind) : [];
  const next = lines.findIndex(
    ({ slot }) => slot !== undefined && kindOrder.indexOf(slot.kind) > kindOrder.indexOf(kind),
  );
  if (next >= 0) {
    return lines.toSpliced(next - title.length, 0, ...title, place);
  }
  const isFirstTag = title.length === 0 && style.name !== 'xml' && lines.at(-1)?.slot?.kind === 'summary';
  return [...lines, ...(isFirstTag ? [fixedLine('')] : title), place];
}

const sectionTitles: Readonly<Partial<Record<Slot['kind'], string>>> = {
  yields: 'Yields',
  returns: 'Returns',
  error: 'Raises',
};

function titleLines(style: CommentStyle, kind: Slot['kind']): TemplateLine[] {
  const isGoogle = style.name === 'google';
  const title = sectionTitles[kind] ?? (isGoogle ? 'Args' : 'Parameters');
  return sectionHead(isGoogle ? 'google' : 'numpy', title);
}

function keepProse(style: CommentStyle, template: Template, pieces: readonly Piece[]): Template {
  const kept = pieces.flatMap((piece) => piece.lines.map(fixedLine));
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
