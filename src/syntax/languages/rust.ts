import type { Declaration, LanguageRules } from '../languageRules';
import { field, firstOfType, oneLine, parts, typeText } from '../nodes';
import type { SyntaxNode } from '../parser';
import type { Parameter, SymbolKind } from '../symbol';

const kinds: Readonly<Record<string, SymbolKind>> = {
  function_item: 'function',
  function_signature_item: 'function',
  struct_item: 'struct',
  union_item: 'struct',
  enum_item: 'enum',
  trait_item: 'interface',
  type_item: 'type',
  mod_item: 'module',
};
const panicMacros = ['panic', 'unreachable', 'todo', 'unimplemented', 'assert', 'assert_eq', 'assert_ne'];

export const rustRules: LanguageRules = {
  symbolTypes: Object.keys(kinds),
  declare,
  behaviour: {
    nestedTypes: ['closure_expression', 'impl_item', ...Object.keys(kinds)],
    // A panic is what Rust has in place of a thrown error; errors are in the return type.
    throwTypes: ['macro_invocation'],
    thrownName: (node) => (panicMacros.includes(field(node, 'macro')?.text ?? '') ? 'panic' : undefined),
    tryTypes: [],
    catchTypes: [],
    catchAll: /^/,
    returnTypes: ['return_expression'],
    yieldTypes: [],
  },
};

function declare(node: SyntaxNode): Declaration | undefined {
  const name = field(node, 'name')?.text;
  const kind = kinds[node.type];
  if (name === undefined || name === '' || kind === undefined) {
    return undefined;
  }
  const owner = node.parent?.parent;
  const isMethod = kind === 'function' && (owner?.type === 'impl_item' || owner?.type === 'trait_item');
  const modifiers = firstOfType(node, 'function_modifiers')?.text.split(/\s+/) ?? [];
  return {
    name,
    kind: isMethod ? 'method' : kind,
    outer: node,
    first: firstAttribute(node),
    body: field(node, 'body'),
    container: owner?.type === 'impl_item' ? field(owner, 'type')?.text.replace(/<.*$/s, '') : undefined,
    parameters: parts(field(node, 'parameters')).flatMap(readParameter),
    typeParameters: parts(field(node, 'type_parameters')).flatMap(
      (parameter) => (field(parameter, 'name') ?? parameter).text,
    ),
    returnType: typeText(field(node, 'return_type')),
    modifiers,
  };
}

/** Attributes are siblings before the item, and doc comments may stand among them. */
function firstAttribute(node: SyntaxNode): SyntaxNode | undefined {
  let first: SyntaxNode | undefined;
  for (let sibling = node.previousNamedSibling; sibling !== null; sibling = sibling.previousNamedSibling) {
    if (sibling.type === 'attribute_item') {
      first = sibling;
    } else if (field(sibling, 'outer') === undefined) {
      break;
    }
  }
  return first;
}

function readParameter(node: SyntaxNode): Parameter[] {
  const pattern = field(node, 'pattern');
  // `self: Box<Self>` is a receiver, and so is `self_parameter`.
  if (node.type !== 'parameter' || pattern?.type === 'self') {
    return [];
  }
  // Callers know a destructured parameter by its pattern, so that is its name.
  const name = pattern === undefined || pattern.text === '_' ? '' : (oneLine(pattern.text) ?? '');
  return [
    {
      name,
      form: name === '' ? 'unnamed' : 'plain',
      type: typeText(field(node, 'type')),
      defaultValue: undefined,
      optional: false,
      members: [],
    },
  ];
}
