import type { Declaration, LanguageRules } from '../languageRules';
import { field, oneLine, parts } from '../nodes';
import type { SyntaxNode } from '../parser';
import type { Parameter, ParameterForm, SymbolKind } from '../symbol';

const kinds: Readonly<Record<string, SymbolKind>> = {
  method: 'method',
  singleton_method: 'method',
  class: 'class',
  module: 'module',
};

const forms: Readonly<Record<string, ParameterForm>> = {
  identifier: 'plain',
  optional_parameter: 'plain',
  keyword_parameter: 'keyword-only',
  splat_parameter: 'rest',
  hash_splat_parameter: 'keyword-rest',
  block_parameter: 'block',
  destructured_parameter: 'array-pattern',
};

export const rubyRules: LanguageRules = {
  symbolTypes: Object.keys(kinds),
  declare,
  behaviour: {
    nestedTypes: ['method', 'singleton_method', 'class', 'module', 'lambda'],
    throwTypes: ['call'],
    thrownName,
    tryTypes: ['begin'],
    catchTypes: ['rescue'],
    catchAll: /^rescue\s*(=>|\n|then)|\b(StandardError|Exception)\b/,
    returnTypes: ['return'],
    yieldTypes: ['yield'],
  },
};

function declare(node: SyntaxNode): Declaration | undefined {
  const name = field(node, 'name')?.text;
  const kind = kinds[node.type];
  if (!node.isNamed || name === undefined || name === '' || kind === undefined) {
    return undefined;
  }
  const list = field(node, 'parameters');
  return {
    name,
    kind: name === 'initialize' ? 'constructor' : kind,
    outer: outermost(node),
    head: node,
    body: field(node, 'body'),
    headEnd: list ?? field(node, 'superclass') ?? field(node, 'name'),
    parameters: parts(list).flatMap(readParameter),
    modifiers: node.type === 'singleton_method' ? ['static'] : [],
  };
}

/** With `private`, `memoize` and the like in front of `def`: calls that take the method's name. */
function outermost(node: SyntaxNode): SyntaxNode {
  let outer = node;
  for (;;) {
    const call = outer.parent?.type === 'argument_list' ? outer.parent.parent : null;
    if (call?.type !== 'call' || field(call, 'receiver') !== undefined) {
      return outer;
    }
    outer = call;
  }
}

function readParameter(node: SyntaxNode): Parameter[] {
  const form = forms[node.type];
  if (form === undefined) {
    return [];
  }
  const defaultValue = oneLine(field(node, 'value')?.text);
  return [
    {
      name: node.type === 'identifier' ? node.text : (field(node, 'name')?.text ?? ''),
      form,
      type: undefined,
      defaultValue,
      optional: defaultValue !== undefined || !['plain', 'keyword-only', 'array-pattern'].includes(form),
      members: [],
    },
  ];
}

/** `raise Name, …` and `raise Name.new(…)`. */
function thrownName(node: SyntaxNode): string | undefined {
  const method = field(node, 'method')?.text;
  if (field(node, 'receiver') !== undefined || (method !== 'raise' && method !== 'fail')) {
    return undefined;
  }
  const [first] = parts(field(node, 'arguments'));
  const raised = first?.type === 'call' ? field(first, 'receiver') : first;
  return raised?.type === 'constant' || raised?.type === 'scope_resolution' ? raised.text : undefined;
}
