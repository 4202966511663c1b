import { sentenceEnd } from '../../src/features/documentation/comment/sentence';
import type { DocumentationItem } from './items';

/** What a comment says, read the same way whoever wrote it. */
export interface CommentContent {
  readonly summary: string;
  /** Names that have an entry of their own, in order, with repetitions. */
  readonly parameterNames: readonly string[];
}

const sectionTitle =
  /^\s*(args|arguments|parameters|params|returns?|raises|yields|throws|examples?|notes?)\s*:?\s*$/i;
const tag = /^\s*([@\\]\w+|:\w+)/;

/** Reads JSDoc, Javadoc, Go comments and Python docstrings of any style. */
export function readComment(comment: string): CommentContent {
  // In a docstring an asterisk belongs to the name: `*args`.
  const isBlock = /^\s*\/\*/.test(comment);
  const lines = comment
    .replace(/^\s*(\/\*\*?|r?"""|r?''')|(\*\/|"""|''')\s*$/g, '')
    .split('\n')
    .map((line) => line.replace(isBlock ? /^\s*\* ?/ : /^\s*\/\/+ ?/, ''));
  const start = lines.findIndex((line) => line.trim() !== '');
  const rest = lines.slice(Math.max(0, start));
  const end = rest.findIndex((line) => line.trim() === '' || tag.test(line) || sectionTitle.test(line));
  const paragraph = (end < 0 ? rest : rest.slice(0, end)).join(' ').replace(/\s+/g, ' ').trim();
  return {
    summary: paragraph.slice(0, sentenceEnd(paragraph)),
    parameterNames: [...tagNames(lines), ...sectionNames(lines)],
  };
}

function tagNames(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const match =
      /^\s*@param\s+(?:\{.*?\}\s*)?\[?\.{0,3}([\w$.]+)/.exec(line) ??
      /^\s*:param\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:/.exec(line);
    return match?.[1] ?? [];
  });
}

/** Entries under "Args:", "Parameters" and the like: `name (type): …`, `name : type`, "- `name`: …". */
function sectionNames(lines: readonly string[]): string[] {
  const names: string[] = [];
  let inside = false;
  let depth: number | undefined;
  for (const line of lines) {
    const title = sectionTitle.exec(line)?.[1];
    if (title !== undefined) {
      inside = /^(arg|param)/i.test(title);
      depth = undefined;
      continue;
    }
    if (!inside || line.trim() === '' || /^\s*-{3,}\s*$/.test(line)) {
      continue;
    }
    const indent = /^\s*/.exec(line)?.[0].length ?? 0;
    depth ??= indent;
    const name = /^\s*(?:[-*]\s+)?`?\*{0,2}([\w$]+)`?\s*(?:\(.*?\)\s*)?(?::|-\s|$)/.exec(line)?.[1];
    if (indent === depth && name !== undefined) {
      names.push(name);
    } else if (indent < depth) {
      inside = false;
    }
  }
  return names;
}

export interface ParameterCounts {
  readonly expectedCount: number;
  readonly foundCount: number;
  readonly documentedCount: number;
}

/** How many of the item's parameters have exactly one entry, and how many entries there are. */
export function countParameters(item: DocumentationItem, names: readonly string[]): ParameterCounts {
  // A destructured parameter has no name: any entry that is no other parameter's may be its own.
  const plainNames = item.params.map(({ name }) => name).filter((name) => /^[\w$]+$/.test(name));
  const patternCount = item.params.length - plainNames.length;
  const entries = names.filter((name) => !name.includes('.'));
  const foundPlain = plainNames.filter((name) => entries.filter((entry) => entry === name).length === 1);
  const otherCount = entries.filter((entry) => !plainNames.includes(entry)).length;
  return {
    expectedCount: item.params.length,
    foundCount: foundPlain.length + Math.min(patternCount, otherCount),
    documentedCount: entries.length,
  };
}
