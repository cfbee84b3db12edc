/** An answer that claims to be larger is passed on piece by piece: what speaks there may be no broker at all. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const START_BYTES = 64 * 1024;
/** Of the length before each answer. */
const LENGTH_BYTES = 4;

/**
 * Puts the bytes of a broker together to whole answers while they are read: a large one is read straight into the buffer that it stays
 * in. As Node and kafkajs do it, in pieces of 64 KB that are then joined, reading took twice the CPU time: bench/kafka-log.
 */
export class AnswerReader {
  /** Takes the beginning of an answer, or several that are small. */
  readonly #start = Buffer.allocUnsafeSlow(START_BYTES);
  /** Bytes in `#start`. */
  #started = 0;
  /** A large answer, and how many of its bytes have arrived. */
  #answer: Buffer | undefined;
  #filled = 0;
  /** No answers come here: whatever comes is passed on. */
  #senseless = false;

  /** `deliver` is given buffers of its own, of one or more whole answers with their lengths before them. */
  constructor(readonly deliver: (answers: Buffer) => void) {}

  /** Target of the next bytes. */
  get room(): Buffer {
    return this.#answer?.subarray(this.#filled) ?? this.#start.subarray(this.#started);
  }

  /** So many bytes were read into `room`. */
  took(bytes: number): void {
    if (this.#answer) {
      this.#filled += bytes;
      if (this.#filled < this.#answer.length) return;
      const answer = this.#answer;
      this.#answer = undefined;
      this.deliver(answer);
      return;
    }
    this.#started += bytes;
    const whole = this.#wholeAnswers();
    if (whole > 0) this.deliver(Buffer.from(this.#start.subarray(0, whole)));
    this.#begin(whole);
  }

  /** Bytes at the beginning of `#start` that are whole answers; all of them when no sense can be made of them. */
  #wholeAnswers(): number {
    let at = 0;
    while (!this.#senseless && at + LENGTH_BYTES <= this.#started) {
      const length = this.#start.readInt32BE(at);
      if (length < 0 || length > MAX_ANSWER_BYTES) this.#senseless = true;
      else if (at + LENGTH_BYTES + length > this.#started) break;
      else at += LENGTH_BYTES + length;
    }
    return this.#senseless ? this.#started : at;
  }

  /** Goes on with the answer that begins at `from`: in a buffer of its own as soon as its length is known. */
  #begin(from: number): void {
    const left = this.#start.subarray(from, this.#started);
    this.#started = 0;
    if (left.length < LENGTH_BYTES) {
      this.#started = left.copy(this.#start);
      return;
    }
    this.#answer = Buffer.allocUnsafeSlow(LENGTH_BYTES + left.readInt32BE(0));
    this.#filled = left.copy(this.#answer);
  }
}
