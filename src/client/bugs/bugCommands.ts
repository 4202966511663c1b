import { Position, Range, Uri, workspace } from 'vscode';
import type { Application } from '../application';
import { writeSetting } from '../settings';
import { dismissCommand, explainCommand, turnOffCommand, type BugReference } from './bugActions';
import { describeAsFact } from './describe';

/** Handlers of the commands behind quick fixes and links. */
export function bugCommands(
  application: Application,
): Readonly<Record<string, (argument: unknown) => unknown>> {
  return {
    [dismissCommand]: (argument) => isBugReference(argument) && application.bugLines.dismiss(argument.line),
    [explainCommand]: (argument) => isBugReference(argument) && explain(application, argument),
    [turnOffCommand]: () => writeSetting('bugs.check', 'off'),
  };
}

/** The explanation of the function around the line, which is told what the model expected there. */
async function explain({ explanations }: Application, { uri, line }: BugReference): Promise<void> {
  const document = await workspace.openTextDocument(Uri.parse(uri));
  const { start } = line.range;
  const place = new Position(start.line, start.character);
  // A fact has to be about a name that stands in the code.
  const name = line.functionName ?? document.getText(document.getWordRangeAtPosition(place));
  await explanations.explainAt(document.uri, new Range(place, place), [{ name, text: describeAsFact(line) }]);
}

function isBugReference(argument: unknown): argument is BugReference {
  return typeof argument === 'object' && argument !== null && 'uri' in argument && 'line' in argument;
}
