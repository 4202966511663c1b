import {
  EventEmitter,
  Uri,
  type Disposable,
  type Event,
  type ExtensionContext,
  type LogOutputChannel,
} from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type Middleware,
} from 'vscode-languageclient/node';
import { describeError } from '../../base/errors';
import {
  configurationNotification,
  endProcessNotification,
  type ServerConfiguration,
} from '../../shared/protocol';
import { everyDocument } from '../documentSelector';
import { explainLostRequests } from './lostRequests';
import { RestartPolicy } from './restartPolicy';
import { ServerSource } from './serverSource';
import { supportedDocumentsOnly } from './supportedDocuments';

/** Where the server process stands, for the status item. */
export type ProcessState = 'stopped' | 'starting' | 'running' | 'restarting' | 'given-up';

/**
 * The server and the client that talks to it. Each start makes a new client, so that nothing of a crashed
 * one lingers: no provider is registered while the process is down, and every open document is sent afresh when it
 * is back. Never shows anything; the status item tells where it stands.
 */
export class ServerProcess implements Disposable {
  private readonly policy = new RestartPolicy();
  private readonly source: ServerSource;
  private readonly emitter = new EventEmitter<ProcessState>();
  private currentState: ProcessState = 'stopped';
  private session: Session | undefined;
  private restartTimer: NodeJS.Timeout | undefined;

  constructor(
    context: ExtensionContext,
    private readonly output: LogOutputChannel,
    private readonly readConfiguration: () => ServerConfiguration,
    private readonly middleware: Middleware,
    /** Called for each new client before it starts: the place to register handlers. */
    private readonly prepare: (client: LanguageClient) => void,
  ) {
    const serverModule = Uri.joinPath(context.extensionUri, 'dist', 'server.mjs').fsPath;
    this.source = new ServerSource(serverModule, output);
  }

  get onDidChangeState(): Event<ProcessState> {
    return this.emitter.event;
  }

  get state(): ProcessState {
    return this.currentState;
  }

  /** The client, when the server answers. */
  get client(): LanguageClient | undefined {
    return this.currentState === 'running' ? this.session?.client : undefined;
  }

  /** The client once a server that is starting answers; undefined where none runs, or it does not come up. */
  async startedClient(): Promise<LanguageClient | undefined> {
    while (this.currentState === 'starting' || this.currentState === 'restarting') {
      await new Promise<void>((resolve) => {
        const listener = this.onDidChangeState(() => {
          listener.dispose();
          resolve();
        });
      });
    }
    return this.client;
  }

  /** Tells the server the settings of now; one that is starting is told when it has come up. */
  async sendConfiguration(client = this.client): Promise<void> {
    await client?.sendNotification(configurationNotification, this.readConfiguration());
  }

  start(): void {
    if (this.currentState === 'stopped' || this.currentState === 'given-up') {
      this.policy.reset();
      this.open('starting');
    }
  }

  async stop(): Promise<void> {
    await this.leaveSession()?.close();
  }

  /** Ends the server process, which other windows use, too: they notice and connect to the new one. */
  async restart(): Promise<void> {
    const endServer = this.source.prepareEnd();
    const session = this.leaveSession();
    const wasAsked = await session?.askToEnd();
    await session?.close();
    await endServer(wasAsked ?? false);
    this.start();
  }

  dispose(): void {
    void this.stop();
    this.emitter.dispose();
  }

  private leaveSession(): Session | undefined {
    clearTimeout(this.restartTimer);
    const { session } = this;
    this.session = undefined;
    this.enter('stopped');
    return session;
  }

  private open(state: ProcessState): void {
    this.enter(state);
    const session: Session = new Session(
      this.createClient(() => this.onEnd(session)),
      this.output,
    );
    this.session = session;
    this.prepare(session.client);
    void session.client.start().then(
      () => {
        if (this.session === session) {
          // A setting may have changed, or trust been granted, while it started.
          this.sendConfiguration(session.client).catch((error: unknown) =>
            this.output.debug(`configuration: ${describeError(error)}`),
          );
          this.enter('running');
        } else {
          // It was to be closed while it started, which a client cannot do.
          void session.close();
        }
      },
      (error: unknown) => {
        this.output.error(`The server did not start: ${describeError(error)}`);
        this.onEnd(session);
      },
    );
  }

  /** Called when the connection of a session closed or never came about; only the first call for the current one counts. */
  private onEnd(session: Session): void {
    if (this.session !== session) {
      return;
    }
    this.session = undefined;
    // Later: the client is in the middle of handling the end itself, and would ask the dead process to shut down.
    setImmediate(() => void session.close());
    const delayMs = this.policy.afterCrash(performance.now());
    if (delayMs === 'give-up') {
      this.output.error('The server crashed too often and stays down until "Sotto: Restart".');
      this.enter('given-up');
      return;
    }
    this.output.warn(`The server ended unexpectedly; it starts again in ${delayMs / 1000} s.`);
    this.enter('restarting');
    this.restartTimer = setTimeout(() => this.open('restarting'), delayMs);
  }

  private createClient(onClosed: () => void): LanguageClient {
    return new QuietClient('sotto', 'Sotto', () => this.source.open(), {
      documentSelector: everyDocument,
      initializationOptions: this.readConfiguration(),
      outputChannel: this.output,
      traceOutputChannel: this.output,
      // A request that fails on the typing path must not open a notification.
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          onClosed();
          return {
            action: CloseAction.DoNotRestart,
            handled: true,
            message: 'The connection to the server was closed.',
          };
        },
      },
      middleware: supportedDocumentsOnly({ ...this.middleware, ...explainLostRequests }),
    });
  }

  private enter(state: ProcessState): void {
    this.currentState = state;
    this.emitter.fire(state);
  }
}

/** The base class opens a notification when a connection cannot be made or is lost; here the status item tells that. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** One client from its start to its end. */
class Session {
  constructor(
    readonly client: LanguageClient,
    private readonly output: LogOutputChannel,
  ) {}

  /** Asks the server process to end. Returns whether it could be asked: a client that starts sends nothing before it has. */
  async askToEnd(): Promise<boolean> {
    return (
      this.client.isRunning() && this.attempt(() => this.client.sendNotification(endProcessNotification))
    );
  }

  async close(): Promise<void> {
    await this.attempt(() => this.client.dispose());
  }

  /** Of a process that has crashed nothing is left to be told; the log keeps it for a defect of ours. */
  private async attempt(farewell: () => Promise<void>): Promise<boolean> {
    try {
      await farewell();
      return true;
    } catch (error) {
      this.output.debug(`Closing the client: ${describeError(error)}`);
      return false;
    }
  }
}
