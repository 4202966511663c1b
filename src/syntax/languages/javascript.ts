import type { Declaration, LanguageRules } from '../languageRules';
import { field, firstOfType, oneLine, parts, typeText } from '../nodes';
import type { SyntaxNode } from '../parser';
import type { Parameter, ParameterMember, SymbolKind } from '../symbol';

const functionValues = ['arrow_function', 'function_expression', 'generator_function'];
const functionTypes = [
  'function_declaration',
  'generator_function_declaration',
  'function_signature',
  'method_definition',
  'method_signature',
  'abstract_method_signature',
];
const typeKinds: Readonly<Record<string, SymbolKind>> = {
  class_declaration: 'class',
  abstract_class_declaration: 'class',
  class: 'class',
  interface_declaration: 'interface',
  enum_declaration: 'enum',
  type_alias_declaration: 'type',
  internal_module: 'module',
  module: 'module',
};

/** JavaScript and TypeScript, with JSX. */
export const javascriptRules: LanguageRules = {
  symbolTypes: [
    ...functionTypes,
    ...functionValues,
    'class_declaration',
    'abstract_class_declaration',
    'class',
    'interface_declaration',
    'enum_declaration',
    'type_alias_declaration',
    'internal_module',
    'module',
  ],
  declare,
  behaviour: {
    nestedTypes: [
      ...functionValues,
      ...functionTypes,
      'class_declaration',
      'class',
      'class_body',
      'class_static_block',
    ],
    throwTypes: ['throw_statement'],
    thrownName: (node) => {
      const [value] = parts(node);
      return value?.type === 'new_expression' ? field(value, 'constructor')?.text : undefined;
    },
    tryTypes: ['try_statement'],
    catchTypes: ['catch_clause'],
    catchAll: /^/,
    returnTypes: ['return_statement'],
    yieldTypes: ['yield_expression'],
  },
};

function declare(node: SyntaxNode): Declaration | undefined {
  // The keywords `class` and `module` are nodes of the same type as what they declare.
  if (!node.isNamed) {
    return undefined;
  }
  if (functionValues.includes(node.type)) {
    return declareValue(node);
  }
  const name = field(node, 'name')?.text ?? exportedName(node);
  if (name === undefined) {
    return undefined;
  }
  const typeKind = typeKinds[node.type];
  // A class that is a value is documented where it is stored.
  const outer = (node.type === 'class' ? storageOf(node)?.outer : undefined) ?? outermost(node);
  const common = { name: name.replace(/^["']|["']$/g, ''), outer, ...decoratorsOf(outer) };
  if (typeKind !== undefined) {
    const body = field(node, 'body');
    return { ...common, kind: typeKind, body, typeParameters: typeParametersOf(node) };
  }
  return { ...common, kind: methodKind(node, name), ...callableParts(node) };
}

/** A function that gets its name from where it is stored. */
function declareValue(node: SyntaxNode): Declaration | undefined {
  const storage = storageOf(node);
  return storage && { ...storage, ...decoratorsOf(storage.outer), ...callableParts(node) };
}

/** Where a value is stored under a name: a variable, a property, an export. */
function storageOf(node: SyntaxNode): Pick<Declaration, 'name' | 'kind' | 'outer'> | undefined {
  const parent = node.parent;
  if (parent === null) {
    return undefined;
  }
  switch (parent.type) {
    case 'variable_declarator': {
      const name = field(parent, 'name');
      // With several declarators in one statement, a comment on the statement would not say whose it is.
      const alone = parent.parent !== null && parts(parent.parent).length === 1;
      return name?.type === 'identifier' && alone
        ? { name: name.text, kind: 'function', outer: outermost(parent.parent ?? parent) }
        : undefined;
    }
    case 'public_field_definition':
    case 'field_definition': {
      const name = field(parent, 'name') ?? field(parent, 'property');
      return name && { name: name.text, kind: 'method', outer: parent };
    }
    case 'pair': {
      const name = field(parent, 'key');
      return name?.type === 'property_identifier'
        ? { name: name.text, kind: 'method', outer: parent }
        : undefined;
    }
    case 'assignment_expression': {
      const target = field(parent, 'left');
      const name = field(target, 'property') ?? target;
      return parent.parent?.type === 'expression_statement' && name !== undefined
        ? { name: name.text, kind: 'function', outer: parent.parent }
        : undefined;
    }
    case 'export_statement':
      return { name: 'default', kind: 'function', outer: parent };
    default:
      return undefined;
  }
}

function exportedName(node: SyntaxNode): string | undefined {
  return node.parent?.type === 'export_statement' ? 'default' : undefined;
}

function outermost(node: SyntaxNode): SyntaxNode {
  const wrappers = ['export_statement', 'ambient_declaration'];
  let outer = node;
  while (outer.parent !== null && (wrappers.includes(outer.parent.type) || isNamespaceStatement(outer))) {
    outer = outer.parent;
  }
  return outer;
}

function isNamespaceStatement(node: SyntaxNode): boolean {
  return node.type === 'internal_module' && node.parent?.type === 'expression_statement';
}

/** Decorators inside `outer` (classes) or, for members, as siblings before it. */
function decoratorsOf(outer: SyntaxNode): Pick<Declaration, 'head' | 'first'> {
  let first: SyntaxNode | undefined;
  for (let sibling = outer.previousNamedSibling; sibling?.type === 'decorator';) {
    first = sibling;
    sibling = sibling.previousNamedSibling;
  }
  const head = outer.children.find((child) => child !== null && child.type !== 'decorator');
  return { head: head ?? undefined, first };
}

function methodKind(node: SyntaxNode, name: string): SymbolKind {
  if (!node.type.includes('method')) {
    return 'function';
  }
  if (firstOfType(node, 'get') !== undefined) {
    return 'getter';
  }
  if (firstOfType(node, 'set') !== undefined) {
    return 'setter';
  }
  return name === 'constructor' ? 'constructor' : 'method';
}

function callableParts(node: SyntaxNode) {
  const single = field(node, 'parameter');
  const parameters =
    single === undefined
      ? parts(field(node, 'parameters')).flatMap(readParameter)
      : [readPattern(single, undefined, undefined)];
  const modifiers = [
    ...(firstOfType(node, 'async') === undefined ? [] : ['async']),
    ...(firstOfType(node, '*') === undefined && !node.type.startsWith('generator') ? [] : ['generator']),
    ...(firstOfType(node, 'static') === undefined ? [] : ['static']),
  ];
  return {
    body: field(node, 'body'),
    parameters,
    typeParameters: typeParametersOf(node),
    returnType: typeText(field(node, 'return_type')),
    modifiers,
  };
}

function typeParametersOf(node: SyntaxNode): string[] {
  return parts(field(node, 'type_parameters')).flatMap((parameter) => field(parameter, 'name')?.text ?? []);
}

function readParameter(node: SyntaxNode): Parameter[] {
  if (node.type !== 'required_parameter' && node.type !== 'optional_parameter') {
    return node.type === 'ERROR' || node.type === 'decorator'
      ? []
      : [readPattern(node, undefined, undefined)];
  }
  const pattern = field(node, 'pattern');
  // TypeScript's `this` parameter only types the receiver.
  if (pattern === undefined || pattern.type === 'this') {
    return [];
  }
  const parameter = readPattern(pattern, typeText(field(node, 'type')), oneLine(field(node, 'value')?.text));
  return [node.type === 'optional_parameter' ? { ...parameter, optional: true } : parameter];
}

function readPattern(
  pattern: SyntaxNode,
  type: string | undefined,
  defaultValue: string | undefined,
): Parameter {
  const optional = defaultValue !== undefined;
  switch (pattern.type) {
    case 'assignment_pattern': {
      const inner = field(pattern, 'left') ?? pattern;
      return readPattern(inner, type, oneLine(field(pattern, 'right')?.text));
    }
    case 'rest_pattern': {
      const [inner] = parts(pattern);
      const name = inner?.type === 'identifier' ? inner.text : '';
      return { name, form: 'rest', type, defaultValue, optional: true, members: [] };
    }
    case 'object_pattern':
      return {
        name: '',
        form: 'object-pattern',
        type,
        defaultValue,
        optional,
        members: parts(pattern).flatMap(readMember),
      };
    case 'array_pattern':
      return { name: '', form: 'array-pattern', type, defaultValue, optional, members: [] };
    default:
      return { name: pattern.text, form: 'plain', type, defaultValue, optional, members: [] };
  }
}

function readMember(node: SyntaxNode): ParameterMember[] {
  switch (node.type) {
    case 'shorthand_property_identifier_pattern':
      return [{ name: node.text, defaultValue: undefined }];
    case 'object_assignment_pattern': {
      const name = field(node, 'left')?.text ?? '';
      return [{ name, defaultValue: oneLine(field(node, 'right')?.text) }];
    }
    case 'pair_pattern': {
      const key = field(node, 'key');
      const value = field(node, 'value');
      const defaultValue = value?.type === 'assignment_pattern' ? field(value, 'right')?.text : undefined;
      return key?.type === 'property_identifier' ? [{ name: key.text, defaultValue }] : [];
    }
    default:
      return [];
  }
}
