import { afterEach, beforeEach, expect, test } from 'vitest';
import { neverAborted } from '../../src/base/abort';
import type { GenerateRequest } from '../../src/engine/engine';
import { scheduleEngine } from '../../src/server/scheduledEngine';
import { Scheduler } from '../../src/server/scheduler';
import { openTinyEngine, type TinyEngine } from '../support/tinyEngine';

let tiny: TinyEngine;
beforeEach(async () => {
  tiny = await openTinyEngine({ contextCapacity: 256 });
});
afterEach(() => tiny.dispose());

const request: GenerateRequest = {
  promptIds: Array.from({ length: 40 }, (_, index) => (index * 37) % 200),
  maxTokens: 60,
  stopIds: new Set(),
};

test('a command that gives way to completions ends with the text it would have had alone', async () => {
  const scheduler = new Scheduler();
  const command = scheduleEngine(tiny.engine, scheduler, 'command');
  const completion = scheduleEngine(tiny.engine, scheduler, 'completion');
  const expected = await tiny.freshly((fresh) => fresh.generate(request, neverAborted));

  const streamed: number[] = [];
  let completionCount = 0;
  const completions: Promise<unknown>[] = [];
  const result = await command.generate(
    {
      ...request,
      onToken: ({ id }) => {
        streamed.push(id);
        if (streamed.length % 15 === 0) {
          completionCount += 1;
          const other = { promptIds: [7, streamed.length], maxTokens: 3, stopIds: new Set<number>() };
          completions.push(completion.generate(other, neverAborted));
        }
        return 'continue';
      },
    },
    neverAborted,
  );
  const ids = expected.tokens.map((token) => token.id);
  expect(result.tokens.map((token) => token.id)).toEqual(ids);
  expect(streamed).toEqual(ids);
  expect(completionCount).toBe(4);
  expect(await Promise.all(completions)).toHaveLength(4);
});

test('background work that gives way is over, and its caller is told; each turn is noted as it begins', async () => {
  const scheduler = new Scheduler();
  const turns: string[] = [];
  const background = scheduleEngine(tiny.engine, scheduler, 'background', () => turns.push('background'));
  const completion = scheduleEngine(tiny.engine, scheduler, 'completion', () => turns.push('completion'));
  const warming = background.prefill(request.promptIds, neverAborted);
  const answer = completion.generate({ ...request, maxTokens: 2 }, neverAborted);
  await expect(warming).rejects.toThrow('yielded to a more urgent job');
  expect((await answer).tokens).toHaveLength(2);
  expect(turns).toEqual(['background', 'completion']);
});
