import type { Declaration, LanguageRules } from '../languageRules';
import { field, parts, typeText } from '../nodes';
import type { SyntaxNode } from '../parser';
import type { Parameter, SymbolKind } from '../symbol';

export const goRules: LanguageRules = {
  symbolTypes: ['function_declaration', 'method_declaration', 'type_spec', 'type_alias'],
  declare,
  behaviour: {
    nestedTypes: ['func_literal'],
    throwTypes: [],
    thrownName: () => undefined,
    tryTypes: [],
    catchTypes: [],
    catchAll: /^/,
    returnTypes: ['return_statement'],
    yieldTypes: [],
  },
};

function declare(node: SyntaxNode): Declaration | undefined {
  const name = field(node, 'name')?.text;
  if (name === undefined || name === '') {
    return undefined;
  }
  const typeParameters = parts(field(node, 'type_parameters')).flatMap((parameter) =>
    parameter.childrenForFieldName('name').flatMap((child) => child?.text ?? []),
  );
  if (node.type.startsWith('type_')) {
    const type = field(node, 'type');
    const alone = node.parent?.type === 'type_declaration' && parts(node.parent).length === 1;
    const kind = typeKind(type);
    return {
      name,
      kind,
      outer: alone && node.parent !== null ? node.parent : node,
      body: kind === 'type' ? undefined : type,
      typeParameters,
    };
  }
  const receiver = parts(field(node, 'receiver'))[0];
  return {
    name,
    kind: node.type === 'method_declaration' ? 'method' : 'function',
    outer: node,
    body: field(node, 'body'),
    container: field(receiver, 'type')?.text.replace(/^\*|\[.*$/g, ''),
    parameters: parts(field(node, 'parameters')).flatMap(readParameters),
    typeParameters,
    returnType: typeText(field(node, 'result')),
  };
}

function typeKind(type: SyntaxNode | undefined): SymbolKind {
  switch (type?.type ?? '') {
    case 'struct_type':
      return 'struct';
    case 'interface_type':
      return 'interface';
    default:
      return 'type';
  }
}

/** One declaration can name several parameters (`a, b int`) or none (`int`). */
function readParameters(node: SyntaxNode): Parameter[] {
  const isRest = node.type === 'variadic_parameter_declaration';
  if (node.type !== 'parameter_declaration' && !isRest) {
    return [];
  }
  const names = node.childrenForFieldName('name').flatMap((child) => child?.text ?? []);
  return (names.length === 0 ? [''] : names).map((name) => ({
    name: name === '_' ? '' : name,
    form: isRest ? 'rest' : name === '' || name === '_' ? 'unnamed' : 'plain',
    type: typeText(field(node, 'type')),
    defaultValue: undefined,
    optional: isRest,
    members: [],
  }));
}
