/** "1.5 GB", "482 KB": decimal units, as file managers and downloads show them. */
export function formatBytes(byteCount: number): string {
  const units = ['B', 'KB', 'MB', 'GB'] as const;
  const exponent = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, byteCount)) / 3));
  const value = byteCount / 1000 ** exponent;
  return `${value.toFixed(exponent < 2 || value >= 100 ? 0 : 1)} ${units[exponent]}`;
}
