// A workspace that is not trusted: what the model is shown is the file that is worked on, and nothing else. That imports
// and open files are left out of completions, too, is in test/server/server.test.ts; the settings are in
// test/shared/manifest.test.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { documentRequest, fetchModelRequest } from '../../src/shared/protocol';
import { scheduleEngine } from '../../src/server/scheduledEngine';
import { Scheduler } from '../../src/server/scheduler';
import { ScriptedLoader } from '../server/scriptedModel';
import { connect } from '../server/testClient';
import { byteTokenizer } from '../support/byteTokenizer';
import { createScriptedEngine } from '../support/scriptedEngine';

const source = resolve(import.meta.dirname, '../../src');

test('comments follow the style of other open files in a trusted workspace only', async () => {
  const loader = new ScriptedLoader();
  const engine = createScriptedEngine({ reply: () => ' Adds two numbers.' });
  loader.commands = {
    engine: scheduleEngine(engine, new Scheduler(), 'command'),
    tokenizer: byteTokenizer,
    chatTemplate: undefined,
  };
  const commentIn = async (workspaceTrusted: boolean) => {
    const client = await connect(loader, { workspaceTrusted });
    await client.connection.sendRequest(fetchModelRequest);
    const styled = 'def f(a):\n    """Does.\n\n    :param a: It.\n    :returns: It.\n    """\n    return a\n';
    await client.open('file:///work/other.py', 'python', `${styled.repeat(3)}█`);
    const uri = 'file:///work/app.py';
    await client.open(uri, 'python', 'def add(a, b):\n    return a + b\n█');
    const start = { line: 0, character: 5 };
    const parameters = { requestId: 1, uri, range: { start, end: start }, scope: 'range' } as const;
    const result = await client.connection.sendRequest(documentRequest, parameters);
    await client.close();
    return JSON.stringify(result);
  };
  expect(await commentIn(true)).toContain(':param a:');
  expect(await commentIn(false)).not.toContain(':param a:');
});

test('the editor is asked about other files only in a trusted workspace', () => {
  const asking = readdirSync(join(source, 'client'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /vscode\.execute\w+Provider/.test(readFileSync(join(source, 'client', name), 'utf8')));
  expect(asking.map((name) => name.replaceAll('\\', '/'))).toEqual(['assist/editorFacts.ts']);
  const text = readFileSync(join(source, 'client/assist/editorFacts.ts'), 'utf8');
  expect(text).toMatch(
    /readEditorFacts\([^)]*\)[^{]*\{ [^}]*\}\[\]> \{\s*if \(!workspace\.isTrusted\) \{\s*return \[\];/,
  );
});
