import {
  commands,
  Position,
  workspace,
  type Hover,
  type Location,
  type LocationLink,
  type Uri,
} from 'vscode';
import type { ExplanationSubject } from '../../shared/protocol';
import { isLinks } from '../bugs/bugActions';

/** Other extensions answer in their own time; an explanation does not wait for the slow ones. */
const TIME_BOX_MS = 800;
/** Of a definition without a hover, this many lines are told. */
const DEFINITION_LINE_COUNT = 3;

/**
 * What the editor's own providers say about the called names: hover texts (types, documentation), or definitions.
 * Nothing in a workspace that is not trusted: it would be text of other files.
 */
export async function readEditorFacts(
  uri: Uri,
  calls: ExplanationSubject['calls'],
): Promise<{ readonly name: string; readonly text: string }[]> {
  if (!workspace.isTrusted) {
    return [];
  }
  const facts: { name: string; text: string }[] = [];
  const reading = calls.map(async ({ name, position }) => {
    const place = new Position(position.line, position.character);
    const text = (await readHover(uri, place)) || (await readDefinition(uri, place));
    if (text !== '') {
      facts.push({ name, text });
    }
  });
  await Promise.race([
    Promise.allSettled(reading),
    new Promise((resolve) => setTimeout(resolve, TIME_BOX_MS)),
  ]);
  const order = calls.map(({ name }) => name);
  // A copy: what comes too late must not change it.
  return [...facts].sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
}

async function readHover(uri: Uri, position: Position): Promise<string> {
  const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', uri, position);
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === 'string' ? content : content.value))
    .filter((text) => !isLinks(text))
    .join('\n')
    .trim();
}

async function readDefinition(uri: Uri, position: Position): Promise<string> {
  const definitions = await commands.executeCommand<(Location | LocationLink)[]>(
    'vscode.executeDefinitionProvider',
    uri,
    position,
  );
  const definition = definitions.at(0);
  if (definition === undefined) {
    return '';
  }
  const [target, range] =
    'targetUri' in definition
      ? [definition.targetUri, definition.targetRange]
      : [definition.uri, definition.range];
  const document = await workspace.openTextDocument(target);
  const lastLine = Math.min(document.lineCount, range.start.line + DEFINITION_LINE_COUNT);
  return document.getText(range.with(range.start.with({ character: 0 }), new Position(lastLine, 0))).trim();
}
