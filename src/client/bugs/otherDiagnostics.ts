import { DiagnosticSeverity, languages, type Uri } from 'vscode';

/** `source` of Sotto's own diagnostics. */
export const bugSource = 'Sotto';

/** A diagnostic over more lines than this is about all of them together, and is shown at the first. */
const MAX_LINE_COUNT = 5;

/** Zero-based lines about which a compiler or a linter says something. Hints are no findings: unused, deprecated. */
export function linesWithOtherDiagnostics(uri: Uri): ReadonlySet<number> {
  const lines = languages
    .getDiagnostics(uri)
    .filter(({ source, severity }) => source !== bugSource && severity !== DiagnosticSeverity.Hint)
    .flatMap(({ range: { start, end } }) => {
      const lineCount = end.line - start.line + 1;
      return lineCount > MAX_LINE_COUNT
        ? [start.line]
        : Array.from({ length: lineCount }, (_, index) => start.line + index);
    });
  return new Set(lines);
}
