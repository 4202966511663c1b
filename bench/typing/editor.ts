import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CancellationTokenSource,
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  InlineCompletionRequest,
  InlineCompletionTriggerKind,
  LogMessageNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { packageRoot } from '../../src/base/packageRoot';
import * as protocol from '../../src/shared/protocol';
import { parseSettings } from '../../src/shared/settings';
import type { CompletionItem } from '../support/completionData';

/** VS Code waits so long after a keystroke before it asks. */
const hostDelayMs = 50;
/** Our client tells the server of a cursor that has stood still for so long. */
const cursorRestMs = 150;

/** A suggestion on the screen. */
export interface Shown {
  readonly text: string;
  readonly source: string;
  readonly suggestionId: number;
  readonly time: number;
  readonly answerMs: number;
}

/** What a request cost the engine, as the server's log tells. */
interface RequestTiming {
  readonly prefilledTokenCount: number;
  readonly decodedTokenCount: number;
}

/** The part of an editor that a language server sees, over the real protocol to the real server process. */
export interface Editor {
  open(item: CompletionItem): Promise<void>;
  /** One keystroke; what is suggested for it until the next one, `untilNextMs` later. */
  typeAndWait(character: string, untilNextMs: number): Promise<Shown | undefined>;
  accept(shown: Shown, text: string): Promise<void>;
  requestTimings(): readonly RequestTiming[];
  /** What became of each request, as the server's log tells: `shown model`, `none cancelled`, … */
  outcomes(): readonly string[];
  cpuSeconds(): number;
  residentBytes(): number;
  stop(): Promise<void>;
}

/** Starts the server with its default settings and waits until the model is ready. */
export async function startEditor(): Promise<Editor> {
  const server = spawn(process.execPath, [join(packageRoot(), 'dist', 'server.mjs'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  const timings: RequestTiming[] = [];
  const outcomes: string[] = [];
  let lastSource = '';
  connection.onNotification(LogMessageNotification.type, ({ message }) => {
    const outcome = /(shown|none) +(\S+) .*/.exec(message);
    if (outcome !== null) {
      outcomes.push(`${outcome[1]} ${outcome[2]}`);
      lastSource = outcome[1] === 'shown' ? (outcome[2] ?? '') : lastSource;
    }
    const cost = /prefill (\d+) tokens .*decode (\d+) tokens/.exec(message);
    if (cost !== null) {
      timings.push({ prefilledTokenCount: Number(cost[1]), decodedTokenCount: Number(cost[2]) });
    }
  });
  connection.listen();
  const settings = parseSettings(() => undefined);
  await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    workspaceFolders: null,
    initializationOptions: { settings, workspaceTrusted: true },
  });
  await connection.sendNotification(InitializedNotification.type, {});
  await connection.sendRequest(protocol.fetchModelRequest);

  const document = { uri: '', version: 0, line: 0, character: 0 };
  const cursor = () => ({ line: document.line, character: document.character });
  const change = async (text: string) => {
    const position = cursor();
    document.version += 1;
    await connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: document.uri, version: document.version },
      contentChanges: [{ range: { start: position, end: position }, text }],
    });
    const lines = text.split('\n');
    document.character = (lines.at(-1) ?? '').length + (lines.length === 1 ? document.character : 0);
    document.line += lines.length - 1;
  };

  return {
    async open(item) {
      if (document.uri !== '') {
        const { uri } = document;
        await connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
      }
      const lines = item.prefix.split('\n');
      document.uri = `file:///workspace/${item.id}/${item.path}`;
      document.version = 1;
      document.line = lines.length - 1;
      document.character = lines.at(-1)?.length ?? 0;
      await connection.sendNotification(DidOpenTextDocumentNotification.type, {
        textDocument: {
          uri: document.uri,
          languageId: item.language,
          version: 1,
          text: item.prefix + item.suffix,
        },
      });
      await connection.sendNotification(protocol.activeEditorNotification, {
        uri: document.uri,
        position: cursor(),
      });
    },

    async typeAndWait(character, untilNextMs) {
      const keyTime = performance.now();
      await change(character);
      await delay(Math.min(hostDelayMs, untilNextMs));
      if (untilNextMs <= hostDelayMs) {
        return undefined;
      }
      const cancellation = new CancellationTokenSource();
      const timer = setTimeout(() => cancellation.cancel(), untilNextMs - hostDelayMs);
      const rest = setTimeout(() => {
        void connection.sendNotification(protocol.cursorRestNotification, {
          uri: document.uri,
          position: cursor(),
        });
      }, cursorRestMs - hostDelayMs);
      const askTime = performance.now();
      const items = await connection
        .sendRequest(
          InlineCompletionRequest.type,
          {
            textDocument: { uri: document.uri },
            position: cursor(),
            context: { triggerKind: InlineCompletionTriggerKind.Automatic },
          },
          cancellation.token,
        )
        .catch((error: unknown) => {
          if (cancellation.token.isCancellationRequested) {
            return [];
          }
          throw error;
        });
      const time = performance.now();
      const shown = cancellation.token.isCancellationRequested
        ? undefined
        : shownItem(items, time, time - askTime);
      clearTimeout(timer);
      if (shown !== undefined) {
        await connection.sendNotification(protocol.suggestionShownNotification, {
          suggestionId: shown.suggestionId,
        });
      }
      await delay(Math.max(0, keyTime + untilNextMs - performance.now()));
      clearTimeout(rest);
      return shown;
    },

    async accept(shown, text) {
      await change(text);
      await connection.sendNotification(protocol.suggestionAcceptedNotification, {
        suggestionId: shown.suggestionId,
      });
    },

    requestTimings: () => timings,
    outcomes: () => outcomes,
    cpuSeconds: () => cpuSecondsOf(server.pid ?? 0),
    residentBytes: () => residentBytesOf(server.pid ?? 0),
    async stop() {
      await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      await once(server, 'exit');
    },
  };

  function shownItem(answer: unknown, time: number, answerMs: number): Shown | undefined {
    const [item] = Array.isArray(answer)
      ? (answer as {
          insertText: string;
          range: { start: { character: number } };
          command: { arguments: [protocol.SuggestionReference] };
        }[])
      : [];
    if (item === undefined) {
      return undefined;
    }
    // The suggestion begins where its range does; what is typed already is not part of the ghost text.
    const typed = document.character - item.range.start.character;
    return {
      text: item.insertText.slice(typed),
      source: lastSource,
      suggestionId: item.command.arguments[0].suggestionId,
      time,
      answerMs,
    };
  }
}

/** Processor time of a process so far, user and system together; NaN where the platform does not tell. */
function cpuSecondsOf(pid: number): number {
  if (process.platform !== 'linux') {
    return NaN;
  }
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function residentBytesOf(pid: number): number {
  return process.platform === 'linux'
    ? 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
    : NaN;
}
