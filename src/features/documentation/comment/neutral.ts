import type { Facts, ParameterFact } from '../facts';
import { inMood, openingOf, verbOf, wordsOfName, type Mood } from './names';
import type { CommentStyle } from './style';
import type { Slot } from './template';

export interface FactSlots {
  readonly summary: Slot;
  readonly typeParameters: readonly Slot[];
  /** One for each of `facts.parameters`, in order. */
  readonly parameters: readonly Slot[];
  readonly yields: Slot | undefined;
  readonly returns: Slot | undefined;
  readonly errors: readonly Slot[];
}

/** The slots of `facts`, each with wording that is true by its name and type alone. */
export function slotsFor(facts: Facts, { name: styleName, mood }: CommentStyle): FactSlots {
  const { returns, yields } = facts;
  // Go's sentences begin with the name.
  const inSentence = styleName === 'godoc';
  const isFunction = facts.kind === 'function' || facts.kind === 'method';
  const isVerbal = isFunction || facts.kind === 'constructor' || facts.kind === 'setter';
  return {
    summary: {
      kind: 'summary',
      label: '',
      neutral: inSentence ? signatureSentence(facts) : neutralSummary(facts, mood),
      ...(isVerbal && { mood }),
      ...(isFunction && { opening: summaryOpening(facts, mood, inSentence), verb: verbOf(facts.name) }),
    },
    typeParameters: facts.typeParameters.map((label) => ({
      kind: 'type-parameter',
      label,
      neutral: `The type parameter ${label}.`,
    })),
    parameters: facts.parameters.map((parameter) => ({
      kind: 'parameter',
      label: parameter.label,
      neutral: neutralParameter(parameter),
    })),
    yields: yields === undefined ? undefined : { kind: 'yields', label: '', neutral: 'The next item.' },
    returns:
      returns === undefined
        ? undefined
        : { kind: 'returns', label: '', neutral: neutralReturn(returns.type, inSentence) },
    errors: facts.errors.map((label) => ({
      kind: 'error',
      label,
      neutral: label === 'panic' ? 'This function can panic.' : 'On failure.',
    })),
  };
}

/** The verb in the name; what returns something returns it, whatever its name. */
function summaryOpening({ name, returns }: Facts, mood: Mood, inSentence: boolean): string | undefined {
  const opening = openingOf(name, mood) ?? (returns === undefined ? undefined : openingOf('return', mood));
  return inSentence ? opening?.toLowerCase() : opening;
}

function neutralSummary({ name, kind, owner }: Facts, mood: Mood): string {
  const words = wordsOfName(name) || name;
  if (kind === 'constructor') {
    return inMood(`Initializes the ${owner ?? 'object'}.`, mood);
  }
  if (kind === 'getter') {
    return `The ${words}.`;
  }
  return kind === 'setter' ? inMood(`Sets the ${words}.`, mood) : `${capitalized(words)}.`;
}

/** For comments that begin with the name, as Go's do. */
function signatureSentence({ kind, parameters, returns }: Facts): string {
  if (kind !== 'function' && kind !== 'method') {
    return `is ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}.`;
  }
  const labels = parameters.map((parameter) => parameter.label);
  const taken = labels.length === 0 ? 'no arguments' : labels.join(', ');
  return `takes ${taken}${returns?.type === undefined ? '' : ` and returns ${returns.type}`}.`;
}

function neutralParameter({ label, form, type }: ParameterFact): string {
  if (form === 'rest') {
    return 'Additional arguments.';
  }
  if (form === 'keyword-rest') {
    return 'Additional keyword arguments.';
  }
  if (form === 'block') {
    return 'The block.';
  }
  const name = label.split('.').at(-1) ?? label;
  // A letter says nothing, a type with a name of its own much: `w io.Writer`.
  const typeName = name.length === 1 ? /^[*&]*(?:\w+(?:\.|::))*([A-Z]\w+)$/.exec(type ?? '')?.[1] : undefined;
  return `The ${wordsOfName(typeName ?? name) || label}.`;
}

function neutralReturn(type: string | undefined, inSentence: boolean): string {
  const simple = type !== undefined && /^[A-Za-z]\w*$/.test(type);
  const text = simple ? `the resulting ${type}.` : 'the result.';
  return inSentence ? text : capitalized(text);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
