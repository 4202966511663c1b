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

/** How a summary speaks of what a function does: "Returns the page", "Return the page". */
export type Mood = 'descriptive' | 'imperative';

/** Verbs that functions are commonly named by; a name's first word is a verb only if it is here. */
const verbs: readonly string[] = (
  'acquire add allocate append apply assign attach build calculate cancel check clean clear close collect ' +
  'compare compile compress compute configure connect construct convert copy count create decode decompress ' +
  'decrease decrement define delete deposit destroy detach detect determine disable disconnect dispatch ' +
  'display divide download drain draw embed emit enable encode enforce ensure enumerate escape estimate ' +
  'evaluate execute expand export extract fetch fill filter find flatten format free generate get handle ' +
  'hide implement import include increase increment infer initialize inject insert install invoke iterate ' +
  'join list load lock make map match merge move multiply normalize notify obtain open pad parse patch ' +
  'pause perform pop predict prepare prepend print process provide push put quantize raise rank read ' +
  'rebuild receive record refresh register reject release reload remove rename render replace report ' +
  'represent require reset resize resolve restore resume retrieve return reverse rewrite rotate run ' +
  'sanitize save scale scan schedule search select send serialize set show shuffle skip solve sort spawn ' +
  'split start stop store strip submit subscribe subtract sum switch sync throw toggle tokenize train ' +
  'transfer transform traverse trim truncate unlock unregister unsubscribe update upload validate verify ' +
  'visit wait walk withdraw wrap write yield'
).split(' ');
const toDescriptive: ReadonlyMap<string, string> = new Map(verbs.map((verb) => [verb, thirdPerson(verb)]));
const toImperative: ReadonlyMap<string, string> = new Map(verbs.map((verb) => [thirdPerson(verb), verb]));

/** The verb that a function's name begins with, as far as it is known to be one. */
export function verbOf(name: string): string | undefined {
  const word = wordsOfName(name).split(' ')[0]?.toLowerCase() ?? '';
  return toDescriptive.has(word) ? word : undefined;
}

/** The words that a summary of a function named `name` can begin with; undefined where the name has no verb. */
export function openingOf(name: string, mood: Mood): string | undefined {
  if (/^(is|has|can|should|contains)\b/i.test(wordsOfName(name))) {
    return mood === 'imperative' ? 'Check whether' : 'Checks whether';
  }
  const verb = verbOf(name);
  return verb && capitalized(mood === 'imperative' ? verb : thirdPerson(verb));
}

function thirdPerson(verb: string): string {
  const ending = /(s|sh|ch|x|z)$/.test(verb) ? 'es' : 's';
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ies` : verb + ending;
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** The mood in which most comments in `text` begin; undefined where as many begin in the other. */
export function moodShownIn(text: string): Mood | undefined {
  const firstWords = [...text.matchAll(/(?:\/\*\*|"""|'''|\/\/\/)\s*(?:\*\s*)?(\w+) /g)].map(
    ([, word = '']) => word.toLowerCase(),
  );
  const imperativeCount = firstWords.filter((word) => toDescriptive.has(word)).length;
  const descriptiveCount = firstWords.filter((word) => toImperative.has(word)).length;
  if (imperativeCount === descriptiveCount) {
    return undefined;
  }
  return imperativeCount > descriptiveCount ? 'imperative' : 'descriptive';
}

/** The summary of a function, its verb in `mood`. Where the first word may be a noun it stays: "Test server of". */
export function inMood(summary: string, mood: Mood): string {
  const [first = '', next = ''] = summary.split(' ', 2);
  const word = first.toLowerCase();
  const changed =
    mood === 'imperative'
      ? !/^(of|for|to|in|on|that|with|from|by|as|are|and|or)$/.test(next) && toImperative.get(word)
      : /^(a|an|the|this|all|each|every|any|its|whether|if|one|true|false|null|none)$/i.test(next) &&
        toDescriptive.get(word);
  if (typeof changed !== 'string') {
    return summary;
  }
  return (first === word ? changed : capitalized(changed)) + summary.slice(first.length);
}

/**
 * Whether a summary says that the function does something else than `verb`, which its name begins with, as a small
 * model does that has just read the sister function: "Initializes the client" for `close`. What any function may be
 * said to do is no other verb, nor is one beside the noun that the name begins with: "Gets the load factor".
 */
export function saysOtherVerb(summary: string, verb: string): boolean {
  const words = summary.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const first = words[0] ?? '';
  const said = toDescriptive.has(first) ? first : toImperative.get(first);
  const isReturned = verb !== 'set' && said === 'return';
  const isRetrieved = verb === 'get' && (said === 'retrieve' || said === 'obtain');
  return said !== undefined && said !== verb && !isReturned && !isRetrieved && !words.includes(verb);
}
