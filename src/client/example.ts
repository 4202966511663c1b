import { Position, Selection, ViewColumn, window, workspace, type TextDocument } from 'vscode';

const languageId = 'python';
const content = `# An example for Sotto

def average(values):
    total = 0
    for value in values:
        total += value
    return total / len(values)


def clamp(value, low, high):
    if value < low:
        return low
    if value < high:
        return high
    return value
`;
const firstFunction = new Position(2, 4);

/** A document of nobody's, for who has no code at hand: beside the walkthrough, whose buttons then work on it. */
export class Example {
  private document: TextDocument | undefined;

  async show(): Promise<void> {
    if (this.document === undefined || this.document.isClosed) {
      this.document = await workspace.openTextDocument({ language: languageId, content });
    }
    const isShown = ({ document }: { document: TextDocument }) => document === this.document;
    const viewColumn = window.visibleTextEditors.find(isShown)?.viewColumn ?? ViewColumn.Beside;
    const selection = new Selection(firstFunction, firstFunction);
    await window.showTextDocument(this.document, { viewColumn, selection });
  }
}
