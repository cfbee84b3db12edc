/** The output of an LZ77 format: bounded, with every back reference checked. Snappy and LZ4 both write through it. */
export class Unpacked {
  #bytes: Buffer;
  #length = 0;

  constructor(
    expected: number,
    readonly max: number,
  ) {
    if (expected > max) throw new RangeError(`a batch of more than ${max} bytes when unpacked`);
    this.#bytes = Buffer.allocUnsafeSlow(expected);
  }

  get length(): number {
    return this.#length;
  }

  /** Copies literal bytes. */
  literal(from: Buffer, at: number, length: number): void {
    if (length < 0 || at + length > from.length) throw new RangeError('packed bytes end too early');
    this.#reserve(length);
    from.copy(this.#bytes, this.#length, at, at + length);
    this.#length += length;
  }

  /** Copies bytes that were written `distance` ago; source and target may overlap. */
  repeat(distance: number, length: number): void {
    if (distance < 1 || distance > this.#length) throw new RangeError('packed bytes refer to what is not there');
    this.#reserve(length);
    const bytes = this.#bytes;
    let to = this.#length;
    const end = to + length;
    if (distance >= length) bytes.copyWithin(to, to - distance, to - distance + length);
    else for (let from = to - distance; to < end; ) bytes[to++] = bytes[from++]!;
    this.#length = end;
  }

  done(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    if (needed > this.max) throw new RangeError(`a batch of more than ${this.max} bytes when unpacked`);
    const larger = Buffer.allocUnsafeSlow(Math.min(this.max, Math.max(needed, this.#bytes.length * 2)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
