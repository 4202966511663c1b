import type { Facts, ParameterFact } from '../facts';
import type { FactSlots } from './neutral';
import { slotsFor } from './neutral';
import type { CommentStyle, JsdocStyle, TagStyle } from './style';
import { fixedLine, type Frame, type Slot, type Template, type TemplateLine } from './template';

const block: Frame = {
  open: '/**',
  openAlone: true,
  linePrefix: ' * ',
  close: ' */',
  oneLiner: false,
  maxColumns: 100,
};
const blank: TemplateLine = { before: '', after: '', hang: '' };

/**
 * The empty comment for `facts`: each parameter, returned value and error has exactly one slot, in the order of
 * the signature.
 */
export function layOut(style: CommentStyle, facts: Facts): Template {
  return { frame: frameOf(style), lines: linesOf(style, facts) };
}

/** What surrounds a comment's lines. */
export function frameOf(style: CommentStyle): Frame {
  switch (style.name) {
    case 'jsdoc':
      return { ...block, oneLiner: true };
    case 'doxygen':
      return style.lines ? lineFrame('/// ') : { ...block, oneLiner: true };
    case 'javadoc':
    case 'phpdoc':
      return block;
    case 'google':
    case 'numpy':
    case 'rest':
      return {
        open: style.prefix + style.quotes,
        openAlone: false,
        linePrefix: '',
        close: style.quotes,
        oneLiner: true,
        maxColumns: 88,
      };
    case 'rustdoc':
    case 'xml':
      return lineFrame('/// ');
    case 'godoc':
      return lineFrame('// ');
    case 'yard':
      return lineFrame('# ');
    default:
      return style satisfies never;
  }
}

function lineFrame(linePrefix: string): Frame {
  return { open: '', openAlone: false, linePrefix, close: '', oneLiner: false, maxColumns: 100 };
}

function linesOf(style: CommentStyle, facts: Facts): TemplateLine[] {
  const slots = slotsFor(facts, style);
  const summary = line('', slots.summary);
  switch (style.name) {
    case 'google':
      return [summary, ...googleSections(facts, slots)];
    case 'numpy':
      return [summary, ...numpySections(facts, slots)];
    case 'rustdoc':
      return [summary, ...rustSections(slots)];
    case 'godoc':
      return [line(`${facts.name} `, slots.summary), ...goSections(slots)];
    case 'xml':
      return xmlLines(slots);
    case 'doxygen': {
      const head = style.brief ? `${style.marker}brief ` : '';
      return withTags(line(head, slots.summary), tagLines(style, facts, slots));
    }
    case 'jsdoc':
    case 'javadoc':
    case 'phpdoc':
    case 'yard':
    case 'rest':
      return withTags(summary, tagLines(style, facts, slots));
    default:
      return style satisfies never;
  }
}

function withTags(summary: TemplateLine, tags: readonly TemplateLine[]): TemplateLine[] {
  return tags.length === 0 ? [summary] : [summary, blank, ...tags];
}

/** One tag on a line for each thing: JSDoc, Javadoc, PHPDoc, Doxygen, YARD, reStructuredText. */
function tagLines(style: TagStyle, facts: Facts, slots: FactSlots): TemplateLine[] {
  const heads = tagHeads(style, facts);
  const tag = (head: string, slot: Slot) => line(head, slot, '', '  ');
  return [
    ...slots.typeParameters.flatMap((slot) => {
      const head = heads.typeParameter(slot.label);
      return head === undefined ? [] : [tag(head, slot)];
    }),
    ...facts.parameters.flatMap((parameter, index) => {
      const slot = slots.parameters[index];
      return slot === undefined ? [] : [tag(heads.parameter(parameter), slot)];
    }),
    ...(slots.yields === undefined ? [] : [tag(heads.yields, slots.yields)]),
    ...(slots.returns === undefined ? [] : [tag(heads.returns, slots.returns)]),
    ...slots.errors.map((slot) => tag(heads.error(slot.label), slot)),
  ];
}

interface TagHeads {
  readonly typeParameter: (name: string) => string | undefined;
  readonly parameter: (parameter: ParameterFact) => string;
  readonly yields: string;
  readonly returns: string;
  readonly error: (name: string) => string;
}

function tagHeads(style: TagStyle, facts: Facts): TagHeads {
  switch (style.name) {
    case 'jsdoc':
      return jsdocHeads(style, facts);
    case 'javadoc':
      return {
        typeParameter: (name) => `@param <${name}> `,
        parameter: ({ label }) => `@param ${label} `,
        yields: '@return ',
        returns: '@return ',
        error: (name) => `@throws ${name} `,
      };
    case 'phpdoc': {
      const returned =
        facts.returns?.type === undefined ? '@return mixed ' : `@return ${facts.returns.type} `;
      return {
        typeParameter: () => undefined,
        parameter: ({ label, type, form }) =>
          `@param ${type ?? 'mixed'} ${form === 'rest' ? '...' : ''}${label} `,
        yields: '@return \\Generator ',
        returns: returned,
        error: (name) => `@throws ${name} `,
      };
    }
    case 'yard':
      return {
        typeParameter: () => undefined,
        parameter: ({ label }) => `@param ${label} `,
        yields: '@yield ',
        returns: '@return ',
        error: (name) => `@raise [${name}] `,
      };
    case 'doxygen':
      return {
        typeParameter: (name) => `${style.marker}tparam ${name} `,
        parameter: ({ label }) => `${style.marker}param ${label} `,
        yields: `${style.marker}return `,
        returns: `${style.marker}return `,
        error: (name) => `${style.marker}throws ${name} `,
      };
    case 'rest':
      return {
        typeParameter: () => undefined,
        parameter: ({ label }) => `:param ${label}: `,
        yields: ':yields: ',
        returns: ':returns: ',
        error: (name) => `:raises ${name}: `,
      };
    default:
      return style satisfies never;
  }
}

function jsdocHeads(style: JsdocStyle, facts: Facts): TagHeads {
  const { types, separator } = style;
  const braces = (type: string | undefined) =>
    types && type !== undefined && !/[{}*]/.test(type) ? `{${type}} ` : '';
  return {
    typeParameter: (name) => (types ? `@template ${name}${separator}` : `@typeParam ${name}${separator}`),
    parameter: ({ label, type, form, optional, defaultValue }) => {
      const value =
        defaultValue !== undefined && /^[\w.'"-]{1,30}$/.test(defaultValue) ? `=${defaultValue}` : '';
      const name = types && optional && form !== 'rest' ? `[${label}${value}]` : label;
      return `@param ${braces(type)}${name}${separator}`;
    },
    yields: '@yields ',
    returns: `@returns ${braces(facts.returns?.type)}`,
    error: (name) => `@throws {${name}} `,
  };
}

function pythonLabel({ label, form }: ParameterFact): string {
  return `${form === 'rest' ? '*' : form === 'keyword-rest' ? '**' : ''}${label}`;
}

function googleSections(facts: Facts, slots: FactSlots): TemplateLine[] {
  const entry = (head: string, slot: Slot) => line(`    ${head}: `, slot, '', '        ');
  const parameters = facts.parameters.flatMap((parameter, index) => {
    const slot = slots.parameters[index];
    const kinds = [parameter.type, parameter.defaultValue === undefined ? undefined : 'optional'];
    const note = kinds.filter((kind) => kind !== undefined).join(', ');
    const head = pythonLabel(parameter) + (note === '' ? '' : ` (${note})`);
    return slot === undefined ? [] : [entry(head, slot)];
  });
  const value = (type: string | undefined, slot: Slot | undefined) =>
    slot === undefined ? [] : [type === undefined ? line('    ', slot, '', '    ') : entry(type, slot)];
  return [
    ...section('Args', parameters),
    ...section('Yields', value(elementType(facts.yields?.type), slots.yields)),
    ...section('Returns', value(facts.returns?.type, slots.returns)),
    ...section(
      'Raises',
      slots.errors.map((slot) => entry(slot.label, slot)),
    ),
  ];
}

function numpySections(facts: Facts, slots: FactSlots): TemplateLine[] {
  const entry = (head: string | undefined, slot: Slot | undefined) =>
    slot === undefined ? [] : [line(`${head === undefined ? '' : `${head}\n`}    `, slot, '', '    ')];
  const parameters = facts.parameters.flatMap((parameter, index) => {
    const value = parameter.defaultValue === undefined ? undefined : `default ${parameter.defaultValue}`;
    const note = [parameter.type, value].filter((kind) => kind !== undefined).join(', ');
    return entry(pythonLabel(parameter) + (note === '' ? '' : ` : ${note}`), slots.parameters[index]);
  });
  const titled = (title: string, lines: readonly TemplateLine[]) =>
    lines.length === 0 ? [] : [...sectionHead('numpy', title), ...lines];
  return [
    ...titled('Parameters', parameters),
    ...titled('Yields', entry(elementType(facts.yields?.type), slots.yields)),
    ...titled('Returns', entry(facts.returns?.type, slots.returns)),
    ...titled(
      'Raises',
      slots.errors.flatMap((slot) => entry(slot.label, slot)),
    ),
  ];
}

/** `Iterator[int]` yields `int`. */
function elementType(type: string | undefined): string | undefined {
  return (
    /^(?:[\w.]*\.)?(?:Async)?(?:Iterator|Iterable|Generator)\[([^,[\]]+)/.exec(type ?? '')?.[1] ?? undefined
  );
}

function rustSections(slots: FactSlots): TemplateLine[] {
  const titled = (title: string, lines: readonly TemplateLine[]) =>
    lines.length === 0 ? [] : [blank, fixedLine(`# ${title}`), blank, ...lines];
  return [
    ...titled(
      'Arguments',
      slots.parameters.map((slot) => line(`* \`${slot.label}\` - `, slot, '', '  ')),
    ),
    ...titled('Returns', slots.returns === undefined ? [] : [line('', slots.returns)]),
    ...slots.errors.flatMap((slot) => titled(slot.label === 'panic' ? 'Panics' : 'Errors', [line('', slot)])),
  ];
}

function goSections(slots: FactSlots): TemplateLine[] {
  return [
    // A list, as https://go.dev/doc/comment#lists formats it.
    ...section(
      'Parameters',
      slots.parameters.map((slot) => line(`  - ${slot.label}: `, slot, '', '    ')),
    ),
    ...(slots.returns === undefined ? [] : [blank, line('It returns ', slots.returns)]),
  ];
}

function xmlLines(slots: FactSlots): TemplateLine[] {
  const element = (name: string, attribute: string, slot: Slot) =>
    line(`<${name}${attribute}>`, slot, `</${name}>`);
  return [
    fixedLine('<summary>'),
    line('', slots.summary),
    fixedLine('</summary>'),
    ...slots.typeParameters.map((slot) => element('typeparam', ` name="${slot.label}"`, slot)),
    ...slots.parameters.map((slot) => element('param', ` name="${slot.label}"`, slot)),
    ...[slots.yields ?? slots.returns].flatMap((slot) =>
      slot === undefined ? [] : [element('returns', '', slot)],
    ),
    ...slots.errors.map((slot) => element('exception', ` cref="${slot.label}"`, slot)),
  ];
}

/** What stands above the first line of a section. */
export function sectionHead(style: 'google' | 'numpy', title: string): TemplateLine[] {
  return style === 'google'
    ? [blank, fixedLine(`${title}:`)]
    : [blank, fixedLine(title), fixedLine('-'.repeat(title.length))];
}

function section(title: string, lines: readonly TemplateLine[]): TemplateLine[] {
  return lines.length === 0 ? [] : [...sectionHead('google', title), ...lines];
}

function line(before: string, slot: Slot, after = '', hang = ''): TemplateLine {
  return { before, slot, after, hang };
}
