import type { Behaviour } from '../../syntax/behaviour';
import type { SyntaxLanguageId } from '../../syntax/parser';
import type { CodeSymbol, Parameter } from '../../syntax/symbol';

/** What a comment must say about a symbol, whoever finds the words. */
export interface Facts {
  readonly name: string;
  readonly kind: CodeSymbol['kind'];
  /** The enclosing class or the like. */
  readonly owner: string | undefined;
  readonly typeParameters: readonly string[];
  readonly parameters: readonly ParameterFact[];
  /** Undefined when nothing is returned; the type is undefined where it is not written. */
  readonly returns: { readonly type: string | undefined } | undefined;
  readonly yields: { readonly type: string | undefined } | undefined;
  readonly errors: readonly string[];
}

export interface ParameterFact {
  /** The name in the comment: unique, never empty. */
  readonly label: string;
  readonly form: Parameter['form'];
  readonly type: string | undefined;
  readonly defaultValue: string | undefined;
  readonly optional: boolean;
  /** The properties that are taken out of a destructured one. */
  readonly members: readonly string[];
}

const valueless = /^(void|None|NoReturn|Never|never|unit|undefined|\(\)|!|Task|ValueTask)$/;
const valuelessPromise =
  /^(Promise|PromiseLike|Awaitable|CompletableFuture|Future)<\s*(void|Void|never|undefined)\s*>$/;
const untyped: ReadonlySet<string> = new Set([
  'javascript',
  'javascriptreact',
  'typescript',
  'typescriptreact',
  'python',
  'php',
  'ruby',
]);

/** `givenNames`: what the comment that is there calls parameters. */
export function gatherFacts(
  languageId: SyntaxLanguageId,
  symbol: CodeSymbol,
  behaviour: Behaviour,
  givenNames: readonly string[] = [],
): Facts {
  const { returnType } = symbol;
  return {
    name: symbol.name,
    kind: symbol.kind,
    owner: symbol.container.at(-1),
    typeParameters: symbol.typeParameters,
    parameters: labelParameters(languageId, symbol.parameters, givenNames),
    returns: returnsSomething(languageId, symbol, behaviour) ? { type: returnType } : undefined,
    yields: behaviour.yields ? { type: behaviour.returnsValue ? undefined : returnType } : undefined,
    errors: [
      ...new Set([...resultError(languageId, returnType), ...symbol.declaredErrors, ...behaviour.thrown]),
    ],
  };
}

/** Rust's errors are in the return type, and rustdoc gives them one section. */
function resultError(languageId: string, returnType: string | undefined): string[] {
  return languageId === 'rust' && /^([\w:]+::)?Result\b/.test(returnType ?? '') ? ['error'] : [];
}

function returnsSomething(languageId: string, symbol: CodeSymbol, behaviour: Behaviour): boolean {
  if (!['function', 'method'].includes(symbol.kind)) {
    return false;
  }
  const { returnType } = symbol;
  if (behaviour.yields) {
    return behaviour.returnsValue;
  }
  if (returnType === undefined) {
    return untyped.has(languageId) && behaviour.returnsValue;
  }
  return !valueless.test(returnType) && !valuelessPromise.test(returnType) && !/^asserts /.test(returnType);
}

function labelParameters(
  languageId: string,
  parameters: readonly Parameter[],
  givenNames: readonly string[],
): ParameterFact[] {
  const taken = new Set(parameters.map((parameter) => parameter.name));
  const memberNames = new Set(parameters.flatMap(({ members }) => members.map(({ name }) => name)));
  // What the user calls a parameter that the signature has no name for.
  const freeNames = givenNames.filter((name) => !taken.has(name) && !memberNames.has(name));
  const withTypes = languageId.startsWith('typescript');
  return parameters.flatMap((parameter, index) => {
    const label = parameter.name || (freeNames.shift() ?? inventLabel(parameter, index, taken));
    if (label === undefined) {
      return [];
    }
    taken.add(label);
    const { form, type, defaultValue, optional } = parameter;
    const members = parameter.members.map(({ name }) => name);
    const fact: ParameterFact = { label, form, type, defaultValue, optional, members };
    // TypeScript's type says what the properties are; in JavaScript only the comment can.
    const documented = withTypes ? [] : parameter.members;
    return [
      fact,
      ...documented.map((member) => ({
        label: `${label}.${member.name}`,
        form: 'plain' as const,
        type: undefined,
        defaultValue: member.defaultValue,
        optional: member.defaultValue !== undefined,
        members: [],
      })),
    ];
  });
}

/** A name for a destructured parameter; an unnamed one cannot be used by the body and gets none. */
function inventLabel(parameter: Parameter, index: number, taken: ReadonlySet<string>): string | undefined {
  const base = { 'object-pattern': 'options', 'array-pattern': 'items', rest: 'rest' };
  const candidate = Object.entries(base).find(([form]) => form === parameter.form)?.[1];
  if (candidate === undefined) {
    return undefined;
  }
  return taken.has(candidate) ? `${candidate}${index + 1}` : candidate;
}
