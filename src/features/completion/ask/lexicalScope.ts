import type { LanguageSyntax } from '../languageSyntax';
import { syntaxAtEnd } from '../languages';

/**
 * What the end of `text`, the beginning of a document, stands in: a cheap scan over comment and string delimiters. It
 * is misled by what only a parser could tell, as nested template strings, mostly until the end of that line.
 */
export function lexicalScopeAtEnd(text: string, languageId: string): 'code' | 'comment' | 'string' {
  const { syntax, start } = syntaxAtEnd(text, languageId);
  const { opener, regions } = scannerFor(syntax);
  let position = start;
  for (;;) {
    opener.lastIndex = position;
    const match = regions.size === 0 ? null : opener.exec(text);
    if (match === null) {
      return 'code';
    }
    position = match.index + match[0].length;
    const region = regions.get(match[0]);
    // Otherwise a literal.
    if (region !== undefined) {
      region.end.lastIndex = position;
      const end = region.end.exec(text);
      if (end === null) {
        return region.scope;
      }
      position = end.index + end[0].length;
    }
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
  const openers = [...regions.keys()].sort((left, right) => right.length - left.length);
  const alternatives = openers.map((open) => (/^\w/.test(open) ? '\\b' : '') + escape(open));
  const literal = syntax.literal === undefined ? [] : [syntax.literal.source];
  const scanner = { opener: new RegExp([...alternatives, ...literal].join('|'), 'g'), regions };
  scanners.set(syntax, scanner);
  return scanner;
}

function escape(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
