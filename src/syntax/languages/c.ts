import type { Declaration, LanguageRules } from '../languageRules';
import { field, firstOfType, oneLine, parts, typeText } from '../nodes';
import type { SyntaxNode } from '../parser';
import type { Parameter, SymbolKind } from '../symbol';

const typeKinds: Readonly<Record<string, SymbolKind>> = {
  class_specifier: 'class',
  struct_specifier: 'struct',
  union_specifier: 'struct',
  enum_specifier: 'enum',
  alias_declaration: 'type',
  namespace_definition: 'module',
};
const declarators = ['pointer_declarator', 'reference_declarator', 'parenthesized_declarator'];

/** C and C++. */
export const cRules: LanguageRules = {
  symbolTypes: [...Object.keys(typeKinds), 'function_definition', 'declaration', 'field_declaration'],
  declare,
  behaviour: {
    nestedTypes: ['lambda_expression', 'class_specifier', 'struct_specifier'],
    throwTypes: ['throw_statement'],
    thrownName,
    tryTypes: ['try_statement'],
    catchTypes: ['catch_clause'],
    catchAll: /\.\.\.|\bexception\b/,
    returnTypes: ['return_statement'],
    yieldTypes: [],
  },
};

function declare(node: SyntaxNode): Declaration | undefined {
  const outer = outermost(node);
  const typeKind = typeKinds[node.type];
  if (typeKind !== undefined) {
    const body = field(node, 'body');
    const name = field(node, 'name')?.text;
    // `struct S x;` only mentions a type.
    return name === undefined || (body === undefined && node.type !== 'alias_declaration')
      ? undefined
      : { name, kind: typeKind, outer, body, typeParameters: typeParametersOf(outer) };
  }
  const declarator = functionDeclarator(field(node, 'declarator'));
  const target = field(declarator, 'declarator');
  if (declarator === undefined || target === undefined || isLocal(node)) {
    return undefined;
  }
  const name = target.text.split('::').at(-1) ?? target.text;
  const scope = target.text.includes('::') ? target.text.slice(0, target.text.lastIndexOf('::')) : undefined;
  const className = scope?.split('::').at(-1) ?? enclosingClassName(outer);
  const trailing = firstOfType(declarator, 'trailing_return_type');
  return {
    name,
    kind: name === className ? 'constructor' : className === undefined ? 'function' : 'method',
    outer,
    body: field(node, 'body'),
    headEnd: field(node, 'body') === undefined ? node : undefined,
    container: scope,
    parameters: parts(field(declarator, 'parameters')).flatMap(readParameter),
    typeParameters: typeParametersOf(outer),
    returnType: typeText(trailing) ?? returnTypeOf(node, declarator),
  };
}

/** A declaration among a function's statements: there `std::string name(value);` makes a variable. */
function isLocal(node: SyntaxNode): boolean {
  let outer = node.parent;
  while (outer?.type.startsWith('preproc_')) {
    outer = outer.parent;
  }
  const isStatement = node.type === 'declaration' && /_(statement|clause)$/.test(outer?.type ?? '');
  while (isStatement && outer !== null && !isFunction(outer)) {
    outer = outer.parent;
  }
  return isStatement && outer !== null;
}

/** `NAMESPACE_BEGIN { … }` is read as a statement, or as a function with a name alone. */
function isFunction(node: SyntaxNode): boolean {
  const isNamed = node.type === 'function_definition' && field(node, 'declarator')?.type !== 'identifier';
  return isNamed || node.type === 'lambda_expression';
}

/** With `template <…>`, `typedef … Name;`, `extern "C"` and the like, which a comment stands above. */
function outermost(node: SyntaxNode): SyntaxNode {
  let outer = node;
  while (outer.parent !== null && isPartOf(outer, outer.parent)) {
    outer = outer.parent;
  }
  return outer;
}

function isPartOf(node: SyntaxNode, parent: SyntaxNode): boolean {
  switch (parent.type) {
    case 'template_declaration':
    case 'friend_declaration':
      return true;
    case 'linkage_specification':
      // `extern "C" { … }` holds a list.
      return field(parent, 'body')?.equals(node) === true;
    case 'type_definition':
    case 'declaration':
    case 'field_declaration':
      return field(parent, 'type')?.equals(node) === true;
    default:
      return false;
  }
}

function enclosingClassName(outer: SyntaxNode): string | undefined {
  const isMember = outer.type !== 'friend_declaration' && outer.parent?.type === 'field_declaration_list';
  const owner = isMember ? outer.parent.parent : null;
  return owner === null ? undefined : field(owner, 'name')?.text;
}

/** Finds `f(…)` in `*f(…)` or `&f(…)`; a pointer to a function (`(*f)(…)`) is a variable. */
function functionDeclarator(node: SyntaxNode | undefined): SyntaxNode | undefined {
  let current = node;
  while (current !== undefined && declarators.includes(current.type)) {
    current = field(current, 'declarator') ?? parts(current)[0];
  }
  const isFunction =
    current?.type === 'function_declarator' &&
    field(current, 'declarator')?.type !== 'parenthesized_declarator';
  return isFunction ? current : undefined;
}

/** What stands before the declarator, with the pointer and reference marks, without storage classes. */
function returnTypeOf(node: SyntaxNode, declarator: SyntaxNode): string | undefined {
  const type = field(node, 'type');
  if (type === undefined) {
    return undefined;
  }
  const qualifiers = node.children
    .filter((child) => child?.type === 'type_qualifier' && child.startIndex < type.startIndex)
    .map((child) => child?.text);
  const marks = node.text.slice(type.endIndex - node.startIndex, declarator.startIndex - node.startIndex);
  return oneLine([...qualifiers, type.text].join(' ') + marks);
}

function typeParametersOf(outer: SyntaxNode): string[] {
  if (outer.type !== 'template_declaration') {
    return [];
  }
  return parts(field(outer, 'parameters')).flatMap((parameter) => {
    const names = parameter.descendantsOfType(['identifier', 'type_identifier']);
    // The name comes last, save for a default after it.
    const limit = (field(parameter, 'default_type') ?? field(parameter, 'default_value'))?.startIndex;
    const before = names.filter((name) => name !== null && (limit === undefined || name.endIndex <= limit));
    return before.at(-1)?.text ?? [];
  });
}

function readParameter(node: SyntaxNode): Parameter[] {
  if (!node.type.endsWith('parameter_declaration')) {
    return [];
  }
  const declarator = field(node, 'declarator');
  const name = declarator === undefined ? undefined : declaredName(declarator);
  const type = oneLine(
    node.text.split('=')[0]?.replace(name === undefined ? '' : lastWord(name), ' '),
  )?.replace(/ \)/g, ')');
  // `f(void)` takes nothing.
  if (name === undefined && type === 'void') {
    return [];
  }
  const isRest = node.type === 'variadic_parameter_declaration';
  const defaultValue = oneLine(field(node, 'default_value')?.text);
  return [
    {
      name: name ?? '',
      form: isRest ? 'rest' : name === undefined ? 'unnamed' : 'plain',
      type,
      defaultValue,
      optional: isRest || defaultValue !== undefined,
      members: [],
    },
  ];
}

function lastWord(name: string): RegExp {
  return new RegExp(`\\b${name}\\b(?![\\s\\S]*\\b${name}\\b)`);
}

/** The identifier inside pointer, array, reference and function declarators. */
function declaredName(declarator: SyntaxNode): string | undefined {
  let current: SyntaxNode | undefined = declarator;
  while (current !== undefined && current.type !== 'identifier') {
    current =
      field(current, 'declarator') ??
      parts(current).find((part) => /declarator$|^identifier$/.test(part.type));
  }
  return current?.text;
}

function thrownName(node: SyntaxNode): string | undefined {
  const [value] = parts(node);
  if (value?.type === 'call_expression') {
    return field(value, 'function')?.text;
  }
  return value?.type === 'compound_literal_expression' ? field(value, 'type')?.text : undefined;
}
