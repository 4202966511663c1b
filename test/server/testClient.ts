import { PassThrough, type Readable, type Writable } from 'node:stream';
import {
  createConnection,
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  InitializedNotification,
  InitializeRequest,
  InlineCompletionRequest,
  InlineCompletionTriggerKind,
  LogMessageNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type InlineCompletionItem,
  type InlineCompletionParams,
  type Position,
  type ProtocolConnection,
} from 'vscode-languageserver/node';
import type { ModelLoader } from '../../src/server/model/modelLoader';
import { startServer } from '../../src/server/server';
import type { ModelState } from '../../src/shared/modelState';
import { modelStateNotification, type ProxySettings } from '../../src/shared/protocol';
import { parseSettings, type Settings } from '../../src/shared/settings';

export interface TestClient {
  readonly connection: ProtocolConnection;
  readonly states: ModelState[];
  readonly logLines: string[];
  /** Opens a document; `█` marks the cursor that later calls use. */
  open(uri: string, languageId: string, marked: string): Promise<void>;
  /** Types at the cursor, as one change, and moves the cursor behind it. */
  type(uri: string, text: string): Promise<void>;
  moveTo(uri: string, position: Position): void;
  ask(uri: string, options?: AskOptions): Promise<readonly InlineCompletionItem[]>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly trigger?: InlineCompletionTriggerKind;
  readonly token?: CancellationToken;
}

/** No test waits for a pause in typing, and checks are on, which users have to switch on. */
export const testSettings: Settings = {
  ...parseSettings(() => undefined),
  'completion.maximumDelayMs': 0,
  'bugs.check': 'automatic',
};

export const withoutProxy: ProxySettings = { url: '', noProxy: [] };

/** A server in this process, and a client that speaks the real protocol with it over two streams. */
export async function connect(loader: ModelLoader, options: ConnectOptions = {}): Promise<TestClient> {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  startServer(createConnection(toServer, toClient), () => loader);
  return connectTo(toClient, toServer, options);
}

/** A client of a server that is at the other end of two streams. */
export async function connectTo(
  fromServer: Readable,
  toServer: Writable,
  { settings = testSettings, workspaceTrusted = true, proxy = withoutProxy, folder }: ConnectOptions = {},
): Promise<TestClient> {
  const connection = createProtocolConnection(
    new StreamMessageReader(fromServer),
    new StreamMessageWriter(toServer),
  );
  const states: ModelState[] = [];
  const logLines: string[] = [];
  connection.onNotification(modelStateNotification, (state) => void states.push(state));
  connection.onNotification(LogMessageNotification.type, ({ message }) => void logLines.push(message));
  connection.listen();
  await connection.sendRequest(InitializeRequest.type, {
    processId: null,
    rootUri: null,
    capabilities: {},
    workspaceFolders: folder === undefined ? null : [{ uri: folder, name: 'test' }],
    initializationOptions: { settings, workspaceTrusted, proxy },
  });
  await connection.sendNotification(InitializedNotification.type, {});
  return { connection, states, logLines, ...createEditor(connection) };
}

export interface ConnectOptions {
  readonly settings?: Settings;
  readonly workspaceTrusted?: boolean;
  readonly proxy?: ProxySettings;
  /** A workspace folder, as a URI. */
  readonly folder?: string;
}

function createEditor(
  connection: ProtocolConnection,
): Pick<TestClient, 'open' | 'type' | 'moveTo' | 'ask' | 'close'> {
  const cursors = new Map<string, { line: number; character: number; version: number }>();
  const cursorOf = (uri: string) => {
    const cursor = cursors.get(uri);
    if (cursor === undefined) {
      throw new Error(`${uri} is not open`);
    }
    return cursor;
  };
  return {
    open: async (uri, languageId, marked) => {
      const lines = marked.slice(0, marked.indexOf('█')).split(/\r?\n/);
      cursors.set(uri, { line: lines.length - 1, character: lines.at(-1)?.length ?? 0, version: 1 });
      await connection.sendNotification(DidOpenTextDocumentNotification.type, {
        textDocument: { uri, languageId, version: 1, text: marked.replace('█', '') },
      });
    },
    type: async (uri, text) => {
      const { line, character, version } = cursorOf(uri);
      const typed = text.split('\n');
      cursors.set(uri, {
        line: line + typed.length - 1,
        character: (typed.length === 1 ? character : 0) + (typed.at(-1)?.length ?? 0),
        version: version + 1,
      });
      await connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version: version + 1 },
        contentChanges: [{ range: { start: { line, character }, end: { line, character } }, text }],
      });
    },
    moveTo: (uri, position) => {
      cursors.set(uri, { ...cursorOf(uri), ...position });
    },
    ask: async (uri, { trigger = InlineCompletionTriggerKind.Automatic, token } = {}) => {
      const { line, character } = cursorOf(uri);
      const parameters: InlineCompletionParams = {
        textDocument: { uri },
        position: { line, character },
        context: { triggerKind: trigger },
      };
      const answer = await connection.sendRequest(InlineCompletionRequest.type, parameters, token);
      return Array.isArray(answer) ? answer : (answer?.items ?? []);
    },
    close: async () => {
      await connection.sendRequest(ShutdownRequest.type);
      connection.dispose();
    },
  };
}
