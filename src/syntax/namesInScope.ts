import type { CodeNode } from './codeNodes';
import { sameNode } from './codeNodes';
import { isFunctionNode } from './functionNodes';
import { field } from './nodes';
import type { SyntaxNode } from './parser';

/** How a bare name stands in code. */
export type NameRole = 'declaration' | 'callee' | 'value' | 'other';

export interface NamesInScope {
  /** All bare names of the function, each once, in order of first appearance. */
  readonly names: readonly string[];
  /** True when nothing in the function speaks against `name` meaning something at `offset`. */
  readonly isVisible: (name: string, offset: number) => boolean;
}

interface Declared {
  readonly scope: SyntaxNode;
  /** From where on the name has a value. */
  readonly from: number;
}

/**
 * The names of the code of the function `root` (see `codeNodes`), without its own, with where those that it
 * declares itself may be used.
 */
export function namesInScope(root: SyntaxNode, nodes: readonly CodeNode[]): NamesInScope {
  const declared = new Map<string, Declared[]>();
  const names = new Set<string>();
  for (const { node, parent } of nodes) {
    const isPattern = node.type === 'shorthand_property_identifier_pattern';
    const role = isPattern ? 'declaration' : node.type === 'identifier' ? nameRole(node, parent) : 'other';
    if (role === 'other' || sameNode(field(root, 'name'), node)) {
      continue;
    }
    names.add(node.text);
    if (role === 'declaration') {
      const places = declared.get(node.text) ?? [];
      places.push({ scope: scopeOf(node, parent), from: usableFrom(node) });
      declared.set(node.text, places);
    }
  }
  return {
    names: [...names],
    isVisible: (name, offset) => {
      const places = declared.get(name);
      return (
        places === undefined ||
        places.some(
          ({ scope, from }) => from <= offset && scope.startIndex <= offset && offset < scope.endIndex,
        )
      );
    },
  };
}

/** What the identifier `node` does where it stands. */
export function nameRole(node: SyntaxNode, parent: SyntaxNode): NameRole {
  if (isDeclared(node, parent)) {
    return 'declaration';
  }
  switch (parent.type) {
    case 'call_expression':
    case 'call':
      return sameNode(field(parent, 'function'), node) ? 'callee' : 'value';
    case 'method_invocation':
      return sameNode(field(parent, 'name'), node)
        ? field(parent, 'object') === undefined
          ? 'callee'
          : 'other'
        : 'value';
    case 'attribute':
      return sameNode(field(parent, 'attribute'), node) ? 'other' : 'value';
    case 'field_access':
      return sameNode(field(parent, 'field'), node) ? 'other' : 'value';
    case 'keyword_argument':
      return sameNode(field(parent, 'name'), node) ? 'other' : 'value';
    default:
      return otherParents.has(parent.type) ? 'other' : 'value';
  }
}

/** Where a name is a label, a type, a tag or a part of a longer name. */
const otherParents: ReadonlySet<string> = new Set([
  'new_expression',
  'class_heritage',
  'jsx_opening_element',
  'jsx_closing_element',
  'jsx_self_closing_element',
  'jsx_namespace_name',
  'nested_identifier',
  'method_reference',
  'labeled_statement',
  'break_statement',
  'continue_statement',
  'scoped_identifier',
  'meta_property',
  'enum_constant',
  'class_declaration',
  'class_definition',
  'class',
]);

const declaringParents: ReadonlySet<string> = new Set([
  'formal_parameters',
  'required_parameter',
  'optional_parameter',
  'rest_pattern',
  'array_pattern',
  'object_pattern',
  'object_assignment_pattern',
  'pair_pattern',
  'parameters',
  'lambda_parameters',
  'typed_parameter',
  'list_splat_pattern',
  'dictionary_splat_pattern',
  'as_pattern_target',
  'pattern_list',
  'tuple_pattern',
  'list_pattern',
  'inferred_parameters',
  'catch_formal_parameter',
]);

const declaringFields: Readonly<Record<string, readonly string[]>> = {
  variable_declarator: ['name'],
  arrow_function: ['parameter'],
  assignment_pattern: ['left'],
  catch_clause: ['parameter'],
  for_in_statement: ['left'],
  default_parameter: ['name'],
  typed_default_parameter: ['name'],
  assignment: ['left'],
  for_statement: ['left'],
  for_in_clause: ['left'],
  named_expression: ['name'],
  formal_parameter: ['name'],
  spread_parameter: ['name'],
  enhanced_for_statement: ['name'],
  lambda_expression: ['parameters'],
  resource: ['name'],
  function_declaration: ['name'],
  function_expression: ['name'],
  generator_function_declaration: ['name'],
  function_definition: ['name'],
  method_declaration: ['name'],
  constructor_declaration: ['name'],
};

function isDeclared(node: SyntaxNode, parent: SyntaxNode): boolean {
  return (
    declaringParents.has(parent.type) ||
    (declaringFields[parent.type] ?? []).some((name) => sameNode(field(parent, name), node))
  );
}

/** In Python, `block` is no scope. */
const scopeTypes: ReadonlySet<string> = new Set([
  'statement_block',
  'for_statement',
  'for_in_statement',
  'enhanced_for_statement',
  'catch_clause',
  'switch_body',
  'switch_block',
  'block',
  'class_body',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
  'program',
  'module',
]);
const pythonFlatTypes: ReadonlySet<string> = new Set(['block', 'for_statement']);

function scopeOf(node: SyntaxNode, parent: SyntaxNode): SyntaxNode {
  // A function's own name belongs to what surrounds it.
  const isFunctionName = isFunctionNode(parent) && sameNode(field(parent, 'name'), node);
  let scope = isFunctionName ? (parent.parent ?? parent) : parent;
  while (scope.parent !== null && !isScope(scope)) {
    scope = scope.parent;
  }
  return scope;
}

function isScope(node: SyntaxNode): boolean {
  if (isFunctionNode(node)) {
    return true;
  }
  const flat = pythonFlatTypes.has(node.type) && isPython(node);
  return scopeTypes.has(node.type) && !flat;
}

function isPython(node: SyntaxNode): boolean {
  // Only Python writes a colon where the others open a bracket.
  return node.type === 'block'
    ? node.children[0]?.type !== '{'
    : node.children.some((child) => child?.type === ':');
}

/** The end of the statement part that gives the name its value; a function and a parameter have theirs at once. */
function usableFrom(node: SyntaxNode): number {
  for (let outer = node.parent; outer !== null; outer = outer.parent) {
    switch (outer.type) {
      case 'variable_declarator':
      case 'assignment':
      case 'named_expression':
        return outer.endIndex;
      case 'for_statement':
      case 'for_in_statement':
      case 'for_in_clause':
      case 'enhanced_for_statement':
        return (field(outer, 'right') ?? field(outer, 'value'))?.endIndex ?? node.endIndex;
      case 'array_pattern':
      case 'object_pattern':
      case 'pair_pattern':
      case 'pattern_list':
      case 'tuple_pattern':
      case 'object_assignment_pattern':
      case 'rest_pattern':
        continue;
      default:
        return isFunctionNode(outer) ? 0 : node.endIndex;
    }
  }
  return node.endIndex;
}
