import { commands, window, type QuickPickItem } from 'vscode';
import type { Application } from '../application';
import type { CommandId } from '../commandIds';
import { languageName } from '../languageName';

interface MenuItem extends QuickPickItem {
  readonly run: CommandId;
}

type MenuFacts = Pick<Application, 'modelState' | 'pauseReason' | 'statusView'>;

/** What a click on the status item opens. */
export async function showMenu(application: MenuFacts): Promise<void> {
  const picked = await window.showQuickPick(menuItems(application), {
    title: 'Sotto',
    placeHolder: application.statusView().tooltip,
  });
  if (picked !== undefined) {
    await commands.executeCommand(picked.run);
  }
}

function menuItems({ modelState, pauseReason }: MenuFacts): readonly MenuItem[] {
  const languageId = window.activeTextEditor?.document.languageId;
  const getModel: readonly MenuItem[] =
    modelState?.kind === 'absent' || modelState?.kind === 'failed'
      ? [{ label: '$(cloud-download) Get the model', run: 'sotto.getModel' }]
      : [];
  const pauseItems: readonly MenuItem[] =
    pauseReason() === undefined
      ? [
          { label: '$(debug-pause) Pause for 10 minutes', run: 'sotto.pauseTenMinutes' },
          ...(languageId === undefined
            ? []
            : [
                {
                  label: `$(debug-pause) Pause for ${languageName(languageId)}`,
                  run: 'sotto.pauseLanguage',
                } as const,
              ]),
          { label: '$(debug-pause) Pause everywhere', run: 'sotto.pauseEverywhere' },
        ]
      : [{ label: '$(play) Resume', run: 'sotto.resume' }];
  return [
    ...getModel,
    ...pauseItems,
    { label: '$(question) Why no suggestion?', run: 'sotto.whyNoSuggestion' },
    { label: '$(list-selection) Choose model…', run: 'sotto.chooseModel' },
    {
      label: '$(chip) Device…',
      description: modelState?.kind === 'ready' ? modelState.device : '',
      run: 'sotto.chooseDevice',
    },
    { label: '$(output) Show log', run: 'sotto.showLog' },
    { label: '$(refresh) Restart', run: 'sotto.restart' },
  ];
}
