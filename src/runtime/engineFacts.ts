import { devices, deviceTitle } from '../engine/device';
import { ortLibraryVersion } from '../engine/ortLibrary';
import { defaultThreadCount } from '../engine/transformerEngine';

/** What the engine would use on this machine, for those who only want to show it. */
export const engineFacts = {
  libraryVersion: ortLibraryVersion,
  threadCount: defaultThreadCount,
  devices,
  deviceTitle,
};
