import {
  commands,
  Position,
  workspace,
  type Hover,
  type Location,
  type LocationLink,
  type Range,
  type Uri,
} from 'vscode';
import { createExclusion } from '../../shared/excludedFiles';
import type { ExplanationSubject } from '../../shared/protocol';
import type { Settings } from '../../shared/settings';
import { isLinks } from '../bugs/bugActions';

/** Other extensions answer in their own time; an explanation does not wait for the slow ones. */
const TIME_BOX_MS = 800;
/** Of a definition without a hover, this many lines are told. */
const DEFINITION_LINE_COUNT = 3;

/** Which files a fact may come from. */
type FactRules = Pick<Settings, 'context.otherFiles' | 'excludedFiles'>;

/**
 * What the editor's own providers say about the called names: hover texts (types, documentation), or definitions.
 * Nothing in a workspace that is not trusted, and of a name only where the settings let the model see the file that
 * defines it: it would be text of other files.
 */
export async function readEditorFacts(
  uri: Uri,
  calls: ExplanationSubject['calls'],
  rules: FactRules,
): Promise<{ readonly name: string; readonly text: string }[]> {
  if (!workspace.isTrusted) {
    return [];
  }
  const facts: { name: string; text: string }[] = [];
  const reading = calls.map(async ({ name, position }) => {
    const text = await readFact(uri, new Position(position.line, position.character), rules);
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

async function readFact(uri: Uri, position: Position, rules: FactRules): Promise<string> {
  const [definitions, hover] = await Promise.all([findDefinitions(uri, position), readHover(uri, position)]);
  const [first] = definitions;
  if (!mayTell(uri, definitions, rules)) {
    return '';
  }
  return hover !== '' || first === undefined ? hover : readDefinition(first);
}

/** A hover may quote each of the definitions; where none is known, it may be of any file. */
function mayTell(uri: Uri, definitions: readonly Definition[], rules: FactRules): boolean {
  const folders = (workspace.workspaceFolders ?? []).map((folder) => folder.uri.toString());
  const isExcluded = createExclusion(rules.excludedFiles, folders);
  const files = definitions.map((definition) => definition.uri.toString());
  const isOwn = files.length > 0 && files.every((file) => file === uri.toString());
  return isOwn || (rules['context.otherFiles'] && !files.some(isExcluded));
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

interface Definition {
  readonly uri: Uri;
  readonly range: Range;
}

async function findDefinitions(uri: Uri, position: Position): Promise<readonly Definition[]> {
  const definitions = await commands.executeCommand<(Location | LocationLink)[]>(
    'vscode.executeDefinitionProvider',
    uri,
    position,
  );
  return definitions.map((definition) =>
    'targetUri' in definition
      ? { uri: definition.targetUri, range: definition.targetRange }
      : { uri: definition.uri, range: definition.range },
  );
}

async function readDefinition({ uri, range }: Definition): Promise<string> {
  const document = await workspace.openTextDocument(uri);
  const lastLine = Math.min(document.lineCount, range.start.line + DEFINITION_LINE_COUNT);
  return document.getText(range.with(range.start.with({ character: 0 }), new Position(lastLine, 0))).trim();
}
