import type { LanguageSyntax } from '../languages';

/**
 * What the end of `text` stands in: a cheap scan over comment and string delimiters. A quote inside a regular
 * expression literal can mislead it, but only until the end of that line.
 */
export function lexicalScopeAtEnd(text: string, syntax: LanguageSyntax): 'code' | 'comment' | 'string' {
  const { opener, regions } = scannerFor(syntax);
  let position = 0;
  for (;;) {
    opener.lastIndex = position;
    const match = regions.size === 0 ? null : opener.exec(text);
    const region = match === null ? undefined : regions.get(match[0]);
    if (match === null || region === undefined) {
      return 'code';
    }
    region.end.lastIndex = match.index + match[0].length;
    const end = region.end.exec(text);
    if (end === null) {
      return region.scope;
    }
    position = end.index + end[0].length;
  }
}

interface Region {
  readonly scope: 'comment' | 'string';
  /** Matches up to and with the end of the region, from the character after its opener. */
  readonly end: RegExp;
}

interface Scanner {
  readonly opener: RegExp;
  readonly regions: ReadonlyMap<string, Region>;
}

const scanners = new WeakMap<LanguageSyntax, Scanner>();

function scannerFor(syntax: LanguageSyntax): Scanner {
  const known = scanners.get(syntax);
  if (known !== undefined) {
    return known;
  }
  const regions = new Map<string, Region>();
  for (const open of syntax.lineComments) {
    regions.set(open, { scope: 'comment', end: /\n/g });
  }
  for (const [open, close] of syntax.blockComments) {
    regions.set(open, { scope: 'comment', end: new RegExp(escape(close), 'g') });
  }
  for (const quote of syntax.strings) {
    regions.set(quote, {
      scope: 'string',
      end: new RegExp(`(?:\\\\[^]|[^\\\\\\n])*?(?:${escape(quote)}|\\n)`, 'gy'),
    });
  }
  for (const quote of syntax.longStrings) {
    regions.set(quote, { scope: 'string', end: new RegExp(`(?:\\\\[^]|[^\\\\])*?${escape(quote)}`, 'gy') });
  }
  for (const quote of syntax.rawStrings) {
    regions.set(quote, { scope: 'string', end: new RegExp(escape(quote), 'g') });
  }
  // The longest opener first, so that `"""` is not read as an empty string and a quote.
  const alternatives = [...regions.keys()].sort((left, right) => right.length - left.length).map(escape);
  const scanner = { opener: new RegExp(alternatives.join('|'), 'g'), regions };
  scanners.set(syntax, scanner);
  return scanner;
}

function escape(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
