/** The float32 value of each of the 65,536 half-precision bit patterns. */
export const float16Values: Float32Array = Float32Array.from({ length: 65_536 }, (_, bits) => {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) {
    return sign * fraction * 2 ** -24; // Subnormal.
  }
  if (exponent === 31) {
    return fraction === 0 ? sign * Infinity : NaN;
  }
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
});

/**
 * The bit patterns of the half-precision numbers nearest to `values`; of two as near the one with an even fraction.
 * Numbers of 65,520 and more become infinite.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  const patterns = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < halves.length; index++) {
    const pattern = patterns[index]!;
    const sign = (pattern >>> 16) & 0x8000;
    const magnitude = pattern & 0x7fff_ffff;
    if (magnitude < smallestNormal) {
      halves[index] = sign | roundToEven(Math.abs(values[index]!) * 2 ** 24); // Subnormal.
    } else if (magnitude >= infinityFrom) {
      halves[index] = sign | (magnitude > float32Infinity ? 0x7e00 : 0x7c00);
    } else {
      // The exponent's bias goes from 127 to 15 and the fraction from 23 bits to 10; a carry may reach the exponent.
      halves[index] = sign | ((magnitude - exponentShift + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
    }
  }
  return halves;
}

// Bit patterns of float32.
const smallestNormal = 0x3880_0000; // 2^-14
const infinityFrom = 0x477f_f000; // 65,520: from here on the nearest is infinity.
const float32Infinity = 0x7f80_0000;
const exponentShift = (127 - 15) << 23;

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0);
}
