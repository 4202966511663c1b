/** `fetchHTMLPage_v2` as words: `fetch HTML page v2`. */
export function wordsOfName(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .flatMap((part) => part.split(' '))
    .filter((word) => word !== '');
  const lowered = words.map((word) => (/^[A-Z][a-z]/.test(word) ? word.toLowerCase() : word));
  return lowered.join(' ');
}

/** Verbs that functions are commonly named by; a name's first word is a verb only if it is here. */
const verbs: ReadonlySet<string> = new Set(
  (
    'add append apply build calculate cancel check clean clear close collect compare compile compute configure ' +
    'connect convert copy count create decode delete destroy detect disable dispatch display download draw emit ' +
    'enable encode ensure escape evaluate execute export extract fetch fill filter find flatten format generate ' +
    'get handle import include increment infer initialize inject insert install join list load lock lookup make ' +
    'map match merge move normalize notify open parse patch perform pop prepare prepend print process push put ' +
    'read receive record register release reload remove rename render replace report require reset resize ' +
    'resolve restore retrieve return reverse run save scan schedule search select send serialize set show skip ' +
    'sort split start stop store strip submit subscribe sum switch sync throw toggle transform trim unlock ' +
    'unregister update upload validate verify visit wait walk wrap write'
  ).split(' '),
);

/** The word that a summary of a function named `name` can begin with; undefined where the name has no verb. */
export function openingOf(name: string): string | undefined {
  const verb = wordsOfName(name).split(' ')[0]?.toLowerCase() ?? '';
  if (['is', 'has', 'can', 'should', 'contains'].includes(verb)) {
    return 'Checks whether';
  }
  if (!verbs.has(verb)) {
    return undefined;
  }
  const ending = /(s|sh|ch|x|z)$/.test(verb) ? 'es' : 's';
  const third = /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ies` : verb + ending;
  return third.charAt(0).toUpperCase() + third.slice(1);
}

const opposites: readonly (readonly [string, string])[] = [
  ['gets', 'sets'],
  ['adds', 'removes'],
  ['opens', 'closes'],
  ['starts', 'stops'],
  ['enables', 'disables'],
  ['shows', 'hides'],
  ['pushes', 'pops'],
  ['reads', 'writes'],
  ['loads', 'saves'],
  ['encodes', 'decodes'],
  ['locks', 'unlocks'],
  ['creates', 'deletes'],
  ['registers', 'unregisters'],
  ['increments', 'decrements'],
];

/**
 * Whether a summary begins with the opposite of what the name says, as a small model does that has just read the
 * sister function: "Sets the value" for `get`. `opening` is what `openingOf` gives for the name.
 */
export function contradictsOpening(summary: string, opening: string): boolean {
  const begins = summary.split(/\s/, 1)[0]?.toLowerCase() ?? '';
  const named = opening.toLowerCase();
  return opposites.some(
    ([one, other]) => (one === begins && other === named) || (other === begins && one === named),
  );
}
