import type { WorkspaceFolder } from 'vscode-languageserver';
import { createExclusion, type IsExcluded } from '../../shared/excludedFiles';
import type { PauseState } from '../../shared/protocol';
import { isLanguageEnabled, type Settings } from '../../shared/settings';

/** What is asked about: a document as far as the user's wishes depend on it. */
interface AskedDocument {
  readonly uri: string;
  readonly languageId: string;
}

/** Which documents may be read, and in which something may be done unasked, by the settings, the folders and the pause. */
export class Permissions {
  private exclusion: IsExcluded;
  private pause: PauseState = { paused: false, languages: [] };

  constructor(
    private settings: Settings,
    private openFolders: readonly WorkspaceFolder[],
  ) {
    this.exclusion = this.createExclusion();
  }

  get folders(): readonly WorkspaceFolder[] {
    return this.openFolders;
  }

  /** Whether suggestions are paused everywhere. */
  get isPausedEverywhere(): boolean {
    return this.pause.paused;
  }

  configure(settings: Settings): void {
    this.settings = settings;
    this.exclusion = this.createExclusion();
  }

  /** Throws for a folder without an address, and then nothing changes. */
  changeFolders(added: readonly WorkspaceFolder[], removed: readonly WorkspaceFolder[]): void {
    if (added.some(({ uri }) => typeof uri !== 'string')) {
      throw new TypeError('a folder was opened without an address');
    }
    const gone = new Set(removed.map(({ uri }) => uri));
    this.openFolders = [...this.openFolders.filter(({ uri }) => !gone.has(uri)), ...added];
    this.exclusion = this.createExclusion();
  }

  setPause({ paused, languages }: PauseState): void {
    this.pause = { paused, languages: [...languages] };
  }

  /** Whether nothing of the file may reach the model. */
  readonly isExcluded = (uri: string): boolean => this.exclusion(uri);

  /** Whether the settings want anything unasked in the document. */
  isOn({ uri, languageId }: AskedDocument): boolean {
    return !this.isExcluded(uri) && isLanguageEnabled(this.settings, languageId);
  }

  isPaused(languageId: string): boolean {
    return this.pause.paused || this.pause.languages.includes(languageId);
  }

  mayWorkAhead(document: AskedDocument): boolean {
    return !this.isPaused(document.languageId) && this.isOn(document);
  }

  private createExclusion(): IsExcluded {
    return createExclusion(
      this.settings.excludedFiles,
      this.openFolders.map(({ uri }) => uri),
    );
  }
}
