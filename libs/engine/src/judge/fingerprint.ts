/** A number of 53 bits for what can be written as JSON: equal for equal, different for different but for chance. */
export function fingerprint(what: unknown): number {
  const text = JSON.stringify(what, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  let [a, b] = [0x9e3779b9, 0x85ebca6b];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul((b << 5) ^ (b >>> 27) ^ unit, 0x9e3779b1);
  }
  a = Math.imul(a ^ (a >>> 16), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 15), 0x27d4eb2f);
  return (a >>> 11) * 2 ** 32 + (b >>> 0);
}
