import { plain, type LanguageSyntax } from './languageSyntax';
import { css, javaScript, syntaxByLanguage } from './languageTable';

/** The syntax of a VS Code language identifier; of an unknown one, a syntax without comments and strings. */
export function syntaxOf(languageId: string): LanguageSyntax {
  return syntaxByLanguage.get(languageId) ?? plain;
}

/**
 * The syntax of what stands at the end of `text`, the beginning of a document, and where that begins: in a script of a
 * page or component JavaScript's.
 */
export function syntaxAtEnd(
  text: string,
  languageId: string,
): { readonly syntax: LanguageSyntax; readonly start: number } {
  const { tag, start } = pages.has(languageId) ? lastEmbedded(text) : { tag: undefined, start: 0 };
  return tag === undefined ? { syntax: syntaxOf(languageId), start: 0 } : { syntax: embedded[tag], start };
}

const pages: ReadonlySet<string> = new Set(['html', 'vue', 'vue-html', 'svelte', 'astro']);
const embedded = { script: javaScript, style: css };

/** The element that the end of `text` stands in, and where its content begins. */
function lastEmbedded(text: string): {
  readonly tag: keyof typeof embedded | undefined;
  readonly start: number;
} {
  const [script, style] = [text.lastIndexOf('<script'), text.lastIndexOf('<style')];
  const tag = script > style ? 'script' : 'style';
  const open = Math.max(script, style);
  const start = open < 0 ? 0 : text.indexOf('>', open) + 1;
  const isInside = start > 0 && !text.includes(`</${tag}`, start);
  return { tag: isInside ? tag : undefined, start };
}
