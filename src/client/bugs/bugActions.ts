import {
  CodeAction,
  CodeActionKind,
  Disposable,
  Hover,
  languages,
  MarkdownString,
  Uri,
  WorkspaceEdit,
  type Command,
  type TextDocument,
} from 'vscode';
import type { BugLine, LikelierEdit, Range } from '../../shared/protocol';
import { everyDocument } from '../documentSelector';
import { toRange } from '../assist/references';
import type { BugLines } from './bugLines';
import { describeFix } from './describe';

/** Run by the quick fixes and the links of the hover, with a `BugReference`; not in the command palette. */
export const dismissCommand = 'sotto.internal.dismissBugLine';
export const explainCommand = 'sotto.internal.explainBugLine';
export const turnOffCommand = 'sotto.internal.turnOffBugLines';

/** The argument of the commands; plain JSON, as links hold it. */
export interface BugReference {
  readonly uri: string;
  readonly line: BugLine;
}

/** Quick fixes for underlined lines, and links in their hovers. */
export function registerBugActions(bugLines: BugLines): Disposable {
  return Disposable.from(
    languages.registerCodeActionsProvider(
      everyDocument,
      {
        provideCodeActions: (document, range) =>
          bugLines.at(document, range).flatMap((line) => quickFixes(document, line)),
      },
      { providedCodeActionKinds: [CodeActionKind.QuickFix] },
    ),
    languages.registerHoverProvider(everyDocument, {
      provideHover: (document, position) => {
        const line = bugLines.at(
          document,
          document.validateRange(toRange({ start: position, end: position })),
        )[0];
        return line && new Hover(links({ uri: document.uri.toString(), line }), toRange(line.range));
      },
    }),
  );
}

/** None is preferred, so that none is applied by "fix all" or by a key without being looked at. */
function quickFixes(document: TextDocument, line: BugLine): CodeAction[] {
  const others = commandsFor({ uri: document.uri.toString(), line }).map((command) => {
    const action = new CodeAction(command.title, CodeActionKind.QuickFix);
    action.command = command;
    return action;
  });
  const { edit, range } = line;
  const isCurrent = document.getText(toRange(range)) === edit?.found;
  return edit !== null && isCurrent ? [replacement(document, range, edit), ...others] : others;
}

function replacement(document: TextDocument, range: Range, edit: LikelierEdit): CodeAction {
  const fix = new CodeAction(describeFix(edit), CodeActionKind.QuickFix);
  fix.edit = new WorkspaceEdit();
  fix.edit.replace(document.uri, toRange(range), edit.expected);
  return fix;
}

function links(reference: BugReference): MarkdownString {
  const text = commandsFor(reference).map(({ title, command, arguments: values }) => {
    const query = encodeURIComponent(JSON.stringify(values));
    return `[${title}](${Uri.parse(`command:${command}?${query}`).toString()})`;
  });
  const markdown = new MarkdownString(text.join(' | '));
  markdown.isTrusted = { enabledCommands: [dismissCommand, explainCommand, turnOffCommand] };
  return markdown;
}

/** Whether a hover's text is one of those links, which say nothing about the code. */
export function isLinks(text: string): boolean {
  return text.includes(`(command:${explainCommand}?`);
}

function commandsFor(reference: BugReference): readonly Command[] {
  return [
    { title: 'Explain', command: explainCommand, arguments: [reference] },
    { title: 'Not a bug here', command: dismissCommand, arguments: [reference] },
    { title: 'Turn this check off', command: turnOffCommand, arguments: [] },
  ];
}
