import { inMood } from './names';
import { firstLine, sentenceEnd } from './sentence';
import type { CommentStyle } from './style';
import { isPythonStyle } from './style';
import type { Slot } from './template';

/**
 * The model's raw text as words that are safe in a comment of this style: one line, no comment terminator, no
 * tag, no markup of the style, ended by a full stop. Empty when nothing worth showing is left.
 */
export function cleanWords(raw: string, style: CommentStyle, slot: Slot): string {
  const plain = withoutOpeningTag(firstLine(raw), slot)
    // Control characters, and the marks that turn text around, have no place in source.
    .replace(/[\p{Cc}\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/gu, ' ')
    .replace(/\{@\w+\s+([^{}]*)\}/g, '$1')
    .replace(/<\/?[a-zA-Z][^<>]*>/g, '')
    .replace(/\/\*+|\*+\//g, '')
    .replace(/"""+|'''+/g, '')
    .replace(/(^|\s)[@\\]\w+/g, '$1')
    .replace(/\s+/g, ' ')
    .replace(/^[\s\-–—:*#>./|]+|[\s\-–—:*\\,;/|]+$/g, '');
  const sentence = firstSentence(isSummary(slot) ? withoutDetour(plain) : withoutTitle(plain));
  const voiced = slot.mood === undefined ? sentence : inMood(sentence, slot.mood);
  const escaped = escapeFor(style, voiced);
  if (!isProse(escaped, slot)) {
    return '';
  }
  const cased = style.name === 'godoc' ? escaped : escaped.charAt(0).toUpperCase() + escaped.slice(1);
  return /[.!?…。！？]$/.test(cased) ? cased : `${cased}.`;
}

function isSummary({ kind }: Slot): boolean {
  return kind === 'summary' || kind === 'file-summary';
}

/** Tags whose text is a summary. */
const summaryTag = /^(brief|short|summary|desc|description|details|file|fileoverview)$/;

/** A summary that begins with a tag is about something else, but for what is returned, which says as much. */
function withoutOpeningTag(line: string, slot: Slot): string {
  const [opening = '', tag = ''] = /^[*\s]*[@\\:](\w+):?\s*/.exec(line) ?? [];
  if (!isSummary(slot) || opening === '' || summaryTag.test(tag)) {
    return line;
  }
  const text = line.slice(opening.length).replace(/^\{[^{}]*\}\s*/, '');
  const continued = text.replace(/^(A|An|The|Whether|All|Each)\b/, (word) => word.toLowerCase());
  return /^returns?$/.test(tag) ? `returns ${continued}` : '';
}

/** That a function is one needs no words: "This function adds", "is a helper function that takes". */
function withoutDetour(text: string): string {
  return text
    .replace(/^(\S+ )?is an? (\w+ )?(function|method) (that|which) (?=\p{Ll}+s\b)/u, '')
    .replace(/^(This|The) (function|method) (is used to |(?=(?!is|was|has|does)\p{Ll}+s\b))/u, '');
}

/**
 * What is described needs no type or name in front: `{string} The name`, `Writer - where it is written`. A type in
 * brackets, as YARD has it, would be a guess.
 */
function withoutTitle(text: string): string {
  return text.replace(/^(\{[^{}]*\}|\[[A-Z][^[\]]*\])\s*/, '').replace(/^(`[^`]*`|\S+) [-–] /, '');
}

function firstSentence(text: string): string {
  return text.slice(0, sentenceEnd(text));
}

function escapeFor(style: CommentStyle, text: string): string {
  if (isPythonStyle(style)) {
    // In a plain string a backslash begins an escape, and an unknown one such as \N is an error.
    return text.replace(/\\/g, style.prefix === 'r' ? '/' : '\\\\');
  }
  if (style.name === 'xml') {
    return escapeMarkup(text);
  }
  if (style.name === 'javadoc') {
    // Java reads Unicode escapes even in comments, where a broken one is an error.
    return escapeMarkup(text).replace(/\\/g, '&#92;').replace(/@/g, '&#64;');
  }
  // A line comment that ends in a backslash swallows the next line in C, and `?>` ends PHP.
  return text.replace(/\\+$/g, '').replace(/\?>/g, '? >');
}

function escapeMarkup(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Words, and not code, a placeholder, or the name said again. */
function isProse(text: string, slot: Slot): boolean {
  const words = text.split(' ').filter((word) => /\p{L}/u.test(word));
  const isPlaceholder =
    /^(todo|fixme|xxx|tbd|description|n\/a|this is an? (docstring|comment|placeholder))\b|^does something\.?$/i.test(
      text,
    );
  // `Store - keeps it`: the name as a title.
  const isTitle = /^\S+ - /.test(text);
  const isName = text.replace(/[`.\s]/g, '') === slot.label && slot.label !== '';
  const isCode = /[;{}]|=>|\w\(.*[=(]|^(def|function|return|import|class)\s/.test(text);
  const isCutOff = /\b(an|the|and|or|of|that|which|whether)$/i.test(text);
  const isAboutOthers = slot.kind === 'file-summary' && isByline(text);
  return words.length >= 2 && !isCutOff && !isAboutOthers && !isPlaceholder && !isTitle && !isName && !isCode;
}

/** What else stands at the top of files, and a small model has read there: who made them when, settings, a call. */
function isByline(text: string): boolean {
  const setting = /^[\w-]+ ?: ?\S+$|^(usage|date|version|file ?name|authors?) ?:|^(namespace|to run) /i;
  const origin = /^(created|written|generated) (by|on|at|in)\b|^copyright\b|\d[/.-]\d{1,2}[/.-]\d/i;
  const personName = /^(\p{Lu}[\p{L}.'-]*\s*){2,4}$/u;
  return [setting, origin, personName].some((pattern) => pattern.test(text));
}
