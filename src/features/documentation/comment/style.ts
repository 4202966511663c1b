import type { SyntaxLanguageId } from '../../../syntax/parser';
import { moodShownIn, type Mood } from './names';

/** How a language's documentation comments look and sound, as far as projects differ in it. */
export type CommentStyle = CommentLook & { readonly mood: Mood };

type CommentLook = TagStyle | SectionStyle | { readonly name: 'rustdoc' | 'godoc' | 'xml' };

/** Styles that give each thing a tag at the start of a line. */
export type TagStyle =
  JsdocStyle | DoxygenStyle | RestStyle | { readonly name: 'javadoc' | 'phpdoc' | 'yard' };

export interface JsdocStyle {
  readonly name: 'jsdoc';
  readonly types: boolean;
  readonly separator: ' - ' | ' ';
}

interface DoxygenStyle {
  readonly name: 'doxygen';
  /** `///` on each line in place of one block comment. */
  readonly lines: boolean;
  readonly marker: '@' | '\\';
  readonly brief: boolean;
}

interface Docstring {
  readonly quotes: '"""' | "'''";
  readonly prefix: '' | 'r';
}

/** Python's docstrings with titled sections. */
interface SectionStyle extends Docstring {
  readonly name: 'google' | 'numpy';
}

interface RestStyle extends Docstring {
  readonly name: 'rest';
}

export type PythonStyle = SectionStyle | RestStyle;

export function isPythonStyle(style: CommentLook): style is PythonStyle {
  return style.name === 'google' || style.name === 'numpy' || style.name === 'rest';
}

/** The style of `texts` (the file first, then others of the project), or the language's usual one. */
export function detectStyle(languageId: SyntaxLanguageId, texts: readonly string[]): CommentStyle {
  const look = firstShown(texts, (text) => lookShownIn(languageId, text)) ?? usualLook(languageId);
  // Go's comments are sentences about the name. https://peps.python.org/pep-0257/#one-line-docstrings
  const usualMood = languageId === 'python' ? 'imperative' : 'descriptive';
  const mood = languageId === 'go' ? 'descriptive' : (firstShown(texts, moodShownIn) ?? usualMood);
  return { ...look, mood };
}

/** What the first text shows that shows anything. */
function firstShown<Value>(
  texts: readonly string[],
  read: (text: string) => Value | undefined,
): Value | undefined {
  for (const text of texts) {
    const value = read(text);
    if (value !== undefined) {
      return value;
    }
  }
  return undefined;
}

function usualLook(languageId: SyntaxLanguageId): CommentLook {
  switch (languageId) {
    case 'javascript':
    case 'javascriptreact':
      return { name: 'jsdoc', types: true, separator: ' - ' };
    case 'typescript':
    case 'typescriptreact':
      return { name: 'jsdoc', types: false, separator: ' - ' };
    case 'python':
      return { name: 'google', quotes: '"""', prefix: '' };
    case 'java':
      return { name: 'javadoc' };
    case 'go':
      return { name: 'godoc' };
    case 'rust':
      return { name: 'rustdoc' };
    case 'c':
    case 'cpp':
      return { name: 'doxygen', lines: false, marker: '@', brief: false };
    case 'csharp':
      return { name: 'xml' };
    case 'php':
      return { name: 'phpdoc' };
    case 'ruby':
      return { name: 'yard' };
    default:
      return languageId satisfies never;
  }
}

/** Undefined when the text has nothing to tell from, or the language has only one style. */
function lookShownIn(languageId: SyntaxLanguageId, text: string): CommentLook | undefined {
  if (languageId === 'python') {
    return pythonStyle(text);
  }
  if (languageId === 'c' || languageId === 'cpp') {
    return doxygenStyle(text);
  }
  if (/^(java|type)script/.test(languageId)) {
    return jsdocStyle(text);
  }
  return undefined;
}

export function pythonStyle(text: string): PythonStyle | undefined {
  const quotes = count(text, /^\s*'''/gm) > count(text, /^\s*"""/gm) ? "'''" : '"""';
  const counts = {
    google: count(text, /^\s*(Args|Arguments|Returns|Raises|Yields):[ \t]*$/gm),
    numpy: count(text, /^\s*(Parameters|Returns|Raises|Yields)[ \t]*\r?\n\s*-{3,}[ \t]*$/gm),
    rest: count(text, /^\s*:(param|returns?|raises|rtype|type)\b[^:\n]*:/gm),
  } as const;
  const names = ['google', 'numpy', 'rest'] as const;
  const name = names.reduce((best, next) => (counts[next] > counts[best] ? next : best));
  return counts[name] === 0 ? undefined : { name, quotes, prefix: '' };
}

function doxygenStyle(text: string): DoxygenStyle | undefined {
  const lineCount = count(text, /^\s*\/\/[/!](?!\/)/gm);
  const blockCount = count(text, /^\s*\/\*[*!](?!\/)/gm);
  if (lineCount + blockCount === 0) {
    return undefined;
  }
  const isBackslash =
    count(text, /[\s*/]\\(param|return|brief)\b/g) > count(text, /@(param|return|brief)\b/g);
  return {
    name: 'doxygen',
    // A line comment has a mark on each line, a block one mark for all.
    lines: lineCount > blockCount * 2,
    marker: isBackslash ? '\\' : '@',
    brief: /[@\\]brief\b/.test(text),
  };
}

function jsdocStyle(text: string): JsdocStyle | undefined {
  const tags = [...text.matchAll(/^\s*\*\s*@param\s+(\{.*?\}\s+)?[^\s]+[ \t]+(-[ \t])?/gm)];
  if (tags.length === 0) {
    return undefined;
  }
  const typedCount = tags.filter((tag) => tag[1] !== undefined).length;
  const dashedCount = tags.filter((tag) => tag[2] !== undefined).length;
  return {
    name: 'jsdoc',
    types: typedCount * 2 > tags.length,
    separator: dashedCount * 2 >= tags.length ? ' - ' : ' ',
  };
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
