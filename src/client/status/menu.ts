import { commands, window, type QuickPickItem } from 'vscode';
import type { Application } from '../application';
import type { CommandId } from '../commandIds';
import { languageName } from '../languageName';
import { writeSetting } from '../settings';

interface MenuItem extends QuickPickItem {
  readonly run: CommandId | (() => unknown);
}

type MenuFacts = Pick<Application, 'extensionId' | 'modelState' | 'pause' | 'settings' | 'statusView'>;

/** What a click on the status item opens. */
export async function showMenu(application: MenuFacts): Promise<void> {
  const items = application.settings.current().enabled ? menuItems(application) : menuWhileOff(application);
  const picked = await window.showQuickPick(items, {
    title: 'Sotto',
    placeHolder: application.statusView().tooltip,
  });
  if (picked !== undefined) {
    const { run } = picked;
    await (typeof run === 'string' ? commands.executeCommand(run) : run());
  }
}

function menuWhileOff({ extensionId }: MenuFacts): readonly MenuItem[] {
  return [
    { label: '$(play) Turn Sotto on', run: () => writeSetting('enabled', true) },
    {
      label: '$(gear) Settings',
      run: () => commands.executeCommand('workbench.action.openSettings', `@ext:${extensionId}`),
    },
  ];
}

function menuItems({ modelState, pause }: MenuFacts): readonly MenuItem[] {
  const getModel: readonly MenuItem[] =
    modelState?.kind === 'absent' || modelState?.kind === 'failed'
      ? [{ label: '$(cloud-download) Get the model', run: 'sotto.getModel' }]
      : [];
  return [
    ...getModel,
    ...pauseItems(pause),
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

/** Where only the language is paused, more can be. */
function pauseItems(pause: Application['pause']): readonly MenuItem[] {
  const resume: MenuItem = { label: '$(play) Resume', run: 'sotto.resume' };
  if (pause.reason() !== undefined) {
    return [resume];
  }
  const languageId = window.activeTextEditor?.document.languageId;
  const ofLanguage: readonly MenuItem[] =
    languageId === undefined || pause.reason(languageId) !== undefined
      ? []
      : [{ label: `$(debug-pause) Pause for ${languageName(languageId)}`, run: 'sotto.pauseLanguage' }];
  return [
    ...(pause.reason(languageId) === undefined ? [] : [resume]),
    { label: '$(debug-pause) Pause for 10 minutes', run: 'sotto.pauseTenMinutes' },
    ...ofLanguage,
    { label: '$(debug-pause) Pause everywhere', run: 'sotto.pauseEverywhere' },
  ];
}
