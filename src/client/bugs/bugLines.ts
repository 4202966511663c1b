import {
  Diagnostic,
  DiagnosticSeverity,
  languages,
  Uri,
  workspace,
  type Disposable,
  type Range,
  type TextDocument,
} from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { DisposableStore } from '../../base/disposables';
import * as protocol from '../../shared/protocol';
import { toRange } from '../assist/references';
import { describeBugLine } from './describe';
import { Dismissals, type Memory } from './dismissals';
import { bugSource, linesWithOtherDiagnostics } from './otherDiagnostics';

/** The underlined lines: what the server found, less what the user dismissed and where others say something. */
export class BugLines implements Disposable {
  readonly dismissals: Dismissals;
  private readonly store = new DisposableStore();
  private readonly collection = this.store.add(languages.createDiagnosticCollection('sotto'));
  /** By URI: what the server said last. */
  private readonly found = new Map<string, protocol.BugLines>();
  /** By URI: what is underlined now. */
  private readonly shown = new Map<string, readonly protocol.BugLine[]>();
  /** By URI: the lines that the server was told to skip, until one of them is free. */
  private readonly skipped = new Map<string, ReadonlySet<number>>();

  constructor(
    memory: Memory,
    private readonly onLinesFreed: (uri: string) => void,
  ) {
    this.dismissals = new Dismissals(memory);
    this.store.add(
      languages.onDidChangeDiagnostics(({ uris }) =>
        uris.forEach((uri) => {
          this.show(uri);
          this.tellOfFreedLines(uri);
        }),
      ),
    );
    this.store.add(
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.found.delete(uri.toString());
        this.skipped.delete(uri.toString());
        this.show(uri);
      }),
    );
  }

  /** Called for each new client: what an earlier server found goes. */
  listen(client: LanguageClient): void {
    this.clear();
    client.onNotification(protocol.bugLinesNotification, (lines) => {
      this.found.set(lines.uri, lines);
      this.show(Uri.parse(lines.uri));
    });
    client.onRequest(protocol.bugFactsRequest, ({ uri }) => {
      const lines = linesWithOtherDiagnostics(Uri.parse(uri));
      this.skipped.set(uri, lines);
      return {
        linesToSkip: [...lines],
        dismissedKeys: this.dismissals.keys,
        strictKinds: this.dismissals.strictKinds,
      };
    });
  }

  /** The underlined lines of a document that `range` touches. */
  at(document: TextDocument, range: Range): readonly protocol.BugLine[] {
    const lines = this.shown.get(document.uri.toString()) ?? [];
    return lines.filter((line) => toRange(line.range).intersection(range) !== undefined);
  }

  /** Remembers that the line is right, for this workspace and for good. */
  async dismiss({ dismissalKey, kind }: protocol.BugLine): Promise<void> {
    await this.dismissals.add(dismissalKey, kind);
    [...this.found.keys()].forEach((uri) => this.show(Uri.parse(uri)));
  }

  clear(): void {
    this.found.clear();
    this.skipped.clear();
    this.shown.clear();
    this.collection.clear();
  }

  dispose(): void {
    this.store.dispose();
  }

  /** Setting diagnostics tells of a change of them, which comes back here: so only what differs is set. */
  private show(uri: Uri): void {
    const lines = this.visible(uri);
    const key = uri.toString();
    if (JSON.stringify(lines) !== JSON.stringify(this.shown.get(key) ?? [])) {
      this.shown.set(key, lines);
      this.collection.set(uri, lines.map(toDiagnostic));
    }
  }

  /** A compiler is often slower than a check: what it said of an earlier text goes when that has been made. */
  private tellOfFreedLines(uri: Uri): void {
    const key = uri.toString();
    const skipped = [...(this.skipped.get(key) ?? [])];
    if (skipped.length === 0) {
      return;
    }
    const taken = linesWithOtherDiagnostics(uri);
    if (skipped.some((line) => !taken.has(line))) {
      this.skipped.delete(key);
      this.onLinesFreed(key);
    }
  }

  private visible(uri: Uri): readonly protocol.BugLine[] {
    const key = uri.toString();
    const found = this.found.get(key);
    const document = workspace.textDocuments.find((other) => other.uri.toString() === key);
    if (found === undefined || document === undefined) {
      return [];
    }
    if (document.version !== found.version) {
      // The server is about to say where the lines are now.
      return this.shown.get(key) ?? [];
    }
    const taken = linesWithOtherDiagnostics(uri);
    return found.lines.filter(
      ({ dismissalKey, range }) => !this.dismissals.has(dismissalKey) && !taken.has(range.start.line),
    );
  }
}

/** What the user asked for is a finding of its own: it is listed and reached by key like any other. */
function toDiagnostic(line: protocol.BugLine): Diagnostic {
  const severity =
    line.strength === 'strong' || line.review !== null
      ? DiagnosticSeverity.Information
      : DiagnosticSeverity.Hint;
  const diagnostic = new Diagnostic(toRange(line.range), describeBugLine(line), severity);
  diagnostic.source = bugSource;
  diagnostic.code = line.kind;
  return diagnostic;
}
