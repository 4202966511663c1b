import type { Declaration, LanguageRules } from '../languageRules';
import { field, firstOfType, parts, typeText } from '../nodes';
import type { SyntaxNode } from '../parser';
import type { Parameter, SymbolKind } from '../symbol';

const kinds: Readonly<Record<string, SymbolKind>> = {
  class_declaration: 'class',
  record_declaration: 'class',
  interface_declaration: 'interface',
  annotation_type_declaration: 'interface',
  enum_declaration: 'enum',
  method_declaration: 'method',
  constructor_declaration: 'constructor',
  compact_constructor_declaration: 'constructor',
};

export const javaRules: LanguageRules = {
  symbolTypes: Object.keys(kinds),
  declare,
  behaviour: {
    nestedTypes: ['lambda_expression', 'class_body', ...Object.keys(kinds)],
    throwTypes: ['throw_statement'],
    thrownName: (node) => {
      const [value] = parts(node);
      return value?.type === 'object_creation_expression' ? field(value, 'type')?.text : undefined;
    },
    tryTypes: ['try_statement', 'try_with_resources_statement'],
    catchTypes: ['catch_clause'],
    catchAll: /\b(Exception|Throwable)\b/,
    returnTypes: ['return_statement'],
    yieldTypes: [],
  },
};

function declare(node: SyntaxNode): Declaration | undefined {
  const name = field(node, 'name')?.text;
  const kind = kinds[node.type];
  if (name === undefined || name === '' || kind === undefined) {
    return undefined;
  }
  const modifiers = firstOfType(node, 'modifiers');
  const annotations = ['marker_annotation', 'annotation'];
  const keywords = (modifiers?.children ?? []).filter(
    (child): child is SyntaxNode => child !== null && !annotations.includes(child.type),
  );
  const head = modifiers === undefined ? node : (keywords[0] ?? modifiers.nextNamedSibling ?? node);
  const returnType = typeText(field(node, 'type'));
  return {
    name,
    kind,
    outer: node,
    head: typeKeyword(node, head, keywords.length > 0 || modifiers === undefined),
    body: field(node, 'body'),
    parameters: parts(field(node, 'parameters')).flatMap(readParameter),
    typeParameters: parts(field(node, 'type_parameters')).flatMap(
      (parameter) => firstOfType(parameter, 'type_identifier', 'identifier')?.text ?? [],
    ),
    returnType,
    declaredErrors: parts(firstOfType(node, 'throws')).map((type) => type.text),
    modifiers: keywords.map((keyword) => keyword.text),
  };
}

/** After annotations alone, the head begins with a keyword such as `class`, which is not a named node. */
function typeKeyword(node: SyntaxNode, head: SyntaxNode, certain: boolean): SyntaxNode {
  return certain ? head : (firstOfType(node, 'class', 'interface', 'enum', 'record', '@interface') ?? head);
}

function readParameter(node: SyntaxNode): Parameter[] {
  const isRest = node.type === 'spread_parameter';
  if (node.type !== 'formal_parameter' && !isRest) {
    return [];
  }
  const name = field(node, 'name') ?? field(firstOfType(node, 'variable_declarator'), 'name');
  const type = field(node, 'type') ?? parts(node).find((child) => child.type !== 'modifiers');
  return name === undefined
    ? []
    : [
        {
          name: name.text,
          form: isRest ? 'rest' : 'plain',
          type: typeText(type),
          defaultValue: undefined,
          optional: isRest,
          members: [],
        },
      ];
}
