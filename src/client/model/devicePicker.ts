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

/** The automatic choice, one item for each device of the platform, and the one the setting names. */
function deviceItems({ lines }: DeviceReport, chosen: string): readonly DeviceItem[] {
  const items = lines.map(({ name, title, detail }) => ({ name, label: title, detail }));
  const foreign = [chosen]
    .filter((name) => name !== 'auto' && items.every((item) => item.name !== name))
    .map((name) => ({ name, label: name, detail: 'Not on this platform.' }));
  return [
    {
      name: 'auto',
      label: 'Automatic',
      detail: 'The fastest device that gives the results of the processor.',
    },
    ...items,
    ...foreign,
  ].map((item) => ({ ...item, label: `${item.name === chosen ? '$(check) ' : ''}${item.label}` }));
}

function describeReport({ current }: DeviceReport, state: ModelState | undefined): string {
  if (current === null) {
    return 'No model is in memory.';
  }
  const missing = state?.kind === 'ready' ? state.missing : null;
  return missing === null ? `Now on ${current}.` : `Now on ${current}. ${describeMissing(missing)}`;
}
