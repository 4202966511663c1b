import {
  DidChangeWorkspaceFoldersNotification,
  InlineCompletionTriggerKind,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type InitializeParams,
  type InlineCompletionItem,
  type InlineCompletionParams,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { describeError, UserError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { Completer } from '../features/completion/completer';
import type { CompletionRequest, CompletionTimings } from '../features/completion/types';
import type { ModelState } from '../shared/modelState';
import * as protocol from '../shared/protocol';
import { listenToAssistRequests } from './assist/assistService';
import { BugService } from './bugs/bugService';
import { listenToChatRequests } from './chat/chatService';
import { withSignal } from './editor/cancellation';
import { CompletionService, type CompletionSituation } from './completion/completionService';
import { renderOutcomesPage } from './completion/outcomesPage';
import { TypingRhythm } from './completion/typingRhythm';
import { modelConfiguration, parseConfiguration, pathsOf } from './editor/configuration';
import { runCommand } from './editor/commandResult';
import { createConnectionLogger } from './editor/connectionLogger';
import { asDocumentText, OtherFiles } from './context/otherFiles';
import { fileName } from './editor/fileName';
import { Permissions } from './editor/permissions';
import { listenToCudaRequests } from './model/cudaRequests';
import { ModelExpectations } from './model/modelExpectations';
import { ModelHost } from './model/modelHost';
import type { ModelLoader, ResidentModel } from './model/modelLoader';
import { toOffsets, toRange } from './editor/positions';
import { Scheduler } from './scheduler';

/** Makes what loads models; every call of their engines takes its turn through the scheduler. */
export type CreateModelLoader = (scheduler: Scheduler) => ModelLoader;

/**
 * Answers the editor on `connection` until it is closed. `scheduler`: this window's turns at an engine that several
 * windows share. Returns how to let go of everything when the connection has ended without a word.
 */
export function startServer(
  connection: Connection,
  createLoader: CreateModelLoader,
  scheduler = new Scheduler(),
): { dispose(): Promise<void> } {
  const logger = createConnectionLogger(connection);
  let server: Server | undefined;
  connection.onInitialize((parameters) => {
    server = new Server(connection, createLoader, scheduler, logger, parameters);
    server.listen();
    return {
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        inlineCompletionProvider: true,
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
      serverInfo: { name: 'Sotto' },
    };
  });
  connection.listen();
  return { dispose: async () => server?.dispose() };
}

/** The state of one connection, and a handler for each message, each with its own fault barrier. */
class Server {
  private readonly documents: TextDocuments<TextDocument>;
  private readonly otherFiles: OtherFiles;
  private readonly rhythm = new TypingRhythm();
  private readonly completions: CompletionService;
  private readonly bugs: BugService;
  private readonly loader: ModelLoader;
  private readonly host: ModelHost;
  private readonly expectations: ModelExpectations;
  private readonly permissions: Permissions;
  private configuration: protocol.ServerConfiguration;

  constructor(
    private readonly connection: Connection,
    createLoader: CreateModelLoader,
    private readonly scheduler: Scheduler,
    private readonly logger: Logger,
    parameters: InitializeParams,
  ) {
    this.configuration = parseConfiguration(parameters.initializationOptions);
    this.permissions = new Permissions(this.configuration.settings, parameters.workspaceFolders ?? []);
    const { permissions } = this;
    this.completions = new CompletionService(this.scheduler, this.rhythm, logger, (request, isPartShown) =>
      this.offerAgain(request, isPartShown),
    );
    this.loader = createLoader(this.scheduler);
    this.host = new ModelHost(
      this.loader,
      logger,
      (state) => this.announce(state),
      modelConfiguration(this.configuration),
      (lost) => void connection.sendNotification(protocol.deviceLostNotification, lost),
    );
    this.expectations = new ModelExpectations({
      state: () => this.host.state,
      listModels: () => this.loader.listModels(modelConfiguration(this.configuration).cacheFolder),
      onFitting: (model) => void connection.sendNotification(protocol.fittingModelNotification, model),
    });
    this.bugs = new BugService({
      connection,
      logger,
      folders: () => pathsOf(permissions.folders),
      mode: () => this.configuration.settings['bugs.check'],
      isExcluded: permissions.isExcluded,
      mayWorkAhead: (document) => permissions.mayWorkAhead(document),
      isBusy: () => this.scheduler.hasCommands,
      currentModel: () => this.currentModel(),
      useModel: (run, signal) => this.host.use(run, signal),
      readAhead: (place) => this.warmUp(place),
    });
    this.documents = new TextDocuments(this.bugs.documentConfiguration());
    this.otherFiles = new OtherFiles({
      documents: this.documents,
      folders: () => pathsOf(permissions.folders),
      isExcluded: permissions.isExcluded,
      mayRead: () => this.configuration.settings['context.otherFiles'] && this.configuration.workspaceTrusted,
      logger,
    });
  }

  listen(): void {
    const { connection } = this;
    this.documents.onDidChangeContent(() => this.rhythm.noteKeystroke(performance.now()));
    this.bugs.listen(this.documents);
    this.documents.listen(connection);
    connection.languages.inlineCompletion.on((parameters, token) =>
      withSignal(token, (signal) => this.complete(parameters, signal)),
    );
    connection.onNotification(DidChangeWorkspaceFoldersNotification.type, ({ event }) =>
      this.permissions.changeFolders(event.added, event.removed),
    );
    connection.onNotification(protocol.configurationNotification, (value) => this.configure(value));
    connection.onNotification(protocol.requestSkippedNotification, (skipped) => this.recordSkipped(skipped));
    connection.onNotification(protocol.suggestionShownNotification, ({ suggestionId }) =>
      this.completions.shown(suggestionId),
    );
    connection.onNotification(protocol.suggestionAcceptedNotification, ({ suggestionId }) =>
      this.completions.accepted(suggestionId),
    );
    connection.onNotification(protocol.suggestionRejectedNotification, ({ suggestionId }) =>
      this.completions.rejected(suggestionId),
    );
    connection.onNotification(protocol.activeEditorNotification, (place) => this.noteActiveEditor(place));
    connection.onNotification(protocol.cursorRestNotification, (place) => {
      this.bugs.noteCursor(place);
      this.warmUp(place);
    });
    connection.onNotification(protocol.pauseNotification, (pause) => this.setPause(pause));
    connection.onRequest(protocol.modelStateRequest, () => this.command(() => this.modelState()));
    connection.onRequest(protocol.modelListRequest, () => this.command(() => this.expectations.describe()));
    connection.onRequest(protocol.deviceReportRequest, () => this.command(() => this.host.deviceReport()));
    connection.onRequest(protocol.deviceChosenRequest, ({ device }) =>
      this.command(() => this.host.tryDevice(device)),
    );
    connection.onRequest(protocol.fetchModelRequest, (token) =>
      withSignal(token, (signal) => this.host.fetch(signal)),
    );
    connection.onRequest(protocol.modelFileCheckRequest, ({ path }, token) =>
      runCommand(this.logger, token, (signal) => this.loader.checkFile(path, signal).then(() => null)),
    );
    connection.onRequest(protocol.outcomesPageRequest, () =>
      renderOutcomesPage(this.host.state, this.completions.outcomes.newestFirst()),
    );
    listenToAssistRequests({
      connection,
      logger: this.logger,
      document: (uri) => this.documents.get(uri),
      isExcluded: this.permissions.isExcluded,
      projectTexts: (document) => this.otherFiles.textsLike(document),
      useModel: (run, signal) => this.host.use(({ commands }) => run(commands), signal),
    });
    listenToCudaRequests(connection, this.logger, () => modelConfiguration(this.configuration));
    listenToChatRequests(connection, this.logger, this.host, this.loader.contextCapacity);
    connection.onShutdown(() => this.dispose());
  }

  /** Stops what runs for this window and lets its model go. Idempotent. */
  async dispose(): Promise<void> {
    this.bugs.dispose();
    this.completions.stopBackgroundWork();
    this.scheduler.dispose();
    await this.host.dispose();
  }

  /** Fault barrier of the typing path: whatever happens, the editor gets an answer and shows nothing. */
  private async complete(
    { textDocument, position, context }: InlineCompletionParams,
    signal: AbortSignal,
  ): Promise<InlineCompletionItem[]> {
    try {
      const document = this.documents.get(textDocument.uri);
      if (document === undefined) {
        return [];
      }
      const selected = context.selectedCompletionInfo;
      const request: CompletionRequest = {
        ...this.createRequest(document, document.offsetAt(position)),
        trigger: context.triggerKind === InlineCompletionTriggerKind.Invoked ? 'manual' : 'automatic',
        ...(selected && {
          selectedCompletion: {
            text: selected.text,
            replace: toOffsets(document, selected.range),
          },
        }),
      };
      const { version } = document;
      const situation: CompletionSituation = {
        settings: this.configuration.settings,
        isExcluded: this.permissions.isExcluded,
        completer:
          request.trigger === 'manual' || this.permissions.isOn(document)
            ? this.currentModel()?.completer
            : undefined,
        load: (loadSignal) => this.loadCompleter(loadSignal),
        modelDetail: () => `the model is ${this.host.state.kind}`,
        place: describePlace({ uri: textDocument.uri, position }),
        isCurrent: () => this.documents.get(textDocument.uri)?.version === version,
      };
      const offered = await this.completions.complete(request, situation, signal);
      return offered.map(({ suggestion, suggestionId }) => {
        this.noteSpeed(suggestion.timings);
        return {
          insertText: suggestion.text,
          range: toRange(document, suggestion.replace),
          command: {
            title: '',
            command: protocol.acceptedCommand,
            arguments: [{ suggestionId } satisfies protocol.SuggestionReference],
          },
        };
      });
    } catch (error) {
      this.logger.error(`completion: ${describeError(error)}`);
      return [];
    }
  }

  private offerAgain({ document: { uri }, offset }: CompletionRequest, isPartShown: boolean): void {
    const position = this.documents.get(uri)?.positionAt(offset);
    if (position !== undefined) {
      const ready = { uri, position, isPartShown };
      void this.connection.sendNotification(protocol.suggestionReadyNotification, ready);
    }
  }

  /** Fault barrier of commands: the client gets a readable error and shows it. */
  private async command<T>(run: () => Promise<T>): Promise<T | ResponseError<void>> {
    try {
      return await run();
    } catch (error) {
      this.logger.error(describeError(error));
      return new ResponseError(COMMAND_FAILED, describeError(error));
    }
  }

  private createRequest(document: TextDocument, offset: number): CompletionRequest {
    const { settings } = this.configuration;
    const text = asDocumentText(document);
    return {
      document: text,
      offset,
      trigger: 'automatic',
      relatedFiles: this.otherFiles.relatedTo(text),
      options: {
        multiLine: settings['completion.multiLine'],
        inComments: settings['completion.inComments'],
        inStrings: settings['completion.inStrings'],
        maxPromptTokens: settings['completion.maxPromptTokens'],
        deadlineMs: settings['completion.deadlineMs'],
      },
    };
  }

  /** The model in memory; when it is only on disk, it begins to load. */
  private currentModel(): ResidentModel | undefined {
    const model = this.host.current();
    if (model === undefined) {
      this.host.wake();
    }
    return model;
  }

  /** The model for who asks by key, loaded where it is on disk. Nobody is to wait for a download. */
  private async loadCompleter(signal: AbortSignal): Promise<Completer | undefined> {
    if (this.host.state.kind === 'downloading') {
      return undefined;
    }
    try {
      return await this.host.use(({ completer }) => Promise.resolve(completer), signal);
    } catch (error) {
      if (error instanceof UserError) {
        this.logger.info(`completion: ${describeError(error)}`);
        return undefined;
      }
      throw error;
    }
  }

  private noteActiveEditor(place: protocol.DocumentPosition): void {
    this.otherFiles.noteUse(place.uri);
    this.bugs.noteCursor(place);
    const document = this.documents.get(place.uri);
    if (document !== undefined && !this.permissions.isPausedEverywhere) {
      void this.otherFiles.readImports(document).then(() => this.warmUp(place));
    }
  }

  private warmUp({ uri, position }: protocol.DocumentPosition): void {
    const document = this.documents.get(uri);
    const isWanted = this.configuration.settings['context.warmUp'];
    if (document === undefined || !isWanted || !this.permissions.mayWorkAhead(document)) {
      return;
    }
    const completer = this.currentModel()?.completer;
    if (completer !== undefined) {
      void this.completions.warmUp(this.createRequest(document, document.offsetAt(position)), completer);
    }
  }

  private configure(value: unknown): void {
    this.configuration = parseConfiguration(value);
    this.permissions.configure(this.configuration.settings);
    this.bugs.reconsider();
    void this.host.configure(modelConfiguration(this.configuration));
  }

  private setPause(pause: protocol.PauseState): void {
    this.permissions.setPause(pause);
    this.bugs.reconsider();
    this.completions.pause(
      (languageId) => this.permissions.isPaused(languageId),
      this.host.resident?.completer,
    );
  }

  private recordSkipped({ uri, position, reason, detail }: protocol.SkippedRequest): void {
    this.completions.record({
      time: new Date(),
      place: describePlace({ uri, position }),
      languageId: this.documents.get(uri)?.languageId ?? 'unknown',
      trigger: 'automatic',
      waitedMs: 0,
      // Kept for the page, so not as it came.
      outcome: {
        kind: 'none',
        reason: reason === 'selection' ? reason : 'paused',
        detail: String(detail),
        timings: { totalMs: 0 },
      },
    });
  }

  private announce(state: ModelState): void {
    if (state.kind !== 'ready') {
      this.completions.forgetSuggestions();
    }
    this.bugs.noteModel(state.kind === 'ready');
    void this.connection.sendNotification(protocol.modelStateNotification, state);
    if (state.kind === 'ready') {
      this.completions.noteModelReady();
    }
  }

  private noteSpeed({ engine }: CompletionTimings): void {
    if (engine !== undefined && engine.decodedTokenCount > 0 && engine.decodeMs > 0) {
      this.host.noteSpeed((1000 * engine.decodedTokenCount) / engine.decodeMs);
      void this.expectations.note(engine);
    }
  }

  private async modelState(): Promise<ModelState> {
    await this.host.started;
    return this.host.state;
  }
}

/** In the range that JSON-RPC leaves to applications. */
const COMMAND_FAILED = -32_000;

/** `app.ts:12:8`, one-based; the file's name only, as pages and logs are shown to others. */
function describePlace({ uri, position }: protocol.DocumentPosition): string {
  return `${fileName(uri)}:${position.line + 1}:${position.character + 1}`;
}
