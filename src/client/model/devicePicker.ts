import { window, type LogOutputChannel, type QuickPickItem } from 'vscode';
import { deviceChosenRequest, deviceReportRequest } from '../../shared/protocol';
import type { DeviceLost, DeviceReport, ModelState } from '../../shared/modelState';
import type { Application } from '../application';
import { writeSetting } from '../settings';
import { describeMissing } from './describeModel';

type DeviceChooser = Pick<Application, 'requireClient' | 'settings' | 'sendConfiguration' | 'modelState'>;

/** Shows what each device did when it was measured, and writes the user's choice to the settings. */
export async function chooseDevice(application: DeviceChooser): Promise<void> {
  const report = await application.requireClient().sendRequest(deviceReportRequest);
  const chosen = application.settings.current().device;
  const picked = await window.showQuickPick(deviceItems(report, chosen), {
    title: 'Sotto: choose a device',
    placeHolder: describeReport(report, application.modelState),
  });
  if (picked !== undefined) {
    await application.requireClient().sendRequest(deviceChosenRequest, { device: picked.name });
    await writeSetting('device', picked.name);
    await application.sendConfiguration();
  }
}

/** Tells that a device failed; the server says so once for each loss. */
export async function showDeviceLoss(
  output: LogOutputChannel,
  { device, kind, reason }: DeviceLost,
): Promise<void> {
  output.warn(`${device}: ${reason}`);
  const text = {
    failed: `Sotto could not go on with ${device} and uses the processor. It tries again in an hour, or after a restart.`,
    hung: `${device} did not answer, so Sotto uses the processor until its server starts anew.`,
    crashed: `Sotto's server ended while it used ${device}, so it uses the processor from now on, until ${device} has another driver or you choose it again.`,
  }[kind];
  if ((await window.showWarningMessage(text, 'Show Log')) !== undefined) {
    output.show();
  }
}

interface DeviceItem extends QuickPickItem {
  readonly name: string;
}

/** The automatic choice, and one item for each device that was tried, the processor, and the one the setting names. */
function deviceItems({ lines }: DeviceReport, chosen: string): readonly DeviceItem[] {
  const tried = lines.map(({ name, title, detail }) => ({ name, label: title, detail }));
  const untried = [...new Set(['cpu', chosen])]
    .filter((name) => name !== 'auto' && tried.every((item) => item.name !== name))
    .map((name) => ({ name, label: name, detail: 'Not measured.' }));
  return [
    {
      name: 'auto',
      label: 'Automatic',
      detail: 'The fastest device that gives the results of the processor.',
    },
    ...tried,
    ...untried,
  ].map((item) => ({ ...item, label: `${item.name === chosen ? '$(check) ' : ''}${item.label}` }));
}

function describeReport({ current, lines }: DeviceReport, state: ModelState | undefined): string {
  const missing = state?.kind === 'ready' ? state.missing : null;
  const now =
    current === null
      ? 'No model is in memory.'
      : `Now on ${current}.${missing === null ? '' : ` ${describeMissing(missing)}`}`;
  return lines.length === 0 ? `${now} The devices of this machine are not measured yet.` : now;
}
