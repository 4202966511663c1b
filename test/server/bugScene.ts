import { vi } from 'vitest';
import { DidSaveTextDocumentNotification } from 'vscode-languageserver/node';
import type { BugFinding, BugRequest } from '../../src/features/bugs/types';
import * as protocol from '../../src/shared/protocol';
import type { Settings } from '../../src/shared/settings';
import { outlineText } from '../../src/syntax/outline';
import { ScriptedLoader } from './scriptedModel';
import { connect, testSettings, withoutProxy, type ConnectOptions, type TestClient } from './testClient';

export const uri = 'file:///project/app.ts';
/** How long the user has to rest before a check begins. */
export const restMs = 3_000;
export const twoFunctions = [
  'export function first(right: number) {',
  '  return █wrong;',
  '}',
  '',
  'export function second(right: number) {',
  '  return wrong;',
  '}',
  '',
].join('\n');

/** One document, a "model" for which the word `wrong` is wrong in each function that it is to read, and time that stands. */
export class BugScene {
  readonly loader = new ScriptedLoader();
  /** What the client answers when it is asked for what it knows. */
  readonly facts: { linesToSkip: number[]; dismissedKeys: string[]; strictKinds: string[] } = {
    linesToSkip: [],
    dismissedKeys: [],
    strictKinds: [],
  };
  readonly published: protocol.BugLines[] = [];
  /** What each check was asked to read, as text. */
  readonly readTexts: string[][] = [];
  client!: TestClient;

  static async create(): Promise<BugScene> {
    // Loading a grammar takes longer than tests wait.
    await outlineText('typescript', twoFunctions);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    return new BugScene();
  }

  private constructor() {
    this.loader.bugs = {
      check: (_uri, request) => Promise.resolve(this.findWrong(request)),
      review: (request) =>
        Promise.resolve(this.findWrong(request).map((found) => ({ ...found, strength: 'weak' }))),
    };
  }

  async start(marked = twoFunctions, options: ConnectOptions = {}, openUri = uri): Promise<void> {
    this.client = await connect(this.loader, options);
    const { connection } = this.client;
    connection.onNotification(protocol.bugLinesNotification, (lines) => void this.published.push(lines));
    connection.onRequest(protocol.bugFactsRequest, () => this.facts);
    await connection.sendRequest(protocol.fetchModelRequest);
    await this.client.open(openUri, 'typescript', marked);
  }

  async dispose(): Promise<void> {
    await this.client.close();
    vi.useRealTimers();
  }

  findWrong({ text, ranges, linesToSkip }: BugRequest): BugFinding[] {
    this.readTexts.push(ranges.map(({ start, end }) => text.slice(start, end)));
    const functions = [...text.matchAll(/function (\w+)[^]*?\n}/g)].filter(({ index, 0: code }) =>
      ranges.some(({ start, end }) => start <= index + code.length && index <= end),
    );
    return functions.flatMap(({ index, 0: code, 1: functionName }) =>
      [...code.matchAll(/wrong(\d*)/g)]
        .map((match) => ({ start: index + match.index, weight: Number(match[1]) }))
        .filter(({ start }) => !linesToSkip.has(text.slice(0, start).split('\n').length - 1))
        .map(({ start, weight }) => ({
          kind: 'variable',
          strength: 'strong',
          range: { start, end: start + 5 },
          edit: {
            found: 'wrong',
            expected: 'right',
            logRatioNats: 10 + weight,
            record: { foundCount: 18, slipCount: 40, falseCount: 1, cleanLineCount: 2_788 },
          },
          functionName,
        })),
    );
  }

  /** Everything sent before has arrived, and what it set off is done as far as no timer holds it. */
  async settle(): Promise<void> {
    for (let round = 0; round < 10; round += 1) {
      await this.client.connection.sendRequest(protocol.modelStateRequest);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async rest(): Promise<void> {
    await this.settle();
    vi.advanceTimersByTime(restMs);
    await this.settle();
  }

  /** `line:word` of the places told last, counted from 1. */
  shown(): string[] {
    const lines = this.published.at(-1)?.lines ?? [];
    return lines.map(({ range, edit }) => `${range.start.line + 1}:${edit?.found}`);
  }

  async save(): Promise<void> {
    const saved = { textDocument: { uri } };
    await this.client.connection.sendNotification(DidSaveTextDocumentNotification.type, saved);
  }

  async configure(check: Settings['bugs.check']): Promise<void> {
    const settings = { ...testSettings, 'bugs.check': check };
    const configuration = { settings, workspaceTrusted: true, proxy: withoutProxy };
    await this.client.connection.sendNotification(protocol.configurationNotification, configuration);
  }
}
