import type { Declaration, LanguageRules } from '../languageRules';
import { field, oneLine, parts, typeText } from '../nodes';
import type { SyntaxNode } from '../parser';
import type { Parameter, SymbolKind } from '../symbol';

const kinds: Readonly<Record<string, SymbolKind>> = {
  class_declaration: 'class',
  interface_declaration: 'interface',
  trait_declaration: 'class',
  enum_declaration: 'enum',
  function_definition: 'function',
  method_declaration: 'method',
};

export const phpRules: LanguageRules = {
  symbolTypes: Object.keys(kinds),
  declare,
  behaviour: {
    nestedTypes: ['anonymous_function', 'arrow_function', 'function_definition', 'class_declaration'],
    throwTypes: ['throw_expression'],
    thrownName: (node) => {
      const [value] = parts(node);
      return value?.type === 'object_creation_expression' ? parts(value)[0]?.text : undefined;
    },
    tryTypes: ['try_statement'],
    catchTypes: ['catch_clause'],
    catchAll: /\b(Exception|Throwable)\b/,
    returnTypes: ['return_statement'],
    yieldTypes: ['yield_expression'],
  },
};

function declare(node: SyntaxNode): Declaration | undefined {
  const name = field(node, 'name')?.text;
  const kind = kinds[node.type];
  if (name === undefined || name === '' || kind === undefined) {
    return undefined;
  }
  const head = node.children.find((child) => child !== null && child.type !== 'attribute_list');
  return {
    name,
    kind: name === '__construct' ? 'constructor' : kind,
    outer: node,
    head: head ?? undefined,
    body: field(node, 'body'),
    parameters: parts(field(node, 'parameters')).flatMap(readParameter),
    returnType: typeText(field(node, 'return_type')),
    modifiers: parts(node)
      .filter((child) => child.type.endsWith('_modifier'))
      .map((child) => child.text),
  };
}

function readParameter(node: SyntaxNode): Parameter[] {
  const name = field(node, 'name');
  if (name === undefined) {
    return [];
  }
  const isRest = node.type === 'variadic_parameter';
  const defaultValue = oneLine(field(node, 'default_value')?.text);
  return [
    {
      name: name.text.replace(/^[&.]*/, ''),
      form: isRest ? 'rest' : 'plain',
      type: typeText(field(node, 'type')),
      defaultValue,
      optional: isRest || defaultValue !== undefined,
      members: [],
    },
  ];
}
