import type { Connection, TextDocuments, TextDocumentsConfiguration } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { isAbortError } from '../../base/abort';
import { describeError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { TextRange } from '../../base/textRange';
import type { BugRequest } from '../../features/bugs/types';
import * as protocol from '../../shared/protocol';
import type { Settings } from '../../shared/settings';
import { workspacePath } from '../editor/fileName';
import type { ResidentModel } from '../model/modelLoader';
import type { BugFinder } from './bugFinder';
import { toBugLine } from './bugLine';
import { checkUnits } from './checkUnits';
import { DocumentBugs, placeFinding } from './documentBugs';
import { listenToReviewRequests } from './reviewRequests';
import { linesIn, observeDocuments, type TextChange } from './textChange';
import { unsuitableFile } from './unsuitableFile';

/** Longer than the completion's reading ahead takes after a keystroke on a slow machine, so that it is not undone. */
const IDLE_MS = 3_000;
/** The compiler and the linters of the editor also start at a save, and what they find goes first. */
const SAVED_MS = 800;

/** What the checks need of the server. */
export interface BugHost {
  readonly connection: Connection;
  readonly logger: Logger;
  /** Paths of the workspace's folders. */
  folders(): readonly string[];
  mode(): Settings['bugs.check'];
  isExcluded(uri: string): boolean;
  /** Whether anything may be done unasked in the document: not where it is excluded, or its language off, or paused. */
  mayWorkAhead(document: TextDocument): boolean;
  /** Whether the user waits for something other than a completion. */
  isBusy(): boolean;
  /** The model if it is in memory; otherwise it begins to load, where it is on disk. */
  currentModel(): ResidentModel | undefined;
  /** Rejects with a `UserError` when there is no model. */
  useModel<Value>(run: (model: ResidentModel) => Promise<Value>, signal: AbortSignal): Promise<Value>;
  /** A check may have taken the completion's place in a KV cache. */
  readAhead(place: protocol.DocumentPosition): void;
}

/**
 * Checks what was edited, when the user rests or saves, and tells the client which lines are doubtful. A keystroke
 * ends a check at once; what it had not read is read at the next rest.
 */
export class BugService {
  private readonly states = new Map<string, DocumentBugs>();
  private documents: TextDocuments<TextDocument> | undefined;
  private cursor: protocol.DocumentPosition | undefined;
  private timer: NodeJS.Timeout | undefined;
  private running: AbortController | undefined;
  private reviewCount = 0;

  constructor(private readonly host: BugHost) {}

  /** For the server's documents, whose edits are followed. */
  documentConfiguration(): TextDocumentsConfiguration<TextDocument> {
    return observeDocuments((uri, change) => this.noteChange(uri, change));
  }

  /** Follows `documents` and answers the requests for reviews. */
  listen(documents: TextDocuments<TextDocument>): void {
    this.documents = documents;
    documents.onDidOpen(({ document }) => this.states.set(document.uri, new DocumentBugs()));
    documents.onDidChangeContent(({ document }) => this.publishMoved(document));
    documents.onDidSave(({ document }) => this.noteSaved(document.uri));
    documents.onDidClose(({ document }) => {
      this.stopCheck();
      this.states.delete(document.uri);
    });
    this.host.connection.onNotification(protocol.linesFreedNotification, ({ uri }) => {
      this.states.get(uri)?.resumePostponed();
      this.schedule(IDLE_MS);
    });
    listenToReviewRequests({
      ...this.host,
      document: (uri) => documents.get(uri),
      path: (uri) => this.workspacePath(uri),
      state: (uri) => this.states.get(uri) ?? new DocumentBugs(),
      facts: (uri) => this.requestFacts(uri),
      publish: (document) => this.publish(document),
      during: (review) => this.withoutChecks(review),
    });
  }

  /** The cursor rests there: no keystroke, but a sign that one may come. */
  noteCursor(place: protocol.DocumentPosition): void {
    this.cursor = place;
    this.schedule(IDLE_MS);
  }

  /** A setting or the pause changed. */
  reconsider(): void {
    const isOff = this.host.mode() === 'off';
    // What may be read now is found anew.
    this.stopCheck();
    this.schedule(IDLE_MS);
    if (isOff) {
      this.states.forEach((state) => state.dropChecked());
      this.documents?.all().forEach((document) => this.publishMoved(document));
    }
  }

  /** The model came into memory, or is about to leave it. */
  noteModel(isReady: boolean): void {
    if (!isReady) {
      this.stopCheck();
    }
    this.schedule(IDLE_MS);
  }

  dispose(): void {
    this.stopCheck();
  }

  private noteChange(uri: string, change: TextChange): void {
    this.stopCheck();
    this.states.get(uri)?.noteChange(change);
    this.schedule(IDLE_MS);
  }

  private noteSaved(uri: string): void {
    const state = this.states.get(uri);
    if (state !== undefined) {
      state.isSaved = true;
      this.schedule(SAVED_MS);
    }
  }

  private stopCheck(): void {
    clearTimeout(this.timer);
    this.running?.abort(new DOMException('the user goes on', 'AbortError'));
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    if (this.nextDocument() !== undefined) {
      this.timer = setTimeout(() => void this.checkPending(), delayMs);
    }
  }

  /** Fault barrier. Checks one document after the other until none is left or something else wants the engine. */
  private async checkPending(): Promise<void> {
    if (this.running !== undefined) {
      return;
    }
    if (this.host.isBusy() || this.reviewCount > 0) {
      this.schedule(IDLE_MS);
      return;
    }
    const model = this.host.currentModel();
    if (model === undefined) {
      // `noteModel` is called when it is in memory.
      return;
    }
    const controller = new AbortController();
    this.running = controller;
    let readCount = 0;
    try {
      for (let document = this.nextDocument(); document !== undefined; document = this.nextDocument()) {
        readCount += await this.check(document, model.bugs, controller.signal);
      }
    } catch (error) {
      this.host.logger.debug(`bug lines: ${describeError(error)}`);
    } finally {
      this.running = undefined;
      this.schedule(IDLE_MS);
    }
    if (readCount > 0 && this.cursor !== undefined && !controller.signal.aborted) {
      this.host.readAhead(this.cursor);
    }
  }

  /** Returns how many functions were read. Rejects when aborted; any other failure is logged, and not tried again. */
  private async check(document: TextDocument, finder: BugFinder, signal: AbortSignal): Promise<number> {
    const state = this.states.get(document.uri);
    if (state === undefined) {
      return 0;
    }
    let readCount = 0;
    try {
      if (this.obstacle(document) === undefined) {
        readCount = await this.checkFunctions(document, state, finder, signal);
      }
    } catch (error) {
      if (signal.aborted || isAbortError(error)) {
        throw error;
      }
      this.host.logger.warn(`bug lines: ${describeError(error)}`);
    }
    // An edit of this moment was not looked at.
    signal.throwIfAborted();
    state.noteAllChecked();
    return readCount;
  }

  /** An edit aborts the signal: the text does not change here. */
  private async checkFunctions(
    document: TextDocument,
    state: DocumentBugs,
    finder: BugFinder,
    signal: AbortSignal,
  ): Promise<number> {
    const { languageId, uri } = document;
    const text = document.getText();
    const offset = this.cursor?.uri === uri ? document.offsetAt(this.cursor.position) : 0;
    const units = await checkUnits(languageId, text, state.uncheckedEdits, offset);
    if (units.length === 0) {
      return 0;
    }
    const { linesToSkip, dismissedKeys, strictKinds } = await this.requestFacts(uri);
    const request = {
      languageId,
      text,
      fileName: this.workspacePath(uri),
      linesToSkip: new Set(linesToSkip),
      strictKinds: new Set(strictKinds),
    };
    const isSkipped = ({ start }: TextRange) => request.linesToSkip.has(document.positionAt(start).line);
    for (const { span, edits, isReadable } of units) {
      signal.throwIfAborted();
      const postponed = state.postponedLines(span);
      const resumed = postponed.filter((line) => !isSkipped(line));
      const ranges = [...edits, ...resumed, ...state.doubtfulLines(span)];
      const findings = await finder.check(uri, { ...request, ranges } satisfies BugRequest, signal);
      signal.throwIfAborted();
      const places = findings.map((finding) => placeFinding(text, finding));
      state.noteChecked(
        span,
        places.filter(({ dismissalKey }) => !dismissedKeys.includes(dismissalKey)),
        [...edits.flatMap((edit) => linesIn(text, edit)), ...postponed].filter(
          (line) => !isReadable || isSkipped(line),
        ),
      );
      this.publish(document);
    }
    return units.length;
  }

  /** The document under the cursor, or another one, with edits that are due to be checked. */
  private nextDocument(): TextDocument | undefined {
    const mode = this.host.mode();
    if (mode === 'off') {
      return undefined;
    }
    const isDue = (document: TextDocument) => {
      const state = this.states.get(document.uri);
      return (
        state !== undefined &&
        state.uncheckedEdits.length > 0 &&
        (mode === 'automatic' || state.isSaved) &&
        this.host.mayWorkAhead(document)
      );
    };
    const uris = [...(this.cursor === undefined ? [] : [this.cursor.uri]), ...this.states.keys()];
    return uris.flatMap((uri) => this.documents?.get(uri) ?? []).find(isDue);
  }

  private obstacle(document: TextDocument): string | undefined {
    const { uri, languageId, version } = document;
    return unsuitableFile(this.workspacePath(uri), { uri, languageId, version, text: document.getText() });
  }

  private workspacePath(uri: string): string {
    return workspacePath(uri, this.host.folders());
  }

  private requestFacts(uri: string): Promise<protocol.BugFacts> {
    return this.host.connection.sendRequest(protocol.bugFactsRequest, { uri });
  }

  private async withoutChecks<Value>(review: () => Promise<Value>): Promise<Value> {
    this.stopCheck();
    this.reviewCount += 1;
    try {
      return await review();
    } finally {
      this.reviewCount -= 1;
      this.schedule(IDLE_MS);
    }
  }

  /** The client ignores what is said of another version than it has: so each edit needs a word. */
  private publishMoved(document: TextDocument): void {
    if ((this.states.get(document.uri)?.publishedCount ?? 0) > 0) {
      this.publish(document);
    }
  }

  private publish(document: TextDocument): void {
    const state = this.states.get(document.uri);
    if (state === undefined) {
      return;
    }
    const { uri, version } = document;
    const lines = state.shown.map((place) => toBugLine(document, place));
    state.publishedCount = lines.length;
    void this.host.connection.sendNotification(protocol.bugLinesNotification, { uri, version, lines });
  }
}
