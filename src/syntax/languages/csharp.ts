import type { Declaration, LanguageRules } from '../languageRules';
import { field, firstOfType, oneLine, parts, typeText } from '../nodes';
import type { SyntaxNode } from '../parser';
import type { Parameter, SymbolKind } from '../symbol';

const kinds: Readonly<Record<string, SymbolKind>> = {
  class_declaration: 'class',
  record_declaration: 'class',
  struct_declaration: 'struct',
  interface_declaration: 'interface',
  enum_declaration: 'enum',
  delegate_declaration: 'type',
  namespace_declaration: 'module',
  method_declaration: 'method',
  local_function_statement: 'function',
  constructor_declaration: 'constructor',
  property_declaration: 'getter',
};

export const csharpRules: LanguageRules = {
  symbolTypes: Object.keys(kinds),
  declare,
  behaviour: {
    nestedTypes: [
      'lambda_expression',
      'anonymous_method_expression',
      'local_function_statement',
      'class_declaration',
    ],
    throwTypes: ['throw_statement', 'throw_expression'],
    thrownName: (node) => {
      const [value] = parts(node);
      return value?.type === 'object_creation_expression' ? field(value, 'type')?.text : undefined;
    },
    tryTypes: ['try_statement'],
    catchTypes: ['catch_clause'],
    catchAll: /^catch\s*\{|\bException\b(?!\w)/,
    returnTypes: ['return_statement', 'arrow_expression_clause'],
    yieldTypes: ['yield_statement'],
  },
};

function declare(node: SyntaxNode): Declaration | undefined {
  const name = field(node, 'name')?.text;
  const kind = kinds[node.type];
  if (name === undefined || name === '' || kind === undefined) {
    return undefined;
  }
  const modifiers = parts(node).filter((child) => child.type === 'modifier');
  const head = node.children.find((child) => child !== null && child.type !== 'attribute_list');
  return {
    name,
    kind,
    outer: node,
    head: head ?? undefined,
    body: field(node, 'body') ?? field(node, 'accessors') ?? field(node, 'value'),
    parameters: readParameters(field(node, 'parameters') ?? firstOfType(node, 'parameter_list')),
    typeParameters: parts(field(node, 'type_parameters') ?? firstOfType(node, 'type_parameter_list')).flatMap(
      (parameter) => field(parameter, 'name')?.text ?? parameter.text,
    ),
    returnType: typeText(field(node, 'returns') ?? field(node, 'type')),
    modifiers: modifiers.map((modifier) => modifier.text),
  };
}

function readParameters(list: SyntaxNode | undefined): Parameter[] {
  const parameters = parts(list).flatMap(readParameter);
  // The grammar puts type and name of a `params` array straight into the list.
  const restName = field(list, 'name');
  if (restName !== undefined) {
    parameters.push({
      name: restName.text,
      form: 'rest',
      type: typeText(field(list, 'type')),
      defaultValue: undefined,
      optional: true,
      members: [],
    });
  }
  return parameters;
}

function readParameter(node: SyntaxNode): Parameter[] {
  const name = field(node, 'name');
  if (node.type !== 'parameter' || name === undefined) {
    return [];
  }
  const defaultValue = oneLine(
    parts(node).find((child) => child.startIndex > name.startIndex && child.type !== 'attribute_list')?.text,
  );
  return [
    {
      name: name.text,
      form: 'plain',
      type: typeText(field(node, 'type')),
      defaultValue,
      optional: defaultValue !== undefined,
      members: [],
    },
  ];
}
