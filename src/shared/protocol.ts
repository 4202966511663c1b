/**
 * Everything the two processes say to each other besides the Language Server Protocol. Each message says who sends
 * it and why. Values are plain JSON: `null` for "not known", never `undefined`.
 */
import { NotificationType, RequestType0 } from 'vscode-languageserver-protocol';
import type { ModelDescription, ModelState } from './modelState';
import type { Settings } from './settings';

/** `initializationOptions`, and again in `sotto/configuration` when anything of it changes. */
export interface ServerConfiguration {
  readonly settings: Settings;
  /** False: files that are not open are not read, and settings of the workspace name no paths. */
  readonly workspaceTrusted: boolean;
}

/** A place in a document, in the protocol's terms: zero-based line, UTF-16 character. */
export interface DocumentPosition {
  readonly uri: string;
  readonly position: { readonly line: number; readonly character: number };
}

/** Client to server: the user changed a setting or trusted the workspace. */
export const configurationNotification = new NotificationType<ServerConfiguration>('sotto/configuration');

/** Server to client, at every change of the model's state: the status item shows it. */
export const modelStateNotification = new NotificationType<ModelState>('sotto/modelState');

/** Client to server after it connects, for the changes it was not there to hear. */
export const modelStateRequest = new RequestType0<ModelState, void>('sotto/getModelState');

/** Client to server, for the first-run offer and the model picker. */
export const modelListRequest = new RequestType0<readonly ModelDescription[], void>('sotto/listModels');

/**
 * Client to server, only after the user asked for it: download what is missing, prepare and load the configured
 * model. Progress arrives as `sotto/modelState`; cancelling the request stops the download, which a later request
 * resumes.
 */
export const fetchModelRequest = new RequestType0<FetchModelResult, void>('sotto/fetchModel');

export type FetchModelResult =
  | { readonly kind: 'ready' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly reason: string; readonly advice: string };

/** Client to server, when the user asks "why no suggestion?": the last outcomes as text. */
export const outcomesPageRequest = new RequestType0<string, void>('sotto/outcomesPage');

/** Client to server, when a suggestion was handed to the editor and the request was not cancelled meanwhile. */
export const suggestionShownNotification = new NotificationType<SuggestionReference>('sotto/suggestionShown');

/** Client to server, from the command that VS Code runs after it inserted a suggestion. */
export const suggestionAcceptedNotification = new NotificationType<SuggestionReference>(
  'sotto/suggestionAccepted',
);

/** Client to server, when a suggestion stood long enough to be read and the user typed something else. */
export const suggestionRejectedNotification = new NotificationType<SuggestionReference>(
  'sotto/suggestionRejected',
);

export interface SuggestionReference {
  readonly suggestionId: number;
}

/** The command of every suggestion, with a `SuggestionReference` as its argument. The client registers it. */
export const acceptedCommand = 'sotto.internal.accepted';

/** Client to server, when the editor asked and the client did not pass the request on: the outcomes page says why. */
export const requestSkippedNotification = new NotificationType<SkippedRequest>('sotto/requestSkipped');

export interface SkippedRequest extends DocumentPosition {
  readonly reason: 'paused' | 'selection';
  readonly detail: string;
}

/** Client to server, when another editor becomes active: the model loads if it has to, and reads the file ahead. */
export const activeEditorNotification = new NotificationType<DocumentPosition>('sotto/activeEditor');

/** Client to server, when the cursor has stood still for a moment: the model reads ahead to it. */
export const cursorRestNotification = new NotificationType<DocumentPosition>('sotto/cursorRest');

/** Client to server, when suggestions are paused or resumed: background work stops meanwhile. */
export const pauseNotification = new NotificationType<{ readonly paused: boolean }>('sotto/pause');
