/** A share between 0 and 1 in hundredths; 99.97 is not rounded to 100. */
export function toPercent(share: number): string {
  const hundredths = Math.floor(share * 10_000) / 100;
  return Number.isInteger(hundredths) ? String(hundredths) : hundredths.toFixed(hundredths > 99 ? 2 : 1);
}
