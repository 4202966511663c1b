import {
  Disposable,
  EventEmitter,
  window,
  type CancellationToken,
  type ExtensionContext,
  type InlineCompletionItem,
  type LogOutputChannel,
  type TextDocument,
} from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { DisposableStore } from '../base/disposables';
import { describeError, UserError } from '../base/errors';
import type { ModelDescription, ModelState } from '../shared/modelState';
import * as protocol from '../shared/protocol';
import { isLanguageEnabled } from '../shared/settings';
import { AssistRequests } from './assist/assistRequests';
import { registerCodeActions } from './assist/codeActions';
import { Explanations } from './assist/explanations';
import { registerBugActions } from './bugs/bugActions';
import { BugLines } from './bugs/bugLines';
import { ChatProvider } from './chat/chatProvider';
import { languageName } from './languageName';
import { offerBetterModel } from './model/betterModel';
import { showDeviceLoss } from './model/devicePicker';
import { FirstRunOffer } from './model/firstRun';
import { OutcomesPage } from './outcomesPage';
import { ServerProcess } from './process/languageClient';
import { SettingsReader } from './settings';
import { Pause } from './status/pause';
import { StatusItem } from './status/statusItem';
import { renderStatusPage } from './status/statusPage';
import { viewStatus, type StatusFacts, type StatusView } from './status/statusView';
import { placeOf, watchCursor } from './suggestions/hints';
import { createMiddleware } from './suggestions/middleware';
import { ReadySuggestions } from './suggestions/readySuggestion';
import { watchRejections } from './suggestions/rejections';
import { SuggestionTracker } from './suggestions/suggestionTracker';

/** The extension's parts and how they hang together. While `sotto.enabled` is false only settings and status live. */
export class Application implements Disposable {
  readonly extensionId: string;
  readonly settings: SettingsReader;
  readonly output: LogOutputChannel;
  readonly pause: Pause;
  readonly outcomesPage: OutcomesPage;
  readonly assistRequests = new AssistRequests(() => this.requireClient());
  readonly explanations: Explanations;
  readonly bugLines: BugLines;
  modelState: ModelState | undefined;

  private readonly store = new DisposableStore();
  private readonly modelStateEmitter = this.store.add(new EventEmitter<ModelState>());
  private readonly server: ServerProcess;
  private readonly status: StatusItem;
  private readonly tracker: SuggestionTracker;
  private readonly chatProvider: ChatProvider;
  private readonly firstRunOffer: FirstRunOffer;
  /** What watches the editor for the server; lives while the server answers. */
  private watchers: Disposable | undefined;

  constructor(private readonly context: ExtensionContext) {
    this.extensionId = context.extension.id;
    this.output = this.store.add(window.createOutputChannel('Sotto', { log: true }));
    this.settings = this.store.add(new SettingsReader());
    this.status = this.store.add(new StatusItem());
    this.pause = this.store.add(
      new Pause(
        context.globalState,
        { changed: () => this.onPauseChanged(), reworded: () => this.showStatus() },
        languageName,
      ),
    );
    this.firstRunOffer = new FirstRunOffer(context.globalState);
    this.tracker = new SuggestionTracker((suggestionId) =>
      this.notify((client) =>
        client.sendNotification(protocol.suggestionRejectedNotification, { suggestionId }),
      ),
    );
    const pauseReason = (languageId: string) => {
      this.pause.look();
      return this.pause.reason(languageId);
    };
    const readySuggestions = new ReadySuggestions(pauseReason);
    const middleware = createMiddleware({
      pauseReason,
      isOnWord: (document, position) => readySuggestions.take(document, position),
      skipped: (request) =>
        this.notify((client) => client.sendNotification(protocol.requestSkippedNotification, request)),
      offered: (document, items) => this.onOffered(document, items),
      failed: (error) => this.output.error(`completion: ${describeError(error)}`),
    });
    this.bugLines = this.store.add(
      new BugLines(context.workspaceState, (uri) =>
        this.notify((client) => client.sendNotification(protocol.linesFreedNotification, { uri })),
      ),
    );
    this.server = this.store.add(
      new ServerProcess(
        context,
        this.output,
        () => this.settings.serverConfiguration(),
        middleware,
        (client) => {
          client.onNotification(protocol.modelStateNotification, (state) => this.onModelState(state));
          client.onNotification(protocol.deviceLostNotification, (lost) => showDeviceLoss(this.output, lost));
          client.onNotification(protocol.fittingModelNotification, (model) => void this.offerBetter(model));
          client.onNotification(protocol.suggestionReadyNotification, (ready) =>
            readySuggestions.show(ready),
          );
          this.assistRequests.listen(client);
          this.bugLines.listen(client);
        },
      ),
    );
    this.outcomesPage = this.store.add(
      new OutcomesPage(
        () => this.requireClient().sendRequest(protocol.outcomesPageRequest),
        (error) => {
          this.output.info(`"Why no suggestion?" without the server: ${describeError(error)}`);
          return renderStatusPage(this.statusFacts());
        },
      ),
    );
    this.explanations = this.store.add(new Explanations(this.assistRequests, () => this.settings.current()));
    this.chatProvider = this.store.add(
      new ChatProvider(this.assistRequests, (token) => this.describeChatModel(token)),
    );
    this.store.add(this.server.onDidChangeState(() => this.onServerState()));
    this.store.add(this.settings.onDidChange(() => void this.onSettings()));
    this.store.add(window.onDidChangeActiveTextEditor(() => this.showStatus()));
    // It may have been paused or resumed in the window that was used before.
    this.store.add(window.onDidChangeWindowState(() => this.pause.look()));
  }

  /** Starts the server if the user wants Sotto at all. */
  start(): void {
    if (this.settings.current().enabled) {
      this.server.start();
    }
    this.showStatus();
  }

  /** Stops the server and starts it anew; resolves when the old process is gone. */
  async restart(): Promise<void> {
    this.requireEnabled();
    await this.server.restart();
  }

  get onDidChangeModelState() {
    return this.modelStateEmitter.event;
  }

  /** The client of a running server. Throws a `UserError` when there is none, for commands to show. */
  requireClient(): LanguageClient {
    this.requireEnabled();
    const { client } = this.server;
    if (client === undefined) {
      throw new UserError('engine-failed', 'Sotto is not running yet.', 'Wait a moment, or choose Restart.');
    }
    return client;
  }

  statusView(): StatusView {
    return viewStatus(this.statusFacts());
  }

  async sendConfiguration(): Promise<void> {
    await this.server.sendConfiguration();
  }

  suggestionAccepted(reference: protocol.SuggestionReference): void {
    this.tracker.accepted();
    this.notify((client) => client.sendNotification(protocol.suggestionAcceptedNotification, reference));
  }

  /** Resolves when the server process has ended. */
  async stop(): Promise<void> {
    await this.server.stop();
  }

  dispose(): void {
    this.watchers?.dispose();
    this.store.dispose();
  }

  private onOffered(document: TextDocument, items: readonly InlineCompletionItem[]): void {
    const suggestions = items.flatMap((item) => {
      const reference = referenceOf(item);
      const insertText = typeof item.insertText === 'string' ? item.insertText : item.insertText.value;
      return reference === undefined ? [] : [{ ...reference, insertText }];
    });
    const range = items.at(0)?.range;
    const shown = suggestions.at(0);
    if (shown === undefined) {
      return;
    }
    if (range !== undefined) {
      this.tracker.shown({ uri: document.uri.toString(), range, suggestions }, performance.now());
    }
    const { suggestionId } = shown;
    this.notify((client) => client.sendNotification(protocol.suggestionShownNotification, { suggestionId }));
  }

  private async describeChatModel(token: CancellationToken): Promise<protocol.ChatModelDescription | null> {
    const client = await this.server.startedClient();
    return client === undefined ? null : client.sendRequest(protocol.chatModelRequest, token);
  }

  private onModelState(state: ModelState): void {
    const { modelState: before } = this;
    this.modelState = state;
    if (before?.kind !== state.kind || before.model !== state.model) {
      this.chatProvider.noteChange();
    }
    this.modelStateEmitter.fire(state);
    this.showStatus();
    if (state.kind === 'absent') {
      void this.offerModel(state.model);
    }
  }

  private async offerModel(modelName: string): Promise<void> {
    try {
      const models = await this.requireClient().sendRequest(protocol.modelListRequest);
      const model = models.find(({ name }) => name === modelName);
      if (model !== undefined) {
        await this.firstRunOffer.make(model);
      }
    } catch (error) {
      this.output.warn(`The model could not be offered: ${describeError(error)}`);
    }
  }

  private async offerBetter(model: ModelDescription): Promise<void> {
    try {
      await offerBetterModel(this.context.globalState, model, this);
    } catch (error) {
      this.output.warn(`The model ${model.name} could not be offered: ${describeError(error)}`);
    }
  }

  private onServerState(): void {
    this.watchers?.dispose();
    this.watchers = undefined;
    const { client } = this.server;
    if (client === undefined) {
      this.modelState = undefined;
      this.chatProvider.noteChange();
      this.bugLines.clear();
    } else {
      this.watchers = Disposable.from(
        this.watchCursor(),
        watchRejections(this.tracker),
        registerCodeActions(),
        registerBugActions(this.bugLines),
      );
      this.onPauseChanged();
      void this.greet(client);
    }
    this.showStatus();
  }

  /** What a server that has just started needs to know, and what it has to tell. */
  private async greet(client: LanguageClient): Promise<void> {
    try {
      this.onModelState(await client.sendRequest(protocol.modelStateRequest));
      const place = placeOf(window.activeTextEditor);
      if (place !== undefined) {
        await client.sendNotification(protocol.activeEditorNotification, place);
      }
    } catch (error) {
      this.output.warn(`The server did not answer: ${describeError(error)}`);
    }
  }

  private watchCursor(): Disposable {
    return watchCursor({
      activeEditor: (place) =>
        this.notify((client) => client.sendNotification(protocol.activeEditorNotification, place)),
      cursorRest: (place) =>
        this.notify((client) => client.sendNotification(protocol.cursorRestNotification, place)),
    });
  }

  private onPauseChanged(): void {
    const paused = this.pause.reason() !== undefined;
    const languages = this.pause.pausedLanguages;
    this.notify((client) => client.sendNotification(protocol.pauseNotification, { paused, languages }));
    this.showStatus();
  }

  private async onSettings(): Promise<void> {
    try {
      if (!this.settings.current().enabled) {
        await this.server.stop();
      } else {
        this.server.start();
        await this.sendConfiguration();
      }
    } catch (error) {
      this.output.error(`settings: ${describeError(error)}`);
    }
    this.showStatus();
  }

  /** Sends what the server may miss without harm: a failure is logged and nothing else. */
  private notify(send: (client: LanguageClient) => Promise<void>): void {
    const { client } = this.server;
    if (client !== undefined) {
      send(client).catch((error: unknown) => this.output.debug(`notification: ${describeError(error)}`));
    }
  }

  private requireEnabled(): void {
    if (!this.settings.current().enabled) {
      throw new UserError('bad-argument', 'Sotto is switched off.', 'Set sotto.enabled to true.');
    }
  }

  private statusFacts(): StatusFacts {
    const settings = this.settings.current();
    const languageId = window.activeTextEditor?.document.languageId;
    return {
      enabled: settings.enabled,
      process: this.server.state,
      model: this.modelState,
      pauseReason: this.pause.reason(languageId),
      languageEnabled: languageId === undefined || isLanguageEnabled(settings, languageId),
    };
  }

  private showStatus(): void {
    this.status.show(this.statusView());
  }
}

function referenceOf(item: InlineCompletionItem): protocol.SuggestionReference | undefined {
  const reference: unknown = item.command?.arguments?.at(0);
  if (typeof reference !== 'object' || reference === null || !('suggestionId' in reference)) {
    return undefined;
  }
  const { suggestionId } = reference;
  return typeof suggestionId === 'number' ? { suggestionId } : undefined;
}
