/** Characters at the start that are looked at: binary content shows early. */
const PROBE_CHARACTERS = 4_000;

/** Whether `text` was no text: control characters other than white space, or bytes that were not UTF-8. */
export function isBinaryText(text: string): boolean {
  const sample = text.slice(0, PROBE_CHARACTERS);
  const oddCount = sample.match(/[\u0000-\u0008\u000E-\u001A\u001C-\u001F\uFFFD]/g)?.length ?? 0;
  return oddCount > sample.length / 50;
}
