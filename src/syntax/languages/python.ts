import type { Declaration, LanguageRules } from '../languageRules';
import { field, firstOfType, oneLine, parts, typeText } from '../nodes';
import type { SyntaxNode } from '../parser';
import type { Parameter, ParameterForm, SymbolKind } from '../symbol';

export const pythonRules: LanguageRules = {
  symbolTypes: ['function_definition', 'class_definition'],
  declare,
  behaviour: {
    nestedTypes: ['function_definition', 'class_definition', 'lambda'],
    throwTypes: ['raise_statement'],
    thrownName,
    tryTypes: ['try_statement'],
    catchTypes: ['except_clause'],
    catchAll: /^except\s*:|\b(Exception|BaseException)\b/,
    returnTypes: ['return_statement'],
    yieldTypes: ['yield'],
  },
};

function declare(node: SyntaxNode): Declaration | undefined {
  const name = field(node, 'name')?.text;
  if (name === undefined || name === '') {
    return undefined;
  }
  const outer = node.parent?.type === 'decorated_definition' ? node.parent : node;
  const decorators = parts(outer).filter((child) => child.type === 'decorator');
  const shared = {
    name,
    outer,
    head: node,
    body: nonEmpty(field(node, 'body')),
    typeParameters: parts(field(node, 'type_parameters')).map((parameter) => parameter.text),
    modifiers: [
      ...(firstOfType(node, 'async') === undefined ? [] : ['async']),
      ...decorators.map((decorator) => decorator.text.replace(/^@\s*/, '')),
    ],
  };
  if (node.type === 'class_definition') {
    const headEnd = field(node, 'superclasses') ?? field(node, 'name');
    return { ...shared, kind: 'class', headEnd };
  }
  const inClass = isInClass(outer);
  const parameters = readParameters(field(node, 'parameters'));
  const isStatic = shared.modifiers.includes('staticmethod');
  return {
    ...shared,
    kind: inClass ? methodKind(name, shared.modifiers) : 'function',
    headEnd: field(node, 'return_type') ?? field(node, 'parameters'),
    parameters: inClass && !isStatic ? withoutReceiver(parameters) : parameters,
    returnType: typeText(field(node, 'return_type')),
  };
}

/** Directly, or under an `if`, `try` or the like in it. */
function isInClass(node: SyntaxNode): boolean {
  let scope = node.parent;
  while (scope !== null && !/^(class|function)_definition$/.test(scope.type)) {
    scope = scope.parent;
  }
  return scope?.type === 'class_definition';
}

/** A half-written `def f():` has a body of no length. */
function nonEmpty(node: SyntaxNode | undefined): SyntaxNode | undefined {
  return node !== undefined && node.endIndex > node.startIndex ? node : undefined;
}

function methodKind(name: string, decorators: readonly string[]): SymbolKind {
  if (decorators.some((decorator) => /(^|\.)(cached_)?property$/.test(decorator))) {
    return 'getter';
  }
  if (decorators.some((decorator) => decorator.endsWith('.setter'))) {
    return 'setter';
  }
  return name === '__init__' ? 'constructor' : 'method';
}

/** The first positional parameter of a method is its receiver, whatever it is called. */
function withoutReceiver(parameters: readonly Parameter[]): readonly Parameter[] {
  const form = parameters[0]?.form;
  return form === 'plain' || form === 'positional-only' ? parameters.slice(1) : parameters;
}

function readParameters(list: SyntaxNode | undefined): Parameter[] {
  let form: ParameterForm = 'plain';
  const parameters: Parameter[] = [];
  for (const node of parts(list)) {
    if (node.type === 'positional_separator') {
      parameters.forEach((parameter, index) => {
        parameters[index] = { ...parameter, form: 'positional-only' };
      });
      continue;
    }
    if (node.type === 'keyword_separator') {
      form = 'keyword-only';
      continue;
    }
    const parameter = readParameter(node, form);
    if (parameter !== undefined) {
      parameters.push(parameter);
      form = parameter.form === 'rest' ? 'keyword-only' : form;
    }
  }
  return parameters;
}

function readParameter(node: SyntaxNode, form: ParameterForm): Parameter | undefined {
  const target =
    field(node, 'name') ??
    (node.type === 'typed_parameter'
      ? firstOfType(node, 'identifier', 'list_splat_pattern', 'dictionary_splat_pattern')
      : node);
  if (
    target === undefined ||
    !['identifier', 'list_splat_pattern', 'dictionary_splat_pattern'].includes(target.type)
  ) {
    return undefined;
  }
  const splat = target.type === 'list_splat_pattern' || target.type === 'dictionary_splat_pattern';
  const restForm: ParameterForm = target.type === 'list_splat_pattern' ? 'rest' : 'keyword-rest';
  const defaultValue = oneLine(field(node, 'value')?.text);
  return {
    name: target.text.replace(/^\*+\s*/, ''),
    form: splat ? restForm : form,
    type: typeText(field(node, 'type')),
    defaultValue,
    optional: splat || defaultValue !== undefined,
    members: [],
  };
}

/** `raise Name`, `raise Name(…)`, `raise module.Name`; a lower-case name is a variable that holds an error. */
function thrownName(node: SyntaxNode): string | undefined {
  const [value] = parts(node);
  const raised = value?.type === 'call' ? field(value, 'function') : value;
  if (raised === undefined || (raised.type !== 'identifier' && raised.type !== 'attribute')) {
    return undefined;
  }
  const lastName = raised.text.split('.').at(-1) ?? '';
  return /^_*[A-Z]/.test(lastName) ? oneLine(raised.text) : undefined;
}
