import { createHash } from 'node:crypto';
import type { TextRange } from '../../base/textRange';
import type { BugFinding } from '../../features/bugs/types';
import { addEdit, intersect, moveRange, wholeLines, withoutRange, type TextChange } from './textChange';

/** More underlined lines than this in a file would be noise, however sure the model is. */
const MAX_SHOWN_COUNT = 3;

/** A finding that moves with its line. */
export interface BugPlace {
  readonly finding: BugFinding;
  /** The lines that the finding stands on; an edit in them makes it void. */
  readonly lines: TextRange;
  readonly dismissalKey: string;
  /** For what a review brought: 1 for the most doubtful. */
  readonly rank: number | undefined;
}

/** What is known of one open document: where it was edited since it was opened, and which places are doubtful. */
export class DocumentBugs {
  /** Saved with edits that were not checked yet. */
  isSaved = false;
  /** How many places the client was told of last. */
  publishedCount = 0;
  private unchecked: readonly TextRange[] = [];
  /** Lines with edits that a check saw but could not judge. */
  private postponed: readonly TextRange[] = [];
  private places: readonly BugPlace[] = [];
  private readonly recordings = new Set<TextChange[]>();

  /** Called for each edit: places move with the text, and those in it are dropped. */
  noteChange(change: TextChange): void {
    this.unchecked = addEdit(this.unchecked, change);
    this.postponed = this.postponed.flatMap((line) => moveRange(line, change) ?? []);
    this.places = this.places.flatMap((place) => movePlace(place, change) ?? []);
    this.recordings.forEach((recording) => recording.push(change));
  }

  /** Edits that no check has seen. */
  get uncheckedEdits(): readonly TextRange[] {
    return this.unchecked;
  }

  /** The most doubtful places, in the order of doubt: what is certain, then what a review brought. */
  get shown(): readonly BugPlace[] {
    const doubt = ({ finding: { strength, edit }, rank = 0 }: BugPlace) => [
      strength === 'strong' ? 1 : 0,
      -rank,
      edit?.logRatioNats ?? 0,
    ];
    return this.places.toSorted((one, other) => compare(doubt(other), doubt(one))).slice(0, MAX_SHOWN_COUNT);
  }

  /** Lines in `span` on which something was found: they may read differently after an edit elsewhere in it. */
  doubtfulLines(span: TextRange): readonly TextRange[] {
    return this.places.map(({ lines }) => lines).filter((lines) => intersect(lines, span) !== undefined);
  }

  /** Lines in `span` with edits that checks could not judge so far. */
  postponedLines(span: TextRange): readonly TextRange[] {
    return this.postponed.filter((line) => intersect(line, span) !== undefined);
  }

  /**
   * A check of all that was edited in `span` ended: `found` takes the place of what was known there, and `postponed`
   * are the edited lines that could not be judged.
   */
  noteChecked(span: TextRange, found: readonly BugPlace[], postponed: readonly TextRange[]): void {
    this.unchecked = withoutRange(this.unchecked, span);
    this.postponed = [...this.postponed.filter((line) => intersect(line, span) === undefined), ...postponed];
    const others = this.places.filter(({ finding }) => intersect(finding.range, span) === undefined);
    this.places = [...others, ...found];
  }

  /** What could not be judged is to be checked again: as saved, unless more was typed since. */
  resumePostponed(): void {
    this.isSaved ||= this.unchecked.length === 0;
    this.unchecked = this.postponed.reduce(
      (edits, range) => addEdit(edits, { range, newLength: range.end - range.start }),
      this.unchecked,
    );
    this.postponed = [];
  }

  /** No function holds the edits that are left. */
  noteAllChecked(): void {
    this.unchecked = [];
    this.isSaved = false;
  }

  /** A review ended: `found` takes the place of the review before and of what was known on the same lines. */
  noteReviewed(found: readonly BugPlace[]): void {
    const others = this.places.filter(
      ({ lines, rank }) =>
        rank === undefined && found.every((place) => intersect(lines, place.lines) === undefined),
    );
    this.places = [...others, ...found];
  }

  /** Forgets what checks found, not what the user asked for. */
  dropChecked(): void {
    this.places = this.places.filter(({ rank }) => rank !== undefined);
  }

  /** Follows the edits from now on; the result brings places of the text of now into the text of then. */
  record(): {
    readonly move: (places: readonly BugPlace[]) => readonly BugPlace[];
    readonly stop: () => void;
  } {
    const changes: TextChange[] = [];
    this.recordings.add(changes);
    return {
      move: (places) =>
        changes.reduce<readonly BugPlace[]>(
          (current, change) => current.flatMap((place) => movePlace(place, change) ?? []),
          places,
        ),
      stop: () => void this.recordings.delete(changes),
    };
  }
}

/** `finding` with the lines of `text` that it stands on. */
export function placeFinding(text: string, finding: BugFinding, rank?: number): BugPlace {
  const lines = wholeLines(text, finding.range);
  return {
    finding,
    lines,
    dismissalKey: hashForDismissal(finding, text.slice(lines.start, lines.end)),
    rank,
  };
}

/**
 * What a dismissal of `finding` on `line` is remembered by: the same when the line moves, is indented otherwise or
 * the file is opened again, another when the line says something else. Holds nothing of the text.
 */
function hashForDismissal({ kind, functionName }: BugFinding, line: string): string {
  const normalised = line.trim().replace(/\s+/g, ' ');
  const hash = createHash('sha256').update(JSON.stringify([kind, normalised, functionName ?? null]));
  return hash.digest('hex').slice(0, 16);
}

function movePlace(place: BugPlace, change: TextChange): BugPlace | undefined {
  const lines = moveRange(place.lines, change);
  if (lines === undefined) {
    return undefined;
  }
  const distance = lines.start - place.lines.start;
  const { range } = place.finding;
  return {
    ...place,
    lines,
    finding: { ...place.finding, range: { start: range.start + distance, end: range.end + distance } },
  };
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((value, at) => value !== other[at]);
  return (one[index] ?? 0) - (other[index] ?? 0);
}
